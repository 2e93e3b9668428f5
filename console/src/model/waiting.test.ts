import { describe, expect, it } from "vitest";
import type { WaitingTask } from "../api/reads";
import { soughtTasks, taskId } from "./waiting";

const TASK: WaitingTask = {
  executionArn: "arn:aws:states:eu-west-1:123456789012:execution:expenses:trip-7",
  executionName: "trip-7",
  stateMachineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:expenses",
  state: "Ask the manager",
  eventId: 5,
  since: 1,
  resource: "activity",
  input: '{"who": "Ada"}',
  expires: null,
};

describe("a waiting task", () => {
  it("is called by its execution and the event that began it", () =>
    expect(taskId(TASK)).toBe("arn:aws:states:eu-west-1:123456789012:execution:expenses:trip-7~5"));

  it.each(["", "MANAGER", "trip", "expens", "ada"])("is found by %j", (sought) =>
    expect(soughtTasks([TASK], sought)).toEqual([TASK]),
  );

  it("is not found by what all ARNs have", () => expect(soughtTasks([TASK], "eu-west-1")).toEqual([]));
});
