import { describe, expect, it } from "vitest";
import { historyOf } from "./history";
import { NAMES, recorded } from "./recorded";
import { type Bar, barsOf, barsWithin, keyOf, keysAround, rowsOf, wholeWindow } from "./timeline";
import type { Visit } from "./visits";

const nested = historyOf(recorded("nested").events);

function told(keys: readonly string[], history = nested): string[] {
  return rowsOf(history, { expanded: new Set(keys) }).map(
    ({ name, depth, status }) => `${"  ".repeat(depth)}${name} ${status}`,
  );
}

function key(name: string): string {
  return keyOf(nested.visits.find((visit) => visit.name === name) as Visit);
}

describe("the rows of a timeline", () => {
  it("are the outermost states, folded", () => {
    expect(told([])).toEqual(["Rows succeeded", "Both succeeded", "End succeeded"]);
  });

  it("have the items of a Map below it, and their states below them", () => {
    const rows = nested.visits.find(({ name }) => name === "Rest") as Visit;
    expect(told(keysAround(rows))).toEqual([
      "Rows succeeded",
      "  #0 succeeded",
      "    Cells succeeded",
      "      #0 succeeded",
      "        Cell succeeded",
      "        Rest succeeded",
      "      #1 succeeded",
      "  #1 succeeded",
      "  #2 succeeded",
      "Both succeeded",
      "End succeeded",
    ]);
  });

  it("have the tries of a Parallel one by one, branch after branch", () => {
    const right = nested.visits.findLast(({ name }) => name === "Right") as Visit;
    expect(told(keysAround(right))).toEqual([
      "Rows succeeded",
      "Both succeeded",
      "  Try 1 failed",
      "  Try 2 succeeded",
      "    Left succeeded",
      "    Left2 succeeded",
      "    Right succeeded",
      "    Right2 succeeded",
      "End succeeded",
    ]);
    expect(told([key("Both")]).slice(1, 4)).toEqual(["Both succeeded", "  Try 1 failed", "  Try 2 succeeded"]);
  });

  it("share one where a loop comes by again", () => {
    const loop = historyOf(recorded("loop").events);
    const rows = rowsOf(loop, { expanded: new Set() });
    expect(rows.map(({ name, visits }) => [name, visits.length])).toEqual([
      ["Begin", 1],
      ["Again", 3],
      ["Enough", 3],
      ["Each", 1],
      ["Done", 1],
    ]);
  });

  it.each(NAMES)("have keys that are unique and stay while events come: %s", (name) => {
    const { events } = recorded(name);
    const whole = historyOf(events);
    const expanded = new Set(whole.visits.flatMap((visit) => [...keysAround(visit), keyOf(visit)]));
    const all = rowsOf(whole, { expanded }).map(({ key: found }) => found);
    expect(new Set(all).size).toBe(all.length);
    const early = rowsOf(historyOf(events.slice(0, events.length / 2)), { expanded }).map(({ key: found }) => found);
    expect(early.filter((found) => !all.includes(found) && !found.startsWith("round"))).toEqual([]);
    for (const visit of whole.visits) expect(all).toContain(keyOf(visit));
  });
});

describe("bars", () => {
  it("tell of a task's tries and of the time between them", () => {
    const history = historyOf(recorded("retries").events);
    const [row] = rowsOf(history, { expanded: new Set() });
    const start = history.outcome.startedAt ?? 0;
    const bars = row === undefined ? [] : barsOf(row, start + 100);
    expect(bars.map(({ from, to, kind, status }) => [from - start, (to ?? 0) - start, kind, status])).toEqual([
      [0, 2, "betweenTries", "failed"],
      [2, 22, "working", "timedOut"],
    ]);
  });

  it("have no end while they go on", () => {
    const history = historyOf(recorded("running").events);
    const rows = rowsOf(history, { expanded: new Set([keyOf(history.visits[0] as Visit)]) });
    const now = (history.lastAt ?? 0) + 5;
    expect(rows.map((row) => [row.name, barsOf(row, now).map(({ kind, to }) => [kind, to])])).toEqual([
      ["P", [["state", null]]],
      ["A", [["working", null]]],
      ["B", [["working", null]]],
      ["C", [["betweenTries", null]]],
      ["D", [["waiting", null]]],
    ]);
  });

  const bar = (from: number, to: number | null, status: Bar["status"] = "succeeded"): Bar => {
    return { from, to, kind: "state", status, visit: null };
  };

  it("lie where their time is, cut to the window", () => {
    const drawn = barsWithin([bar(0, 10), bar(20, null), bar(50, 60)], { from: 5, to: 45 }, 400, 30);
    expect(drawn.map(({ x, width }) => [x, width])).toEqual([
      [0, 50],
      [150, 100],
    ]);
  });

  it("below a pixel become one, of the status that matters most", () => {
    const many = Array.from({ length: 10_000 }, (_, index) =>
      bar(index, index + 0.5, index === 77 ? "failed" : "succeeded"),
    );
    const drawn = barsWithin(many, { from: 0, to: 10_000 }, 100, 0);
    expect(drawn.length).toBeLessThanOrEqual(101);
    expect(drawn.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(drawn.filter(({ status }) => status === "failed")).toHaveLength(1);
  });

  it("fill a window that is never empty", () => {
    expect(wholeWindow(historyOf([]), 5)).toEqual({ from: 5, to: 5.001 });
    const { from, to } = wholeWindow(nested, 0);
    expect(to - from).toBe(8);
  });
});
