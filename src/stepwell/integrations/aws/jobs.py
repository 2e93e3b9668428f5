"""Jobs that tasks wait for (`.sync`): which operation tells how a job is, when it has ended, and how it is stopped."""

import time
from collections.abc import Callable
from typing import Any

import msgspec

from stepwell.integrations.aws.adapters import CALL_TAG, Ask
from stepwell.integrations.aws.desk import Json
from stepwell.integrations.call import Call

Request = dict[str, Any]
"""Members of a request; texts that begin with `given.` or `answer.` are paths into what started the job."""


class Job(msgspec.Struct, frozen=True):
    """A kind of job."""

    asked: str  # the action that tells how it is
    about: Request
    job: str  # where in that answer the job is; empty: the answer is the job
    state: str  # where in the job its state is
    succeeded: frozenset[str]
    failed: frozenset[str]
    stopped: tuple[str, Request] | None = None  # None: AWS lets it run on
    under: str = ""  # the member of the result that the job is; empty: the result is the job
    kept: tuple[str, ...] = ()  # members of the start's answer that the result has too
    gone: str = ""  # the error that tells of the end, for a deletion
    here: Callable[[Call, Json, Ask], Json | None] | None = None  # finds the job that this very call has started before
    read: Callable[[Json, Json], tuple[str, Any]] | None = None  # its state and itself, where a path is not enough


def _job(
    asked: str, about: Request, job: str, state: str, succeeded: str, failed: str = "", stopped: Any = None, **how: Any
) -> Job:
    return Job(asked, about, job, state, frozenset(succeeded.split()), frozenset(failed.split()), stopped, **how)


def path(value: Any, steps: str) -> Any:
    """What stands at `Jobs.0.Status`, or at all of `Tasks.*.TaskArn`; None where nothing does."""
    if "*" in steps:
        before, _, after = steps.partition(".*.")
        return [path(item, after) for item in path(value, before) or ()]
    for step in filter(None, steps.split(".")):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def request(about: Request, given: Json, answer: Json) -> Json:
    """The members of a request about a job."""
    return {name: _filled(value, {"given": given, "answer": answer}) for name, value in about.items()}


def _filled(value: Any, source: Json) -> Any:
    if isinstance(value, list):
        return [_filled(item, source) for item in value]
    return path(source, value) if isinstance(value, str) and value.startswith(("given.", "answer.")) else value


# -- jobs without a token: found again by a tag ------------------------------------------------------------------------


def _batch_job(call: Call, given: Json, ask: Ask) -> Json | None:
    names = [{"Name": "JOB_NAME", "Values": [given.get("JobName")]}]
    listed = ask("listJobs", {"JobQueue": given.get("JobQueue"), "Filters": names})
    ids = [job["JobId"] for job in listed.get("JobSummaryList", ())][:100]
    jobs = ask("describeJobs", {"Jobs": ids}).get("Jobs", ()) if ids else ()
    ours = next((job for job in jobs if job.get("Tags", {}).get(CALL_TAG) == call.identity), None)
    return ours and {name: ours[name] for name in ("JobArn", "JobId", "JobName") if name in ours}


def _sagemaker_job(kind: str) -> Callable[[Call, Json, Ask], Json | None]:
    arn = f"{kind}JobArn"

    def here(call: Call, given: Json, ask: Ask) -> Json | None:
        """Names are unique: only one that is taken can be ours."""
        page: Json = {"ResourceArn": ask(f"describe{kind}Job", {f"{kind}JobName": given.get(f"{kind}JobName")})[arn]}
        tags = ask("listTags", page).get("Tags", ())
        return {arn: page["ResourceArn"]} if {"Key": CALL_TAG, "Value": call.identity} in tags else None

    return here


YOUNG_SECONDS = 60
"""How long ECS may not know a task yet that it has just begun."""


