"""Jobs (`.sync`): started once, asked after until they end, stopped when nobody waits for them."""

import asyncio
import json
import time
from typing import Any

import pytest

from conftest import tell_moto
from stepwell.integrations.call import CallFailed

from .caller import Caller, without_exchange
from .rude import Rude

GLUE = {"JobName": "nightly"}
FAILED_RUN = {"JobRun": {"Id": "jr_1", "JobName": "nightly", "JobRunState": "FAILED", "StartedOn": 1.5}}
QUERY = {"QueryString": "select 1", "ResultConfiguration": {"OutputLocation": "s3://results"}}
TRAINING = {
    "TrainingJobName": "model",
    "AlgorithmSpecification": {"TrainingImage": "i", "TrainingInputMode": "File"},
    "RoleArn": "arn:aws:iam::123456789012:role/FakeRole",
    "OutputDataConfig": {"S3OutputPath": "s3://models"},
    "ResourceConfig": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 100},
}
BATCH = {"JobName": "render", "JobQueue": "queue", "JobDefinition": "definition"}


async def finished(aws: Caller, resource: str, given: Any, submitted: Any) -> Any:
    """The result, once there is one."""
    for _ in range(20):
        result = await aws.poll(resource, given, submitted)
        if result is not None:
            return result
    raise AssertionError("it never ends")


def batch_queue(aws: Caller) -> None:
    ec2, batch = aws.client("ec2"), aws.client("batch")
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=subnet["VpcId"])["GroupId"]
    role = aws.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    resources = {"type": "FARGATE", "maxvCpus": 1, "subnets": [subnet["SubnetId"]], "securityGroupIds": [group]}
    environment = batch.create_compute_environment(
        computeEnvironmentName="environment", type="MANAGED", computeResources=resources, serviceRole=role
    )
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    batch.create_job_queue(jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    container = {"image": "i", "vcpus": 1, "memory": 128}
    batch.register_job_definition(jobDefinitionName="definition", type="container", containerProperties=container)


def ecs_task(aws: Caller) -> dict[str, Any]:
    ecs, ec2 = aws.client("ecs"), aws.client("ec2")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="f",
        containerDefinitions=[{"name": "n", "image": "i", "memory": 10}],
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
    )
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=subnet["VpcId"])["GroupId"]
    network = {"Subnets": [subnet["SubnetId"]], "SecurityGroups": [group]}
    where = {"LaunchType": "FARGATE", "NetworkConfiguration": {"AwsvpcConfiguration": network}}
    return {"Cluster": "c", "TaskDefinition": "f", **where}


# -- services that moto runs jobs of -----------------------------------------------------------------------------------


async def test_a_glue_job_tells_its_name_and_then_how_it_went(runner: asyncio.Runner, aws: Caller) -> None:
    aws.client("glue").create_job(Name="nightly", Role="r", Command={"Name": "glueetl"})
    tell_moto(aws.url, "state-manager/set-transition", {
        "model_name": "glue::job_run", "transition": {"progression": "manual", "times": 2}})  # fmt: skip
    started = await aws.call("glue:startJobRun.sync", GLUE)
    assert without_exchange(started) == {"JobName": "nightly", "JobRunId": started["JobRunId"]}
    assert await aws.poll("glue:startJobRun.sync", GLUE, started) is None
    run = await finished(aws, "glue:startJobRun.sync", GLUE, started)
    assert (run["Id"], run["JobName"], run["JobRunState"]) == (started["JobRunId"], "nightly", "SUCCEEDED")
    assert isinstance(run["StartedOn"], int)


async def test_a_query_of_athena_is_under_its_name(runner: asyncio.Runner, aws: Caller) -> None:
    started = await aws.call("athena:startQueryExecution.sync", QUERY)
    result = await finished(aws, "athena:startQueryExecution.sync", QUERY, started)
    assert list(result) == ["QueryExecution"]
    assert result["QueryExecution"]["Status"]["State"] == "SUCCEEDED"


