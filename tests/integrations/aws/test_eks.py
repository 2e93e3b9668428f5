"""eks:call and eks:runJob: requests to a cluster's Kubernetes API, here a server that says what it is told to."""

import asyncio
import base64
import json
from typing import Any

import pytest

from stepwell.integrations.call import CallFailed

from .caller import Caller
from .rude import Rude

JOB = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "pi"}, "spec": {}}
UNAUTHORIZED = {"kind": "Status", "status": "Failure", "message": "Unauthorized", "code": 401}


def cluster(rude: Rude, **given: Any) -> dict[str, Any]:
    return {"ClusterName": "c", "CertificateAuthority": "", "Endpoint": rude.url, **given}


async def test_a_call_goes_out_with_a_token_that_says_who_we_are(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(200, '{"items": []}')]
    pods = cluster(rude, Method="GET", Path="/api/v1/pods", QueryParameters={"labelSelector": ["job-name=pi"]})
    answer = await Caller(rude.url).call("eks:call", pods)
    assert (answer["ResponseBody"], answer["StatusCode"], answer["StatusText"]) == ({"items": []}, 200, "OK")
    assert rude.seen[0].path == "/api/v1/pods?labelSelector=job-name%3Dpi"
    kind, token = rude.seen[0].headers["Authorization"].split()
    signed = base64.urlsafe_b64decode(token.removeprefix("k8s-aws-v1.") + "==").decode()
    assert kind == "Bearer"
    assert signed.startswith("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity")
    assert "X-Amz-SignedHeaders=host%3Bx-k8s-aws-id" in signed


async def test_a_refusal_is_told_as_aws_does(runner: asyncio.Runner, rude: Rude) -> None:
    rude.answers = [(401, json.dumps(UNAUTHORIZED))]
    error, cause = await Caller(rude.url).failure("eks:call", cluster(rude, Method="GET", Path="/api"))
    assert error == "EKS.401"
    assert json.loads(cause) == {"ResponseBody": UNAUTHORIZED, "StatusCode": 401, "StatusText": "Unauthorized"}


async def test_a_job_runs_until_it_is_complete_and_its_logs_are_read(runner: asyncio.Runner, rude: Rude) -> None:
    given = cluster(rude, Job=JOB, LogOptions={"RetrieveLogs": True, "LogParameters": {"tailLines": ["6"]}})
    aws = Caller(rude.url)
    rude.answers = [(201, json.dumps(JOB))]
    started = await aws.call("eks:runJob.sync", given)
    assert (rude.seen[0].method, rude.seen[0].path) == ("POST", "/apis/batch/v1/namespaces/default/jobs")
    rude.answers = [(200, json.dumps(JOB | {"status": {"active": 1}}))]
    assert await aws.poll("eks:runJob.sync", given, started) is None
    ended = JOB | {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}
    pod = {"metadata": {"name": "pi-1"}, "spec": {"containers": [{"name": "main"}]}}
    rude.answers = [(200, json.dumps(ended)), (200, json.dumps({"items": [pod]})), (200, "3.14")]
    result = await aws.poll("eks:runJob.sync", given, started)
    assert result == ended | {"logs": {"pods": {"pi-1": {"containers": {"main": {"log": 3.14}}}}}}
    assert rude.seen[-1].path == "/api/v1/namespaces/default/pods/pi-1/log?tailLines=6&container=main"


async def test_a_job_that_failed_is_the_cause(runner: asyncio.Runner, rude: Rude) -> None:
    ended = JOB | {"status": {"conditions": [{"type": "Failed", "status": "True"}]}}
    rude.answers = [(200, json.dumps(ended))]
    with pytest.raises(CallFailed) as failed:
        await Caller(rude.url).poll("eks:runJob.sync", cluster(rude, Job=JOB), {"ResponseBody": JOB})
    assert failed.value.failure.error == "States.TaskFailed"
    assert json.loads(failed.value.failure.cause or "") == ended


async def test_a_job_is_not_begun_twice_by_one_call(runner: asyncio.Runner, rude: Rude) -> None:
    aws, given = Caller(rude.url), cluster(rude, Job=JOB)
    await aws.call("eks:runJob.sync", given)
    ours = json.loads(rude.seen[0].body)
    rude.answers = [(409, "{}"), (200, json.dumps(ours))]
    assert (await aws.call("eks:runJob.sync", given))["ResponseBody"] == ours
    rude.answers = [(409, "{}"), (200, json.dumps(JOB))]
    error, _ = await aws.failure("eks:runJob.sync", given)
    assert error == "EKS.409"


async def test_a_job_that_nobody_waits_for_is_deleted_with_its_pods(runner: asyncio.Runner, rude: Rude) -> None:
    given = cluster(rude, Job=JOB, Namespace="night")
    await Caller(rude.url).stop("eks:runJob.sync", given, {"ResponseBody": JOB})
    assert (rude.seen[0].method, rude.seen[0].path) == (
        "DELETE",
        "/apis/batch/v1/namespaces/night/jobs/pi?propagationPolicy=Foreground",
    )


async def test_a_job_of_the_same_name_that_is_not_ours_is_left_alone(runner: asyncio.Runner, rude: Rude) -> None:
    aws, given = Caller(rude.url), cluster(rude, Job=JOB)
    rude.answers = [(200, json.dumps(JOB))]
    await aws.stop("eks:runJob.sync", given, None)
    assert [seen.method for seen in rude.seen] == ["GET"]


async def test_what_is_missing_is_told(runner: asyncio.Runner, rude: Rude) -> None:
    error, cause = await Caller(rude.url).failure("eks:runJob", {"ClusterName": "c", "Endpoint": "e"})
    assert error == "States.Runtime"
    assert cause.endswith(
        "[The field 'CertificateAuthority' is required but was missing, The field 'Job' is required but was missing]"
    )