def _tasks(described: Json, answer: Json) -> tuple[str, Any]:
    """ECS's tasks have succeeded when all their containers ended with 0.

    ECS forgets a task an hour after its end; one that was not asked after in time has failed, as far as we can tell.
    """
    tasks = described.get("Tasks", ())
    if not tasks:
        began = path(answer, "Tasks.0.CreatedAt") or 0
        return "RUNNING" if time.time() - began / 1000 < YOUNG_SECONDS else "FAILED", described
    if any(task.get("LastStatus") != "STOPPED" for task in tasks):
        return "RUNNING", None
    codes = [container.get("ExitCode") for task in tasks for container in task.get("Containers", ())]
    state = "SUCCEEDED" if all(code == 0 for code in codes) else "FAILED"
    return state, tasks[0] if len(tasks) == 1 else {"Tasks": tasks}


def _sagemaker(kind: str) -> Job:
    name = f"{kind}JobName"
    about = {name: f"given.{name}"}
    return _job(
        f"describe{kind}Job",
        about,
        "",
        f"{kind}JobStatus",
        "Completed",
        "Failed Stopped DeleteFailed",
        (f"stop{kind}Job", about),
        here=_sagemaker_job(kind),
    )


def _application(reached: str, failed: str = "TERMINATED", stopped: str = "", id: str = "given.ApplicationId") -> Job:
    about = {"ApplicationId": id}
    return _job(
        "getApplication",
        about,
        "Application",
        "State",
        reached,
        failed,
        (stopped, about) if stopped else None,
        under="Application",
        kept=("ApplicationId",),
    )


def _cluster_part(part: str, name: str) -> dict[str, Job]:
    """EKS's parts of a cluster, which AWS does not delete when an execution ends."""
    about = {"ClusterName": "given.ClusterName", name: f"given.{name}"}
    about = {"Name": "given.Name"} if part == "Cluster" else about
    described = (f"describe{part}", about, part, "Status")
    return {
        f"eks:create{part}": _job(*described, "ACTIVE", "FAILED CREATE_FAILED", under=part),
        f"eks:delete{part}": _job(*described, "", "DELETE_FAILED", under=part, gone="ResourceNotFoundException"),
    }


_BATCH_RUN = {"Id": "answer.BuildBatch.Id"}
_BUILD_BATCH = _job(
    "batchGetBuildBatches",
    {"Ids": ["answer.BuildBatch.Id"]},
    "BuildBatches.0",
    "BuildBatchStatus",
    "SUCCEEDED",
    "FAILED FAULT TIMED_OUT STOPPED",
    ("stopBuildBatch", _BATCH_RUN),
    under="BuildBatch",
)
_RUN = {"ApplicationId": "given.ApplicationId", "JobRunId": "answer.JobRunId"}
_VIRTUAL = {"VirtualClusterId": "given.VirtualClusterId", "Id": "answer.Id"}
_STEP = {"ClusterId": "given.ClusterId", "StepId": "answer.StepId"}
_GLUE = {"JobName": "given.JobName", "RunId": "answer.JobRunId"}
_BREW = {"Name": "given.Name", "RunId": "answer.RunId"}
_REASON = "The execution that waited for it has ended"

