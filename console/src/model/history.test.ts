import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistoryEvent } from "./events";
import { History, historyOf } from "./history";
import { NAMES, recorded } from "./recorded";
import { type Visit, doing, isOpen, pathOf } from "./visits";

function history(name: string): History {
  return historyOf(recorded(name).events);
}

/** Each visit as one line: where, what became of it, when it was entered and left. */
function told(history: History): string[] {
  const start = history.outcome.startedAt ?? 0;
  return history.visits.map((visit) => {
    const item = visit.iteration === null ? "" : ` [${visit.iteration.index}]`;
    const left = visit.exitedAt === null ? "" : visit.exitedAt - start;
    return `${pathOf(visit).join("/")}${item} ${visit.status} ${visit.enteredAt - start}–${left}`;
  });
}

function only(history: History, name: string): Visit {
  const found = history.visits.filter((visit) => visit.name === name);
  expect(found).toHaveLength(1);
  return found[0] as Visit;
}

describe("a history", () => {
  it("is one visit for each entering of a state, in loops too", () => {
    expect(told(history("loop"))).toEqual([
      "Begin succeeded 0–0",
      ...Array(3).fill(["Again succeeded 0–0", "Enough succeeded 0–0"]).flat(),
      "Each succeeded 0–0",
      "Each/Inner [0] succeeded 0–0",
      "Each/Look [0] succeeded 0–0",
      "Each/Inner [1] succeeded 0–0",
      "Each/Look [1] succeeded 0–0",
      "Done succeeded 0–0",
    ]);
  });

  it("tells how the execution came out", () => {
    const { outcome } = history("caught");
    expect([outcome.status, outcome.input?.text, outcome.error]).toEqual(["SUCCEEDED", '{"a":1}', null]);
    expect(outcome.output?.text).toBe('{"a":1,"why":{"Error":"Broken","Cause":"for good"}}');
    expect(history("timed-out").outcome).toMatchObject({ status: "TIMED_OUT", error: "States.Timeout" });
    expect(history("aborted").outcome).toMatchObject({ status: "ABORTED", error: "Enough", cause: "we close" });
  });

  it("finds a visit by its event, and the visit of any event", () => {
    const one = history("map");
    const pause = one.visits.find(({ name }) => name === "Pause") as Visit;
    expect(one.visit(pause.id)).toBe(pause);
    expect(one.visitOfEvent(pause.exitEventId ?? 0)).toBe(pause);
    expect(one.visitOfEvent(1)).toBeNull();
    expect(one.visit(1)).toBeNull();
  });
});

describe("the tries of a task", () => {
  it("have arguments, times, workers, errors and the delay before them", () => {
    const work = only(history("retries"), "Work");
    const began = work.enteredAt;
    expect(
      work.tries.map((one) => [one.number, one.status, one.scheduledAt - began, (one.endedAt ?? 0) - began, one.delay]),
    ).toEqual([
      [1, "failed", 0, 0, null],
      [2, "timedOut", 2, 22, 2],
    ]);
    expect(work.tries[0]).toMatchObject({
      family: "Activity",
      worker: "test",
      error: "Busy",
      cause: "no hands",
      timeoutSeconds: 60,
      heartbeatSeconds: 20,
      events: [3, 4, 5],
    });
    expect([work.status, work.error, work.failureEventId]).toEqual(["failed", "States.Timeout", 8]);
  });

  it("leave the visit caught when a Catch took the last error", () => {
    const one = history("caught");
    expect(told(one)).toEqual(["Work caught 0–9", "Sorry succeeded 9–9"]);
    expect(only(one, "Work")).toMatchObject({ error: "Broken", cause: "for good", failureEventId: 8 });
  });

  it("keep what was submitted apart from the result, and the resource as definitions write it", () => {
    const ask = only(history("callback"), "Ask").tries[0];
    expect(ask).toMatchObject({ family: "Task", resource: "sqs:sendMessage.waitForTaskToken", region: "us-east-1" });
    expect([ask?.submitted?.text, ask?.result?.text, (ask?.endedAt ?? 0) - (ask?.submittedAt ?? 0)]).toEqual([
      "{}",
      '"yes"',
      90,
    ]);
    expect(ask?.arguments).toMatchObject({ eventId: 3, member: "parameters", truncated: false });
  });

  it("name the execution that they began", () => {
    const { events } = recorded("callback");
    const child = "arn:aws:states:eu-west-1:123456789012:execution:child:x";
    const changed = events.map((event) =>
      event.id === 11
        ? {
            ...event,
            taskSubmittedEventDetails: { resourceType: "states", output: `{"ExecutionArn":"${child}", "Sta` },
          }
        : event,
    );
    expect(only(historyOf(changed), "Child").tries[0]?.childExecutionArn).toBe(child);
    expect(only(historyOf(changed), "Ask").tries[0]?.childExecutionArn).toBeNull();
  });
});

