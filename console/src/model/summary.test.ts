import { describe, expect, it } from "vitest";
import { historyOf } from "./history";
import { recorded } from "./recorded";
import { summaryOf } from "./summary";

describe("the summary of a state", () => {
  it("counts how often it was entered and what came of it", () => {
    const found = summaryOf(historyOf(recorded("nested").events));
    expect([...found.keys()]).toEqual([
      "Rows",
      "Cells",
      "Cell",
      "Rest",
      "Both",
      "Left",
      "Right",
      "Right2",
      "Left2",
      "End",
    ]);
    expect(found.get("Right")).toMatchObject({ entered: 2, succeeded: 1, failed: 1, open: 0, status: "succeeded" });
    expect(found.get("Both")).toMatchObject({ entered: 1, retried: 1, items: null });
  });

  it("counts the items of all visits of a Map together", () => {
    const found = summaryOf(historyOf(recorded("nested").events.slice(0, 34)));
    expect(found.get("Rows")?.items).toEqual({ total: 3, succeeded: 2, failed: 0, aborted: 0, open: 1, pending: 0 });
    expect(found.get("Cells")?.items).toEqual({ total: 3, succeeded: 2, failed: 0, aborted: 0, open: 1, pending: 0 });
    const early = summaryOf(historyOf(recorded("map").events.slice(0, 5)));
    expect(early.get("Each")?.items).toEqual({ total: 3, succeeded: 0, failed: 0, aborted: 0, open: 2, pending: 1 });
  });

  it("says what open visits wait for, if all wait for the same", () => {
    const found = summaryOf(historyOf(recorded("running").events));
    expect([...found].map(([name, { status, doing }]) => [name, status, doing])).toEqual([
      ["P", "running", "inside"],
      ["A", "running", "working"],
      ["B", "running", "working"],
      ["C", "running", "betweenTries"],
      ["D", "running", "waiting"],
    ]);
    // One item's task is between tries, the other one's is under way.
    const mixed = summaryOf(historyOf(recorded("map").events.slice(0, 12)));
    expect(mixed.get("Task")).toMatchObject({ open: 2, doing: null });
  });

  it("shows an open visit before one that has ended", () => {
    const history = historyOf(recorded("map").events.slice(0, 14));
    const task = summaryOf(history).get("Task");
    expect([task?.last.iteration?.index, task?.status]).toEqual([0, "running"]);
  });
});
