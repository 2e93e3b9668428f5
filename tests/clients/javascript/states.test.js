// The AWS SDK for JavaScript v3: what a program does with Step Functions, done with Stepwell.
// Run by tests/clients/test_javascript.py, which starts the servers that STEPWELL_URL and STEPWELL_SLOW_URL name.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as sfn from "@aws-sdk/client-sfn";

const ROLE = "arn:aws:iam::123456789012:role/any";
const AT = "arn:aws:states:us-east-1:123456789012";
const PASS = JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Pass", End: true } } });
const FAIL = JSON.stringify({ StartAt: "No", States: { No: { Type: "Fail", Error: "Card.Declined", Cause: "empty" } } });

function connect(url, options = {}) {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  return new sfn.SFN({ endpoint: url, region: "us-east-1", credentials, disableHostPrefix: true, ...options });
}

const states = connect(process.env.STEPWELL_URL);

async function create(name, definition = PASS, type = "STANDARD") {
  const { stateMachineArn } = await states.createStateMachine({ name, definition, roleArn: ROLE, type });
  return stateMachineArn;
}

async function ended(executionArn) {
  for (;;) {
    const described = await states.describeExecution({ executionArn });
    if (described.status !== "RUNNING") return described;
  }
}

async function collected(pages, member) {
  const found = [];
  for await (const page of pages) found.push(page[member]);
  return found;
}

test("a machine is created, started and described", async () => {
  const stateMachineArn = await create("js-life");
  const started = await states.startExecution({ stateMachineArn, name: "first", input: '{"a":1}' });
  assert.equal(started.executionArn, `${AT}:execution:js-life:first`);
  assert.ok(started.startDate instanceof Date);
  const described = await ended(started.executionArn);
  assert.deepEqual([described.status, described.output], ["SUCCEEDED", '{"a":1}']);
  assert.ok(described.stopDate >= described.startDate);
});

test("a failure is an answer, not an exception", async () => {
  const { executionArn } = await states.startExecution({ stateMachineArn: await create("js-fails", FAIL) });
  const { status, error, cause } = await ended(executionArn);
  assert.deepEqual({ status, error, cause }, { status: "FAILED", error: "Card.Declined", cause: "empty" });
});

test("paginateListExecutions gives every execution once, newest first", async () => {
  const stateMachineArn = await create("js-pages");
  for (let n = 0; n < 5; n++) {
    await ended((await states.startExecution({ stateMachineArn, name: `e${n}` })).executionArn);
  }
  const pages = sfn.paginateListExecutions({ client: states, pageSize: 2 }, { stateMachineArn });
  const names = (await collected(pages, "executions")).map((page) => page.map((execution) => execution.name));
  assert.deepEqual(names, [["e4", "e3"], ["e2", "e1"], ["e0"]]);
});

test("paginateGetExecutionHistory gives every event once", async () => {
  const { executionArn } = await states.startExecution({ stateMachineArn: await create("js-history") });
  await ended(executionArn);
  const pages = sfn.paginateGetExecutionHistory({ client: states, pageSize: 3 }, { executionArn });
  const types = (await collected(pages, "events")).flat().map((event) => event.type);
  assert.deepEqual(types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]);
});

test("the SDK's other paginators read their pages, and it has no waiters", async () => {
  const stateMachineArn = await create("js-others");
  const { executionArn } = await states.startExecution({ stateMachineArn });
  const config = { client: states, pageSize: 1 };
  const machines = (await collected(sfn.paginateListStateMachines(config, {}), "stateMachines")).flat();
  assert.ok(machines.some((machine) => machine.stateMachineArn === stateMachineArn));
  assert.deepEqual(await collected(sfn.paginateListMapRuns(config, { executionArn }), "mapRuns"), [[]]);
  const { activityArn } = await states.createActivity({ name: "js-listed" });
  const activities = (await collected(sfn.paginateListActivities(config, {}), "activities")).flat();
  assert.ok(activities.some((activity) => activity.activityArn === activityArn));
  assert.deepEqual(Object.keys(sfn).filter((name) => name.startsWith("waitUntil")), []);
});

