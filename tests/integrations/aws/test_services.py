"""[services.NAME] of stepwell.toml: where a service is, by names and patterns."""

from pathlib import Path

import pytest

from stepwell.config import ConfigError
from stepwell.integrations.aws.services import Rule, Services, load_services


def written(directory: Path, text: str) -> Path:
    (directory / "stepwell.toml").write_text(text)
    return directory


def test_without_a_rule_everything_is_left_to_aws_own_settings() -> None:
    assert Services().of(["sqs"]) == Rule()


def test_a_rule_holds_for_a_service_in_both_forms_of_its_resource(tmp_path: Path) -> None:
    services = load_services([written(tmp_path, '[services.sqs]\nendpoint_url = "http://q"')])
    assert services.of(["sqs", "sqs", "sqs:sendMessage"]).endpoint_url == "http://q"
    assert services.of(["sqs", "aws-sdk:sqs", "aws-sdk:sqs:sendMessage"]).endpoint_url == "http://q"
    assert services.of(["sns", "sns", "sns:publish"]).endpoint_url is None


def test_of_several_patterns_the_longer_one_decides() -> None:
    services = Services(
        {"*": {"endpoint_url": "http://all", "region": "eu-west-1"}, "dynamodb:get*": {"endpoint_url": "http://reads"}}
    )
    assert services.of(["dynamodb", "dynamodb:getItem"]) == Rule(endpoint_url="http://reads", region="eu-west-1")
    assert services.of(["dynamodb", "dynamodb:putItem"]) == Rule(endpoint_url="http://all", region="eu-west-1")


def test_services_have_the_names_of_resources_and_of_botocore_and_patterns(tmp_path: Path) -> None:
    names = (
        "states",
        "cloudwatchlogs",
        "logs",
        "aws-sdk:costexplorer",
        "aws-sdk:*",
        "dynamodb:get*",
        "bedrock-runtime",
        "*",
    )
    load_services([written(tmp_path, "".join(f'[services."{name}"]\nregion = "eu-west-1"\n' for name in names))])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[services.sqs]\nendpoint = 'x'", "endpoint: there is no such setting. Did you mean endpoint_url?"),
        (
            "[services.sqs]\nread_timeout = -1",
            r'\[services."sqs"\]: read_timeout: expected a number above 0, found -1\.',
        ),
        (
            "[services.sqs]\nendpoint_url = 'localhost:1'",
            "endpoint_url: expected an address that begins with https:// or http://, found another text.",
        ),
        ("[services]\nsqs = 'http://q'", "must be a table. Write .services.sqs. on a line of its own"),
        ("[services.sqss]\nregion = 'x'", "AWS has no service of this name. Did you mean sqs?"),
        ('[services."aws-sdk:s4:get*"]', "AWS has no service of this name. Write it as in a Resource"),
        ("[service.sqs]\nregion = 'x'", "there is no table .service.. Did you mean services?"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_services([written(tmp_path, text)])
