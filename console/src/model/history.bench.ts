/** How fast the largest history becomes what a page shows: `npx vitest bench`. Wanted: 25,000 events in under 100 ms. */
import { bench, describe } from "vitest";
import type { HistoryEvent } from "./events";
import { History, historyOf } from "./history";
import { gridOf } from "./items";
import { summaryOf } from "./summary";
import { type Bar, barsOf, barsWithin, keyOf, iterationKey, rowsOf, wholeWindow } from "./timeline";
import type { Visit } from "./visits";

class Script {
  readonly events: HistoryEvent[] = [];

  add(type: string, previousEventId: number, details: Record<string, unknown> = {}): number {
    const id = this.events.length + 1;
    const member = `${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`;
    const named = /State(Entered|Exited)$/.exec(type);
    const at = named === null ? member : `state${named[1]}EventDetails`;
    this.events.push({ id, previousEventId, type, timestamp: 1_790_000_000 + id / 100, [at]: details });
    return id;
  }

  data(name: string, text: string): Record<string, unknown> {
    return { [name]: text, [`${name}Details`]: { truncated: false, bytes: text.length } };
  }

  task(name: string, previous: number): number {
    const input = this.data("input", '{"order":{"id":1234567,"lines":[1,2,3]}}');
    const entered = this.add("TaskStateEntered", previous, { name, ...input });
    const resource = { resourceType: "lambda", resource: "invoke" };
    const scheduled = this.add("TaskScheduled", entered, { ...resource, parameters: '{"FunctionName":"f"}' });
    const started = this.add("TaskStarted", scheduled, resource);
    const ended = this.add("TaskSucceeded", started, { ...resource, ...this.data("output", '{"done":true}') });
    return this.add("TaskStateExited", ended, { name, ...this.data("output", '{"done":true}') });
  }
}

/** A Map over many items, a task each, all at once. */
function map(items: number): HistoryEvent[] {
  const script = new Script();
  script.add("ExecutionStarted", 0, script.data("input", "{}"));
  const entered = script.add("MapStateEntered", 0, { name: "Each", ...script.data("input", "[]") });
  const started = script.add("MapStateStarted", entered, { length: items });
  const begun = Array.from({ length: items }, (_, index) =>
    script.add("MapIterationStarted", started, { name: "Each", index }),
  );
  const ended = begun.map((event) => script.task("Work", event));
  ended.forEach((event, index) => script.add("MapIterationSucceeded", event, { name: "Each", index }));
  return script.events;
}

/** A loop that goes round and round. */
function loop(rounds: number): HistoryEvent[] {
  const script = new Script();
  let last = script.add("ExecutionStarted", 0, script.data("input", "{}"));
  for (let index = 0; index < rounds; index += 1)
    last = script.task(index % 2 === 0 ? "A" : "B", index === 0 ? 0 : last);
  return script.events;
}

const wide = map(3_571);
const long = loop(5_000);

describe("25,000 events", () => {
  bench(`a Map, ${wide.length} events at once`, () => void historyOf(wide));
  bench(`a loop, ${long.length} events at once`, () => void historyOf(long));
  bench("a loop in batches of 100", () => {
    const history = new History();
    for (let from = 0; from < long.length; from += 100) history.take(long.slice(from, from + 100));
  });
});

describe("what is shown of them", () => {
  const [one, other] = [historyOf(wide), historyOf(long)];
  const each = one.visits[0] as Visit;
  const expanded = new Set([
    keyOf(each),
    ...(each.rounds[0]?.iterations ?? []).flatMap((item) => (item ? [iterationKey(item)] : [])),
  ]);
  bench("summary of all states", () => void summaryOf(one));
  bench("grid of all items", () => void gridOf(each));
  bench("rows, all unfolded", () => void rowsOf(one, { expanded }));
  bench("bars of a row that 2,500 visits share, in 1,000 pixels", () => {
    const [row] = rowsOf(other, { expanded: new Set() });
    if (row !== undefined) barsWithin(barsOf(row, 0), wholeWindow(other, 0), 1_000, 0);
  });
  const bars = Array.from({ length: 10_000 }, (_, index): Bar => {
    return { from: index, to: index + 0.9, kind: "state", status: "succeeded", visit: null };
  });
  bench("10,000 bars in 1,000 pixels", () => void barsWithin(bars, { from: 0, to: 10_000 }, 1_000, 0));
});
