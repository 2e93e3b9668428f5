import { expect, test } from "vitest";
import { boto3Call, cliCall } from "./calls";

const ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:order";
const where = { region: "eu-west-1", endpoint: "http://127.0.0.1:8083" };

test("the CLI's options are the members' names with dashes, what was left out is not there", () => {
  const input = { stateMachineArn: ARN, name: undefined, input: `{"who": "O'Hara"}` };
  expect(cliCall({ operation: "StartExecution", input, ...where })).toBe(
    String.raw`aws stepfunctions start-execution \
  --state-machine-arn ${ARN} \
  --input '{"who": "O'\''Hara"}' \
  --region eu-west-1 \
  --endpoint-url http://127.0.0.1:8083`,
  );
});

test("yes and no are options of their own, lists are JSON", () => {
  const input = {
    publish: true,
    x: false,
    routingConfiguration: [{ stateMachineVersionArn: `${ARN}:1`, weight: 100 }],
  };
  expect(
    cliCall({ operation: "UpdateStateMachine", input, ...where })
      .split(" \\\n  ")
      .slice(1, 4),
  ).toEqual(["--publish", "--no-x", `--routing-configuration '[{"stateMachineVersionArn":"${ARN}:1","weight":100}]'`]);
});

test("what runs in a shell is never what the texts say", () => {
  const [, option] = cliCall({ operation: "StopExecution", input: { cause: "$(rm -rf /)`x`;'" }, ...where }).split(
    "\\\n  ",
  );
  expect(option).toBe(String.raw`--cause '$(rm -rf /)${"`"}x${"`"};'\''' `);
});

test("what the CLI would take for something else comes to it as one JSON", () => {
  const json = (cause: string): string | undefined =>
    cliCall({ operation: "StopExecution", input: { executionArn: "a", cause }, ...where }).split(" \\\n  ")[1];
  expect(json("file:///etc/passwd")).toBe(`--cli-input-json '{"executionArn":"a","cause":"file:///etc/passwd"}'`);
  expect(json("https://it's")).toBe(String.raw`--cli-input-json '{"executionArn":"a","cause":"https://it'\''s"}'`);
  expect(json("a\0b")).toBe(String.raw`--cli-input-json '{"executionArn":"a","cause":"a\u0000b"}'`);
  expect(json("\ud83d")).toBe(String.raw`--cli-input-json '{"executionArn":"a","cause":"\ud83d"}'`);
  expect(json("see https://x 😀")).toBe("--execution-arn a");
});

test("options that the CLI calls otherwise, and values that begin with a dash, are what was meant", () => {
  const input = { taskToken: "-x", output: "{}" };
  expect(cliCall({ operation: "SendTaskSuccess", input, ...where }).split(" \\\n  ")).toEqual([
    "aws stepfunctions send-task-success",
    "--task-token=-x",
    "--task-output '{}'",
    "--region eu-west-1",
    "--endpoint-url http://127.0.0.1:8083",
  ]);
});

test("boto3 takes the members as they are, in Python's words", () => {
  const input = { stateMachineArn: ARN, publish: true, input: '{"a": 1}', versionDescription: 'it\'s\n"new"' };
  expect(boto3Call({ operation: "UpdateStateMachine", input, ...where })).toBe(`import boto3

states = boto3.client(
    "stepfunctions",
    region_name="eu-west-1",
    endpoint_url="http://127.0.0.1:8083",
)
answer = states.update_state_machine(
    stateMachineArn="${ARN}",
    publish=True,
    input='{"a": 1}',
    versionDescription="it's\\n\\"new\\"",
)
`);
});

test("where the SDKs would put sync- in front of the host they are told not to", () => {
  const call = { operation: "TestState", input: { definition: "{}", mock: { result: null } }, ...where };
  expect(cliCall(call)).toMatch(/^AWS_DISABLE_HOST_PREFIX_INJECTION=true \\\naws stepfunctions test-state /);
  expect(boto3Call(call)).toContain("    config=Config(inject_host_prefix=False),\n");
  expect(boto3Call(call)).toContain('    mock={"result": None},\n');
});