async def test_a_build_is_under_its_name(runner: asyncio.Runner, aws: Caller) -> None:
    aws.client("codebuild").create_project(
        name="project",
        source={"type": "S3", "location": "b/p.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole="arn:aws:iam::123456789012:role/service-role/build",
    )
    given = {"ProjectName": "project"}
    started = await aws.call("codebuild:startBuild.sync", given)
    result = await finished(aws, "codebuild:startBuild.sync", given, started)
    assert list(result) == ["Build"]
    assert (result["Build"]["Id"], result["Build"]["BuildStatus"]) == (started["Build"]["Id"], "SUCCEEDED")


async def test_a_batch_job_is_not_submitted_twice_by_one_call(runner: asyncio.Runner, aws: Caller) -> None:
    batch_queue(aws)
    started = await aws.call("batch:submitJob.sync", BATCH)
    again = await aws.call("batch:submitJob.sync", BATCH)
    assert again["JobId"] == started["JobId"]
    other = await aws.call("batch:submitJob.sync", BATCH, position=9)
    assert other["JobId"] != started["JobId"]
    job = await finished(aws, "batch:submitJob.sync", BATCH, started)
    assert (job["JobId"], job["JobName"], job["Status"]) == (started["JobId"], "render", "SUCCEEDED")


async def test_a_training_job_bears_aws_tag_and_is_known_again(runner: asyncio.Runner, aws: Caller) -> None:
    started = await aws.call("sagemaker:createTrainingJob.sync", TRAINING)
    again = await aws.call("sagemaker:createTrainingJob.sync", TRAINING)
    assert without_exchange(again) == without_exchange(started)
    tags = aws.client("sagemaker").list_tags(ResourceArn=started["TrainingJobArn"])["Tags"]
    assert {"Key": "MANAGED_BY_AWS", "Value": "STARTED_BY_STEP_FUNCTIONS"} in tags
    result = await finished(aws, "sagemaker:createTrainingJob.sync", TRAINING, started)
    assert (result["TrainingJobName"], result["TrainingJobStatus"]) == ("model", "Completed")


async def test_a_task_of_ecs_says_who_has_started_it_and_can_be_stopped(runner: asyncio.Runner, aws: Caller) -> None:
    given = ecs_task(aws)
    started = await aws.call("ecs:runTask.sync", given)
    assert started["Tasks"][0]["StartedBy"] == "AWS Step Functions"
    assert await aws.poll("ecs:runTask.sync", given, started) is None
    await aws.stop("ecs:runTask.sync", given, started)
    (task,) = aws.client("ecs").describe_tasks(cluster="c", tasks=[started["Tasks"][0]["TaskArn"]])["tasks"]
    assert (task["desiredStatus"], task["stoppedReason"]) == ("STOPPED", "The execution that waited for it has ended")


# -- tokens ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "given", "token"),
    [
        ("ecs:runTask.sync", {"TaskDefinition": "f"}, "clientToken"),
        ("athena:startQueryExecution.sync", {"QueryString": "select 1"}, "ClientRequestToken"),
        ("codebuild:startBuild.sync", {"ProjectName": "p"}, "idempotencyToken"),
        ("emr-containers:startJobRun.sync", {"VirtualClusterId": "v"}, "clientToken"),
        ("mediaconvert:createJob.sync", {"Role": "r", "Settings": {}}, "clientRequestToken"),
        ("eks:createCluster.sync", {"Name": "c"}, "clientRequestToken"),
        ("bedrock:createModelCustomizationJob.sync", {"JobName": "j"}, "clientRequestToken"),
    ],
)
async def test_a_call_made_again_brings_the_same_token(
    runner: asyncio.Runner, rude: Rude, resource: str, given: Any, token: str
) -> None:
    aws = Caller(rude.url)
    for position in (1, 1, 2):
        await aws.call(resource, given, position=position)
    first, again, other = (json.loads(seen.body)[token] for seen in rude.seen)
    assert first == again == aws.call_of(resource, given).identity
    assert other != first


async def test_a_token_of_the_states_own_stays(runner: asyncio.Runner, rude: Rude) -> None:
    await Caller(rude.url).call("ecs:runTask", {"TaskDefinition": "f", "ClientToken": "mine"})
    assert json.loads(rude.seen[0].body)["clientToken"] == "mine"


# -- ends --------------------------------------------------------------------------------------------------------------


async def test_a_job_that_failed_is_the_cause(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, json.dumps(FAILED_RUN))]
    with pytest.raises(CallFailed) as failed:
        await Caller(rude.url).poll("glue:startJobRun.sync", GLUE, {"JobRunId": "jr_1"})
    assert failed.value.failure.error == "States.TaskFailed"
    assert json.loads(failed.value.failure.cause or "") == FAILED_RUN["JobRun"] | {"StartedOn": 1500}
    assert json.loads(rude.seen[0].body) == {"JobName": "nightly", "RunId": "jr_1"}


@pytest.mark.parametrize(
    ("tasks", "fails"),
    [
        ([{"lastStatus": "STOPPED", "containers": [{"exitCode": 0}]}], False),
        ([{"lastStatus": "STOPPED", "containers": [{"exitCode": 0}, {"exitCode": 3}]}], True),
        ([{"lastStatus": "STOPPED", "containers": [{"reason": "CannotPullContainerError"}]}], True),
        ([{"lastStatus": "RUNNING", "containers": [{"exitCode": 0}]}], None),
        ([{"lastStatus": "STOPPED", "containers": []}, {"lastStatus": "RUNNING", "containers": []}], None),
    ],
)
async def test_tasks_of_ecs_have_succeeded_when_all_containers_have(
    runner: asyncio.Runner, rude: Rude, tasks: Any, fails: bool | None
) -> None:
    rude.answers = [(200, json.dumps({"tasks": tasks}))]
    poll = Caller(rude.url).poll("ecs:runTask.sync", {}, {"Tasks": [{"TaskArn": "t", "ClusterArn": "c"}]})
    if fails:
        with pytest.raises(CallFailed, match=r"States\.TaskFailed"):
            await poll
    else:
        assert (await poll is None) == (fails is None)