test("a worker takes a task, says that it is at it, and answers", async () => {
  const { activityArn } = await states.createActivity({ name: "js-work" });
  const definition = { StartAt: "Work", States: { Work: { Type: "Task", Resource: activityArn, End: true } } };
  const stateMachineArn = await create("js-worker", JSON.stringify(definition));
  const { executionArn } = await states.startExecution({ stateMachineArn, input: '{"n":20}' });
  const { taskToken, input } = await states.getActivityTask({ activityArn, workerName: "node" });
  await states.sendTaskHeartbeat({ taskToken });
  await states.sendTaskSuccess({ taskToken, output: JSON.stringify(JSON.parse(input).n + 1) });
  assert.equal((await ended(executionArn)).output, "21");
  await assert.rejects(states.sendTaskSuccess({ taskToken, output: "2" }), sfn.TaskTimedOut);
});

test("a poll without a task ends without a token", async () => {
  const { activityArn } = await states.createActivity({ name: "js-idle" });
  const answer = await states.getActivityTask({ activityArn });
  assert.ok(!answer.taskToken);
});

test("errors are the SDK's own classes, with AWS's texts", async () => {
  const stateMachineArn = `${AT}:stateMachine:nobody`;
  await assert.rejects(states.describeStateMachine({ stateMachineArn }), (error) => {
    assert.ok(error instanceof sfn.StateMachineDoesNotExist && error instanceof sfn.SFNServiceException);
    assert.equal(error.name, "StateMachineDoesNotExist");
    assert.equal(error.message, `State Machine Does Not Exist: '${stateMachineArn}'`);
    assert.deepEqual([error.$fault, error.$metadata.httpStatusCode], ["client", 400]);
    return true;
  });
  await assert.rejects(create("js-broken", "{}"), sfn.InvalidDefinition);
  await assert.rejects(create("j s"), sfn.InvalidName);
  await assert.rejects(states.describeMapRun({ mapRunArn: `${AT}:mapRun:nobody/Label:0` }), sfn.ResourceNotFound);
});

test("a ValidationException tells its reason", async () => {
  const stateMachineArn = `${AT}:stateMachine:js/Label`;
  await assert.rejects(states.describeStateMachine({ stateMachineArn }), (error) => {
    assert.ok(error instanceof sfn.ValidationException);
    assert.equal(error.reason, "API_DOES_NOT_SUPPORT_LABELED_ARNS");
    return true;
  });
  await assert.rejects(create("n".repeat(81)), sfn.ValidationException);
});

test("startSyncExecution works with disableHostPrefix", async () => {
  const stateMachineArn = await create("js-express", PASS, "EXPRESS");
  const answer = await states.startSyncExecution({ stateMachineArn, input: "[1,2]" });
  assert.deepEqual([answer.status, answer.output], ["SUCCEEDED", "[1,2]"]);
  assert.equal(answer.billingDetails.billedMemoryUsedInMB, 64);
});

test("testState works with disableHostPrefix", async () => {
  const definition = JSON.stringify({ Type: "Pass", Parameters: { "b.$": "$.a" }, End: true });
  const answer = await states.testState({ definition, roleArn: ROLE, input: '{"a":1}', inspectionLevel: "DEBUG" });
  assert.deepEqual([answer.status, answer.output], ["SUCCEEDED", '{"b":1}']);
  assert.equal(answer.inspectionData.afterParameters, '{"b":1}');
});

test("without disableHostPrefix the SDK calls a host of another name, whatever the environment says", async () => {
  process.env.AWS_DISABLE_HOST_PREFIX_INJECTION = "true"; // which is for boto3 and the CLI
  const asked = [];
  const requestHandler = { handle: ({ hostname }) => (asked.push(hostname), Promise.reject(new Error("not sent"))) };
  const prefixed = connect("http://localhost:8083", { disableHostPrefix: false, requestHandler, maxAttempts: 1 });
  const request = { definition: '{"Type":"Pass","End":true}' };
  await assert.rejects(prefixed.testState(request), /not sent/);
  assert.deepEqual(asked, ["sync-localhost"]);
});

test("requests that are throttled are sent again", async () => {
  const hasty = connect(process.env.STEPWELL_SLOW_URL, { maxAttempts: 15 });
  const answers = await Promise.all(Array.from({ length: 34 }, () => hasty.listActivities({})));
  assert.ok(answers.some((answer) => answer.$metadata.attempts > 1));
  const patienceless = connect(process.env.STEPWELL_SLOW_URL, { maxAttempts: 1 });
  const results = await Promise.allSettled(Array.from({ length: 60 }, () => patienceless.listActivities({})));
  const errors = results.filter((result) => result.status === "rejected").map((result) => result.reason.name);
  assert.deepEqual([...new Set(errors)], ["ThrottlingException"]);
});