JOBS: dict[str, Job] = {
    "athena:startQueryExecution": _job(
        "getQueryExecution",
        {"QueryExecutionId": "answer.QueryExecutionId"},
        "QueryExecution",
        "Status.State",
        "SUCCEEDED",
        "FAILED CANCELLED",
        ("stopQueryExecution", {"QueryExecutionId": "answer.QueryExecutionId"}),
        under="QueryExecution",
    ),
    "batch:submitJob": _job(
        "describeJobs",
        {"Jobs": ["answer.JobId"]},
        "Jobs.0",
        "Status",
        "SUCCEEDED",
        "FAILED",
        ("terminateJob", {"JobId": "answer.JobId", "Reason": _REASON}),
        here=_batch_job,
    ),
    "bedrock:createModelCustomizationJob": _job(
        "getModelCustomizationJob",
        {"JobIdentifier": "answer.JobArn"},
        "",
        "Status",
        "Completed",
        "Failed Stopped",
        ("stopModelCustomizationJob", {"JobIdentifier": "answer.JobArn"}),
    ),
    "codebuild:startBuild": _job(
        "batchGetBuilds",
        {"Ids": ["answer.Build.Id"]},
        "Builds.0",
        "BuildStatus",
        "SUCCEEDED",
        "FAILED FAULT TIMED_OUT STOPPED",
        ("stopBuild", {"Id": "answer.Build.Id"}),
        under="Build",
    ),
    "codebuild:startBuildBatch": _BUILD_BATCH,
    "codebuild:retryBuildBatch": _BUILD_BATCH,
    "databrew:startJobRun": _job(
        "describeJobRun", _BREW, "", "State", "SUCCEEDED", "FAILED STOPPED TIMEOUT", ("stopJobRun", _BREW)
    ),
    "ecs:runTask": _job(
        "describeTasks",
        {"Cluster": "answer.Tasks.0.ClusterArn", "Tasks": "answer.Tasks.*.TaskArn"},
        "Tasks",
        "",
        "SUCCEEDED",
        "FAILED",
        (
            "stopTask",
            {"Cluster": "answer.Tasks.0.ClusterArn", "Task": "answer.Tasks.0.TaskArn", "Reason": _REASON},
        ),
        read=_tasks,
    ),
    "elasticmapreduce:createCluster": _job(
        "describeCluster",
        {"ClusterId": "answer.ClusterId"},
        "Cluster",
        "Status.State",
        "WAITING",
        "TERMINATED TERMINATED_WITH_ERRORS",
        under="Cluster",
        kept=("ClusterId",),
    ),
    "elasticmapreduce:terminateCluster": _job(
        "describeCluster",
        {"ClusterId": "given.ClusterId"},
        "Cluster",
        "Status.State",
        "TERMINATED TERMINATED_WITH_ERRORS",
        under="Cluster",
    ),
    "elasticmapreduce:addStep": _job(
        "describeStep",
        _STEP,
        "Step",
        "Status.State",
        "COMPLETED",
        "CANCELLED FAILED INTERRUPTED",
        ("cancelSteps", {"ClusterId": "given.ClusterId", "StepIds": ["answer.StepId"]}),
        under="Step",
    ),
    "emr-containers:deleteVirtualCluster": _job(
        "describeVirtualCluster",
        {"Id": "given.Id"},
        "VirtualCluster",
        "State",
        "TERMINATED",
        "ARRESTED",
        under="VirtualCluster",
    ),
    "emr-containers:startJobRun": _job(
        "describeJobRun",
        _VIRTUAL,
        "JobRun",
        "State",
        "COMPLETED",
        "FAILED CANCELLED",
        ("cancelJobRun", _VIRTUAL),
        under="JobRun",
    ),
    "emr-serverless:createApplication": _application(
        "CREATED STARTED", stopped="deleteApplication", id="answer.ApplicationId"
    ),
    "emr-serverless:startApplication": _application("STARTED", stopped="stopApplication"),
    "emr-serverless:stopApplication": _application("STOPPED"),
    "emr-serverless:deleteApplication": _application("TERMINATED", ""),
    "emr-serverless:startJobRun": _job(
        "getJobRun", _RUN, "JobRun", "State", "SUCCESS", "FAILED CANCELLED", ("cancelJobRun", _RUN), under="JobRun"
    ),
    "emr-serverless:cancelJobRun": _job(
        "getJobRun", _RUN, "JobRun", "State", "CANCELLED", "SUCCESS FAILED", under="JobRun"
    ),
    "glue:startJobRun": _job(
        "getJobRun",
        _GLUE,
        "JobRun",
        "JobRunState",
        "SUCCEEDED",
        "STOPPED FAILED TIMEOUT ERROR EXPIRED",
        ("batchStopJobRun", {"JobName": "given.JobName", "JobRunIds": ["answer.JobRunId"]}),
    ),
    "mediaconvert:createJob": _job(
        "getJob",
        {"Id": "answer.Job.Id"},
        "Job",
        "Status",
        "COMPLETE",
        "ERROR CANCELED",
        ("cancelJob", {"Id": "answer.Job.Id"}),
        under="Job",
    ),
    **{
        f"sagemaker:create{kind}Job": _sagemaker(kind)
        for kind in ("HyperParameterTuning", "Labeling", "Processing", "Training", "Transform")
    },
    **_cluster_part("Cluster", "Name"),
    **_cluster_part("FargateProfile", "FargateProfileName"),
    **_cluster_part("Nodegroup", "NodegroupName"),
}
"""Every action that AWS knows with `.sync`, but eks:runJob, which speaks to Kubernetes."""
