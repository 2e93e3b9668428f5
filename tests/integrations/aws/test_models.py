"""Names: services, members and errors are called in states as the AWS SDK for Java calls them."""

import pytest

from stepwell.integrations.aws import models
from stepwell.integrations.aws.adapters import ADAPTERS
from stepwell.integrations.aws.jobs import JOBS
from stepwell.integrations.aws.models import exception, java_exception, java_member, prefix, service_of


@pytest.mark.parametrize(
    ("resource", "service", "errors"),
    [
        ("sfn", "stepfunctions", "Sfn"),
        ("dynamodb", "dynamodb", "DynamoDb"),
        ("costandusagereport", "cur", "CostAndUsageReport"),
        ("elasticloadbalancingv2", "elbv2", "ElasticLoadBalancingV2"),
        ("directory", "ds", "Directory"),
        ("lexmodelsv2", "lexv2-models", "LexModelsV2"),
        ("cloudwatchlogs", "logs", "CloudWatchLogs"),
        ("acmpca", "acm-pca", "AcmPca"),
        ("b2bi", "b2bi", "B2Bi"),
        ("sesv2", "sesv2", "SesV2"),
        ("wafv2", "wafv2", "Wafv2"),
        ("fsx", "fsx", "FSx"),
        ("sagemakera2iruntime", "sagemaker-a2i-runtime", "SageMakerA2IRuntime"),
        ("kinesisvideowebrtcstorage", "kinesis-video-webrtc-storage", "KinesisVideoWebRtcStorage"),
        ("route53recoverycluster", "route53-recovery-cluster", "Route53RecoveryCluster"),
        ("iottwinmaker", "iottwinmaker", "IoTTwinMaker"),
        ("apigatewayv2", "apigatewayv2", "ApiGatewayV2"),
    ],
)
def test_a_service_has_the_name_and_the_prefix_of_the_developer_guide(resource: str, service: str, errors: str) -> None:
    assert service_of(f"aws-sdk:{resource}") == service
    assert prefix(service) == errors


def test_a_service_that_does_not_exist_is_none() -> None:
    assert service_of("aws-sdk:nosuch") is None


def test_optimized_integrations_may_be_called_otherwise() -> None:
    assert service_of("elasticmapreduce", "addStep") == "emr"
    assert service_of("bedrock", "invokeModel") == "bedrock-runtime"
    assert service_of("bedrock", "createModelCustomizationJob") == "bedrock"


@pytest.mark.parametrize(
    ("member", "shown"),
    [
        ("TableName", "TableName"),
        ("stateMachineArn", "StateMachineArn"),
        ("DBInstances", "DbInstances"),
        ("SSEKMSKeyId", "SsekmsKeyId"),
        ("ETag", "ETag"),
        ("ACL", "Acl"),
        ("MD5OfMessageBody", "Md5OfMessageBody"),
        ("ARN", "Arn"),
        ("equals", "EqualsValue"),
        ("BOOL", "Bool"),
        ("NULL", "Nul"),
        ("S", "S"),
    ],
)
def test_a_member_is_called_as_its_getter(member: str, shown: str) -> None:
    assert java_member(member) == shown


def test_every_error_is_an_exception() -> None:
    assert java_exception("NoSuchKey") == "NoSuchKeyException"
    assert java_exception("DBInstanceNotFoundFault") == "DbInstanceNotFoundException"
    assert java_exception("ResourceNotFoundException") == "ResourceNotFoundException"
    assert exception("ResourceInUse") == "ResourceInUseException"


def test_what_the_tables_ask_of_services_is_in_the_models() -> None:
    for name, adapter in ADAPTERS.items():
        service, _, action = name.partition(":")
        assert models.operation(service_of(service, action) or "", adapter.operation or action), name
    for name, job in JOBS.items():
        service, _, action = name.partition(":")
        for asked, about in ((job.asked, job.about), *([job.stopped] if job.stopped else [])):
            operation = models.operation(service_of(service, action) or "", asked)
            assert operation is not None, (name, asked)
            members = {models.capital(member) for member in operation.input_shape.members}
            assert about.keys() <= members, (name, asked)
