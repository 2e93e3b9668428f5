import { describe, expect, test } from "vitest";
import { historyOf } from "./history";
import { waysTaken } from "./ways";

const START = { id: 1, previousEventId: 0, timestamp: 0, type: "ExecutionStarted" };

function entered(id: number, previousEventId: number, name: string) {
  return { id, previousEventId, timestamp: id, type: "PassStateEntered", stateEnteredEventDetails: { name } };
}

function exited(id: number, name: string) {
  return { id, previousEventId: id - 1, timestamp: id, type: "PassStateExited", stateExitedEventDetails: { name } };
}

const POINTERS = new Map(["A", "B", "C"].map((name) => [name, `/States/${name}`]));

describe("the ways that an execution has gone", () => {
  const history = historyOf([START, entered(2, 0, "A"), exited(3, "A"), entered(4, 3, "B"), exited(5, "B")]);
  const took = waysTaken(history, POINTERS);
  const way = (source: string, target: string): boolean => took({ source, target });

  test("lead from the start to the first state, and from state to state", () => {
    expect(way("#start", "/States/A")).toBe(true);
    expect(way("/States/A", "/States/B")).toBe(true);
  });

  test("are not those it could have gone", () => {
    expect(way("#start", "/States/B")).toBe(false);
    expect(way("/States/A", "/States/C")).toBe(false);
    expect(way("/States/A", "#end")).toBe(false);
  });

  test("lead to the end from the state that nothing followed", () => {
    expect(way("/States/B", "#end")).toBe(true);
  });
});