describe("Parallel and Map", () => {
  it("hold the visits of each item, nested as deep as they are", () => {
    const one = history("nested");
    expect(told(one).slice(0, 12)).toEqual([
      "Rows succeeded 0–1",
      "Rows/Cells [0] succeeded 0–1",
      "Rows/Cells [1] succeeded 0–0",
      "Rows/Cells/Cell [0] succeeded 0–0",
      "Rows/Cells/Rest [0] succeeded 0–1",
      "Rows/Cells/Cell [1] succeeded 0–0",
      "Rows/Cells/Rest [1] succeeded 0–1",
      "Rows/Cells [2] succeeded 0–1",
      "Rows/Cells/Cell [0] succeeded 0–0",
      "Rows/Cells/Rest [0] succeeded 0–1",
      "Both succeeded 1–8",
      "Both/Left aborted 1–1",
    ]);
    const [rows] = only(one, "Rows").rounds;
    expect(rows?.length).toBe(3);
    expect(rows?.iterations.map((item) => [item?.index, item?.status, item?.visits.map(({ name }) => name)])).toEqual([
      [0, "succeeded", ["Cells"]],
      [1, "succeeded", ["Cells"]],
      [2, "succeeded", ["Cells"]],
    ]);
  });

  it("begin a new round when they are tried again", () => {
    const one = history("nested");
    const both = only(one, "Both");
    expect(
      both.rounds.map(({ number, status, delay, visits }) => [number, status, delay, visits.map(({ name }) => name)]),
    ).toEqual([
      [1, "failed", null, ["Left", "Right"]],
      [2, "succeeded", 5, ["Left", "Right", "Right2", "Left2"]],
    ]);
    expect(both.rounds[1]?.visits.map(({ branch }) => branch)).toEqual([0, 1, 1, 0]);
    const right = one.visits.find(({ name }) => name === "Right");
    expect([right?.status, right?.error]).toEqual(["failed", "Busy"]);
  });

  it("stop the other items when one fails for good", () => {
    const one = history("map");
    expect(told(one)).toEqual([
      "Each caught 0–3",
      "Each/Task [0] succeeded 0–1",
      "Each/Task [1] succeeded 0–0",
      "Each/Pause [1] succeeded 0–3",
      "Each/Pause [0] aborted 1–3",
      "Each/Task [2] failed 3–3",
      "Sorry succeeded 3–3",
    ]);
    const each = only(one, "Each");
    expect(each.rounds[0]?.iterations.map((item) => item?.status)).toEqual(["aborted", "succeeded", "failed"]);
    expect([each.error, each.cause, each.failureEventId]).toEqual(["Bad", "rotten", 27]);
  });
});

describe("what went wrong", () => {
  it("is told of an expression by the state it is in", () => {
    const one = history("evaluation");
    expect(told(one)).toEqual(["A succeeded 0–0", "B failed 0–0"]);
    expect(only(one, "B")).toMatchObject({
      error: "States.QueryEvaluationError",
      location: "Output",
      failureEventId: 5,
    });
    expect(told(history("evaluation-caught"))).toEqual(["T caught 0–0", "End succeeded 0–0"]);
  });

  it("is told of a Fail state by the execution's end", () => {
    expect(only(history("failed"), "Stop")).toMatchObject({ status: "failed", error: "Broken", cause: "as it must" });
  });

  it("closes whatever was open", () => {
    const one = history("aborted");
    expect(one.visits.map(({ name, status }) => [name, status])).toEqual([
      ["P", "aborted"],
      ["A", "aborted"],
      ["M", "aborted"],
      ["B", "aborted"],
      ["B", "aborted"],
    ]);
    expect(one.visits.flatMap(({ tries }) => tries.map(({ status }) => status))).toEqual(Array(3).fill("aborted"));
    expect(only(history("timed-out"), "W").status).toBe("timedOut");
  });
});

