import { expect, test } from "vitest";
import { machineOf } from "./qualified";

const ARN = "arn:aws:states:eu-west-1:123456789012:stateMachine:order";

test.each([
  [ARN, ARN],
  [`${ARN}:7`, `${ARN}:7`],
  [`${ARN}:live`, ARN],
])("the definition of %s is that of %s", (arn, machine) => {
  expect(machineOf(arn)).toBe(machine);
});