@pytest.mark.parametrize(("age", "runs"), [(5, True), (7200, False)])
async def test_a_task_that_ecs_has_forgotten_has_failed_unless_it_is_quite_new(
    runner: asyncio.Runner, rude: Rude, age: float, runs: bool
) -> None:
    rude.answers = [(200, json.dumps({"tasks": [], "failures": [{"arn": "t", "reason": "MISSING"}]}))]
    began = round((time.time() - age) * 1000)
    submitted = {"Tasks": [{"TaskArn": "t", "ClusterArn": "c", "CreatedAt": began}]}
    poll = Caller(rude.url).poll("ecs:runTask.sync", {}, submitted)
    if runs:
        assert await poll is None
    else:
        with pytest.raises(CallFailed, match="MISSING"):
            await poll


async def test_tasks_that_ecs_could_not_place_fail_the_task_only_if_it_waits(
    runner: asyncio.Runner, rude: Rude
) -> None:
    rude.answers = [(200, json.dumps({"tasks": [], "failures": [{"reason": "RESOURCE:MEMORY"}]}))]
    aws = Caller(rude.url)
    assert (await aws.call("ecs:runTask", {"TaskDefinition": "f"}))["Failures"] == [{"Reason": "RESOURCE:MEMORY"}]
    error, cause = await aws.failure("ecs:runTask.sync", {"TaskDefinition": "f"})
    assert (error, json.loads(cause)["Failures"]) == ("AmazonECS.Unknown", [{"Reason": "RESOURCE:MEMORY"}])


async def test_a_deletion_ends_when_nothing_is_there_any_more(runner: asyncio.Runner, rude: Rude) -> None:
    aws, given = Caller(rude.url), {"Name": "c"}
    rude.answers = [(200, '{"cluster": {"name": "c", "status": "DELETING"}}')]
    started = await aws.call("eks:deleteCluster.sync", given)
    assert await aws.poll("eks:deleteCluster.sync", given, started) is None
    rude.headers["x-amzn-errortype"] = "ResourceNotFoundException"
    rude.answers = [(404, '{"message": "No cluster found for name: c."}')]
    assert await aws.poll("eks:deleteCluster.sync", given, started) == {"Cluster": {"Name": "c", "Status": "DELETING"}}


@pytest.mark.parametrize(
    "trouble",
    [(500, "oops"), (400, '{"__type": "ThrottlingException"}'), (200, "rubbish")],
)
async def test_a_service_in_trouble_is_asked_again_later(
    runner: asyncio.Runner, rude: Rude, trouble: tuple[int, str]
) -> None:
    rude.answers = [trouble]
    aws = Caller(rude.url, attempts=1)
    assert await aws.poll("glue:startJobRun.sync", GLUE, {"JobRunId": "jr_1"}) is None


async def test_a_service_that_is_away_is_asked_again_later(runner: asyncio.Runner) -> None:
    aws = Caller("http://127.0.0.1:9", attempts=1)
    assert await aws.poll("glue:startJobRun.sync", GLUE, {"JobRunId": "jr_1"}) is None


async def test_a_job_that_may_not_be_asked_after_fails_the_task(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(400, '{"__type": "AccessDeniedException", "message": "no"}')]
    with pytest.raises(CallFailed, match=r"Glue\.AccessDeniedException"):
        await Caller(rude.url).poll("glue:startJobRun.sync", GLUE, {"JobRunId": "jr_1"})


async def test_a_stop_that_fails_says_so_and_may_be_asked_again(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(500, "oops")]
    with pytest.raises(CallFailed, match="Glue"):
        await Caller(rude.url, attempts=1).stop("glue:startJobRun.sync", GLUE, {"JobRunId": "jr_1"})
    rude.answers = [(200, "{}")]
    await Caller(rude.url).stop("glue:startJobRun.sync", GLUE, {"JobRunId": "jr_1"})
    assert json.loads(rude.seen[-1].body) == {"JobName": "nightly", "JobRunIds": ["jr_1"]}


async def test_a_job_that_nobody_heard_of_is_stopped_if_its_tag_is_there(runner: asyncio.Runner, rude: Rude) -> None:
    aws = Caller(rude.url)
    listed = (200, json.dumps({"jobSummaryList": [{"jobId": "1"}, {"jobId": "2"}]}))
    tags = {"stepwell-call": aws.call_of("batch:submitJob.sync", BATCH).identity}
    jobs = [{"jobId": "1", "jobName": "render"}, {"jobId": "2", "jobName": "render", "tags": tags}]
    rude.answers = [listed, (200, json.dumps({"jobs": jobs})), (200, "{}")]
    await aws.stop("batch:submitJob.sync", BATCH, None)
    assert (rude.seen[-1].path, json.loads(rude.seen[-1].body)["jobId"]) == ("/v1/terminatejob", "2")
    rude.answers = [listed, (200, json.dumps({"jobs": jobs[:1]}))]
    await aws.stop("batch:submitJob.sync", BATCH, None)
    assert rude.seen[-1].path == "/v1/describejobs"


async def test_what_aws_lets_run_on_is_not_stopped(runner: asyncio.Runner, rude: Rude) -> None:
    await Caller(rude.url).stop("eks:createCluster.sync", {"Name": "c"}, {"Cluster": {"Name": "c"}})
    assert rude.seen == []
