"""The operations of the API: each by the name it has on the wire."""

from typing import Any

from stepwell.api import shapes
from stepwell.api.call import Operation
from stepwell.api.operations import (
    activities,
    aliases,
    executions,
    map_runs,
    state_machines,
    tags,
    tasks,
    test_state,
    validation,
    versions,
)

OPERATIONS: dict[str, Operation[Any]] = {
    "CreateActivity": Operation(shapes.CreateActivityRequest, activities.create_activity),
    "CreateStateMachine": Operation(shapes.CreateStateMachineRequest, state_machines.create_state_machine),
    "CreateStateMachineAlias": Operation(shapes.CreateStateMachineAliasRequest, aliases.create_state_machine_alias),
    "DeleteActivity": Operation(shapes.DeleteActivityRequest, activities.delete_activity),
    "DeleteStateMachine": Operation(shapes.DeleteStateMachineRequest, state_machines.delete_state_machine),
    "DeleteStateMachineAlias": Operation(shapes.DeleteStateMachineAliasRequest, aliases.delete_state_machine_alias),
    "DeleteStateMachineVersion": Operation(
        shapes.DeleteStateMachineVersionRequest, versions.delete_state_machine_version
    ),
    "DescribeActivity": Operation(shapes.DescribeActivityRequest, activities.describe_activity),
    "DescribeExecution": Operation(shapes.DescribeExecutionRequest, executions.describe_execution),
    "DescribeMapRun": Operation(shapes.DescribeMapRunRequest, map_runs.describe_map_run),
    "DescribeStateMachine": Operation(shapes.DescribeStateMachineRequest, state_machines.describe_state_machine),
    "DescribeStateMachineAlias": Operation(
        shapes.DescribeStateMachineAliasRequest, aliases.describe_state_machine_alias
    ),
    "DescribeStateMachineForExecution": Operation(
        shapes.DescribeStateMachineForExecutionRequest, executions.describe_state_machine_for_execution
    ),
    "GetActivityTask": Operation(shapes.GetActivityTaskRequest, activities.get_activity_task, waits=True),
    "GetExecutionHistory": Operation(shapes.GetExecutionHistoryRequest, executions.get_execution_history),
    "ListActivities": Operation(shapes.ListActivitiesRequest, activities.list_activities),
    "ListExecutions": Operation(shapes.ListExecutionsRequest, executions.list_executions),
    "ListMapRuns": Operation(shapes.ListMapRunsRequest, map_runs.list_map_runs),
    "ListStateMachineAliases": Operation(shapes.ListStateMachineAliasesRequest, aliases.list_state_machine_aliases),
    "ListStateMachineVersions": Operation(shapes.ListStateMachineVersionsRequest, versions.list_state_machine_versions),
    "ListStateMachines": Operation(shapes.ListStateMachinesRequest, state_machines.list_state_machines),
    "ListTagsForResource": Operation(shapes.ListTagsForResourceRequest, tags.list_tags_for_resource),
    "PublishStateMachineVersion": Operation(
        shapes.PublishStateMachineVersionRequest, versions.publish_state_machine_version
    ),
    "RedriveExecution": Operation(shapes.RedriveExecutionRequest, executions.redrive_execution),
    "SendTaskFailure": Operation(shapes.SendTaskFailureRequest, tasks.send_task_failure),
    "SendTaskHeartbeat": Operation(shapes.SendTaskHeartbeatRequest, tasks.send_task_heartbeat),
    "SendTaskSuccess": Operation(shapes.SendTaskSuccessRequest, tasks.send_task_success),
    "StartExecution": Operation(shapes.StartExecutionRequest, executions.start_execution),
    "StartSyncExecution": Operation(shapes.StartSyncExecutionRequest, executions.start_sync_execution, waits=True),
    "StopExecution": Operation(shapes.StopExecutionRequest, executions.stop_execution),
    "TagResource": Operation(shapes.TagResourceRequest, tags.tag_resource),
    "TestState": Operation(shapes.TestStateRequest, test_state.test_state),
    "UntagResource": Operation(shapes.UntagResourceRequest, tags.untag_resource),
    "UpdateMapRun": Operation(shapes.UpdateMapRunRequest, map_runs.update_map_run),
    "UpdateStateMachine": Operation(shapes.UpdateStateMachineRequest, state_machines.update_state_machine),
    "UpdateStateMachineAlias": Operation(shapes.UpdateStateMachineAliasRequest, aliases.update_state_machine_alias),
    "ValidateStateMachineDefinition": Operation(
        shapes.ValidateStateMachineDefinitionRequest, validation.validate_state_machine_definition
    ),
}