describe("a redrive", () => {
  const { events } = recorded("redriven");
  const at = events.findIndex(({ type }) => type === "ExecutionRedriven");

  it("finds what failed and what was stopped for it", () => {
    const before = historyOf(events.slice(0, at));
    expect(before.outcome).toMatchObject({ status: "FAILED", error: "E" });
    expect(before.visits.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "P failed",
      "A failed",
      "M aborted",
      "B succeeded",
      "B aborted",
      "B2 aborted",
    ]);
  });

  it("lets what did not come through go on, and nothing else", () => {
    const after = historyOf(events.slice(0, at + 1));
    expect(after.outcome).toMatchObject({ status: "RUNNING", error: null, endedAt: null });
    expect(after.visits.filter(isOpen).map(({ name }) => name)).toEqual(["P", "A", "M", "B", "B2"]);
    const end = history("redriven");
    expect(told(end).map((line) => line.replace(/ \d.*/, ""))).toEqual([
      "P succeeded",
      "P/A succeeded",
      "P/M succeeded",
      "P/M/B [0] succeeded",
      "P/M/B [1] succeeded",
      "P/M/B2 [0] succeeded",
      "P/M/B2 [1] succeeded",
      "After succeeded",
    ]);
    const a = only(end, "A");
    expect(a.tries.map(({ status, error }) => [status, error])).toEqual([
      ["failed", "E"],
      ["succeeded", null],
    ]);
    expect(a.standstills).toEqual([{ from: a.enteredAt + 3, to: a.enteredAt + 63 }]);
    expect(end.outcome.redrives).toEqual([{ at: a.enteredAt + 63, eventId: 29 }]);
  });
});

describe("what an open visit waits for", () => {
  it("is a worker, work, the next try, or time", () => {
    const one = history("running");
    expect(one.visits.map((visit) => [visit.name, doing(visit)])).toEqual([
      ["P", "inside"],
      ["A", "working"],
      ["B", "working"],
      ["C", "betweenTries"],
      ["D", "waiting"],
    ]);
    const fresh = historyOf(recorded("running").events.slice(0, 9));
    expect(fresh.visits.map((visit) => doing(visit))).toContain("queued");
  });

  it("is somebody's answer, or a job", () => {
    const { events } = recorded("callback");
    expect(doing(only(historyOf(events.slice(0, 5)), "Ask"))).toBe("callback");
    expect(doing(only(historyOf(events.slice(0, 11)), "Child"))).toBe("job");
    expect(doing(only(historyOf(events), "Ask"))).toBeNull();
  });
});

describe("events as they come", () => {
  it.each(NAMES)("fold to the same in any batches, heard twice or once: %s", (name) => {
    const { events } = recorded(name);
    const whole = JSON.stringify(plain(historyOf(events)));
    fc.assert(
      fc.property(fc.array(fc.nat(events.length), { maxLength: 6 }), (cuts) => {
        const one = new History();
        const places = [0, ...cuts.sort((a, b) => a - b), events.length];
        places.slice(1).forEach((to, index) => one.take(events.slice(Math.max(0, (places[index] ?? 0) - 2), to)));
        expect(JSON.stringify(plain(one))).toBe(whole);
      }),
      { numRuns: 25 },
    );
  });

  it.each(NAMES)("make sense at every point: %s", (name) => {
    const { events } = recorded(name);
    for (let end = 0; end <= events.length; end += 1) {
      const one = historyOf(events.slice(0, end));
      const over = one.outcome.status !== "RUNNING";
      for (const visit of one.visits) {
        expect(isOpen(visit)).toBe(visit.exitedAt === null);
        if (over) expect(isOpen(visit)).toBe(false);
        if (isOpen(visit) && visit.parent !== null) expect(isOpen(visit.parent)).toBe(true);
      }
    }
  });

  it("never fail, whatever is missing or mixed up", () => {
    const all = NAMES.flatMap((name) => recorded(name).events);
    fc.assert(
      fc.property(fc.shuffledSubarray(all), (some) => {
        const mixed = some.map((event, index): HistoryEvent => ({ ...event, id: index + 1 }));
        historyOf(mixed);
      }),
      { numRuns: 100 },
    );
  });

  it("raise the version only when there is something new", () => {
    const { events } = recorded("loop");
    const one = new History().take(events.slice(0, 5));
    expect(one.take(events.slice(2, 5)).version).toBe(1);
    expect(one.take(events).version).toBe(2);
  });
});

/** Visits without rings. */
function plain(history: History): unknown {
  return [
    history.outcome,
    history.visits.map(({ parent, round, iteration, before, rounds, ...rest }) => ({
      ...rest,
      parent: parent?.id,
      round: round?.number,
      iteration: iteration?.index,
      before: before?.id,
      rounds: rounds.map(({ visits, iterations, ...own }) => ({
        ...own,
        visits: visits.map(({ id }) => id),
        iterations: iterations.map((item) => [item?.status, item?.startedAt, item?.endedAt]),
      })),
    })),
  ];
}
