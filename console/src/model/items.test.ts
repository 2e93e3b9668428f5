import { describe, expect, it } from "vitest";
import { historyOf } from "./history";
import { cellsOf, gridOf, spotOf } from "./items";
import { recorded } from "./recorded";
import type { Iteration, Visit } from "./visits";

function each(events = Infinity): Visit {
  return historyOf(recorded("map").events.slice(0, events)).visits[0] as Visit;
}

describe("the grid of a Map", () => {
  it("has a cell for each item, also for those to come", () => {
    expect(gridOf(each(14))?.cells.map(({ index, status }) => [index, status])).toEqual([
      [0, "running"],
      [1, "running"],
      [2, "pending"],
    ]);
    expect(gridOf(each(2))).toBeNull();
  });

  it("counts and filters them", () => {
    const grid = gridOf(each());
    expect(grid?.counts).toEqual({
      running: 0,
      succeeded: 1,
      failed: 1,
      caught: 0,
      aborted: 1,
      timedOut: 0,
      pending: 0,
    });
    expect(grid && cellsOf(grid, new Set(["failed", "aborted"])).map(({ index }) => index)).toEqual([0, 2]);
    expect(grid && cellsOf(grid, new Set())).toHaveLength(3);
  });

  it("leads to the state where an item is, or where it failed", () => {
    const at = (events: number, index: number): string | undefined =>
      spotOf(gridOf(each(events))?.cells[index]?.iteration as Iteration)?.name;
    expect([at(14, 0), at(15, 1), at(Infinity, 2), at(Infinity, 1)]).toEqual(["Task", "Pause", "Task", "Pause"]);
  });
});
