import { describe, expect, it } from "vitest";
import { historyOf } from "./history";
import { NAMES, recorded } from "./recorded";
import { timeSpent, totals } from "./spent";
import type { Visit } from "./visits";

function spent(
  name: string,
  state: string,
  events = Infinity,
  later = 0,
): [kind: string, seconds: number, of: number | null][] {
  const history = historyOf(recorded(name).events.slice(0, events));
  const visit = history.visits.find((found) => found.name === state) as Visit;
  const stretches = timeSpent(visit, (history.lastAt ?? 0) + later);
  return stretches.map(({ kind, seconds, of }) => [kind, Math.round(seconds * 1000) / 1000, of]);
}

describe("where a visit's time went", () => {
  it("is told for each try, and between them", () => {
    expect(spent("retries", "Work")).toEqual([
      ["betweenTries", 2, 1],
      ["working", 20, 2],
    ]);
  });

  it("tells a wait for a worker from the work", () => {
    expect(spent("running", "A", Infinity, 10)).toEqual([["working", 10, 1]]);
    expect(spent("redriven", "B2")).toEqual([
      ["queued", 3, 1],
      ["standstill", 60, null],
      ["queued", 2, 2],
    ]);
  });

  it("tells a wait for an answer from one for a job", () => {
    expect(spent("callback", "Ask")).toEqual([["callback", 90, 1]]);
    expect(spent("callback", "Child", 11, 5)).toEqual([["job", 5, 1]]);
  });

  it("is the waiting of a Wait, and what is within a Parallel or Map", () => {
    expect(spent("timed-out", "W")).toEqual([["waiting", 30, null]]);
    expect(spent("nested", "Both")).toEqual([
      ["betweenTries", 5, 1],
      ["inside", 2, 2],
    ]);
  });

  it("has no place for what took no time", () => {
    expect(spent("loop", "Begin")).toEqual([]);
  });

  it.each(NAMES)("has no gaps and is all of the time there was: %s", (name) => {
    const history = historyOf(recorded(name).events);
    const now = (history.lastAt ?? 0) + 7;
    for (const visit of history.visits) {
      const end = visit.exitedAt ?? now;
      const stretches = timeSpent(visit, now);
      const sum = [...totals(stretches).values()].reduce((a, b) => a + b, 0);
      expect(sum).toBeCloseTo(end - visit.enteredAt, 5);
      stretches.forEach(({ from }, index) => expect(from).toBe(stretches[index - 1]?.to ?? visit.enteredAt));
    }
  });
});
