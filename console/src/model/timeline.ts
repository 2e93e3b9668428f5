/**
 * The rows of a timeline: states as bars, what lies within a Parallel or Map below it, as far as it is unfolded.
 *
 * Rows are cheap; times become places in `barsWithin`, for the rows that are seen and the pixels that there are.
 */
import type { History } from "./history";
import { type Spent, timeSpent } from "./spent";
import { type Iteration, type Round, type Status, type Visit, GROUPS, isOpen } from "./visits";

export interface Bar {
  from: number;
  /** Null while it goes on. */
  to: number | null;
  /** state: the whole of what no more is to be told of. */
  kind: Spent | "state";
  status: Status;
  visit: Visit | null;
}

export interface Row {
  /** The same for the same thing while more events come: what is unfolded is named by it. */
  key: string;
  name: string;
  depth: number;
  status: Status;
  from: number;
  to: number | null;
  /** The visit; the last one where a loop's visits share the row. Null for rounds and items. */
  visit: Visit | null;
  /** All visits that share the row, in order. */
  visits: readonly Visit[];
  iteration: Iteration | null;
  expandable: boolean;
  expanded: boolean;
}

/** Rows from top to bottom. `expanded` has the keys of what is unfolded. */
export function rowsOf(history: History, { expanded }: { expanded: ReadonlySet<string> }): Row[] {
  const rows: Row[] = [];
  const outermost = history.visits.filter(({ parent }) => parent === null);
  scope(rows, outermost, 0, "", expanded);
  return rows;
}

export function keyOf(visit: Visit): string {
  return GROUPS.has(visit.type) ? `visit ${visit.id}` : `${scopeKey(visit)} ${visit.name}`;
}

export function iterationKey({ map, round, index }: Iteration): string {
  return `item ${map.id} ${round.number} ${index}`;
}

function roundKey(visit: Visit, round: Round): string {
  return `round ${visit.id} ${round.number}`;
}

function scopeKey({ iteration, parent, round }: Visit): string {
  if (iteration !== null) return iterationKey(iteration);
  return parent === null || round === null ? "" : roundKey(parent, round);
}

/** What must be unfolded for a visit to be seen. */
export function keysAround(visit: Visit): string[] {
  const keys: string[] = [];
  for (let at = visit; at.parent !== null && at.round !== null; at = at.parent) {
    if (at.iteration !== null) keys.push(iterationKey(at.iteration));
    if (at.parent.rounds.length > 1) keys.push(roundKey(at.parent, at.round));
    keys.push(keyOf(at.parent));
  }
  return keys;
}

function scope(rows: Row[], visits: readonly Visit[], depth: number, key: string, expanded: ReadonlySet<string>): void {
  // States of a loop share a row: it would be as long as the loop otherwise. A group has its own things below it.
  const shared = new Map<string, Visit[]>();
  for (const visit of visits) {
    if (GROUPS.has(visit.type)) continue;
    const known = shared.get(visit.name);
    if (known === undefined) shared.set(visit.name, [visit]);
    else known.push(visit);
  }
  for (const visit of visits) {
    if (GROUPS.has(visit.type)) group(rows, visit, depth, expanded);
    else {
      const all = shared.get(visit.name);
      if (all?.[0] === visit) rows.push(stateRow(all, depth, `${key} ${visit.name}`));
    }
  }
}

function stateRow(visits: readonly Visit[], depth: number, key: string): Row {
  const [first, last] = [visits[0] as Visit, visits.at(-1) as Visit];
  const status = visits.some(isOpen) ? "running" : last.status;
  const to = status === "running" ? null : last.exitedAt;
  const { name, enteredAt: from } = first;
  return {
    key,
    name,
    depth,
    status,
    from,
    to,
    visit: last,
    visits,
    iteration: null,
    expandable: false,
    expanded: false,
  };
}

function group(rows: Row[], visit: Visit, depth: number, expanded: ReadonlySet<string>): void {
  const { name, status, enteredAt: from, exitedAt: to } = visit;
  const key = keyOf(visit);
  const expandable = visit.rounds.length > 0;
  const unfolded = expandable && expanded.has(key);
  rows.push({
    key,
    name,
    depth,
    status,
    from,
    to,
    visit,
    visits: [visit],
    iteration: null,
    expandable,
    expanded: unfolded,
  });
  if (!unfolded) return;
  for (const round of visit.rounds) {
    if (visit.rounds.length === 1) within(rows, visit, round, depth + 1, expanded);
    else if (roundRow(rows, visit, round, depth + 1, expanded)) within(rows, visit, round, depth + 2, expanded);
  }
}

function roundRow(rows: Row[], visit: Visit, round: Round, depth: number, expanded: ReadonlySet<string>): boolean {
  const key = roundKey(visit, round);
  const { status, startedAt: from, endedAt: to, number } = round;
  const unfolded = expanded.has(key);
  const common = { visit: null, visits: [], iteration: null, expandable: true, expanded: unfolded };
  rows.push({ key, name: `Try ${number}`, depth, status, from, to, ...common });
  return unfolded;
}

function within(rows: Row[], visit: Visit, round: Round, depth: number, expanded: ReadonlySet<string>): void {
  if (visit.type === "Parallel") {
    const branches = [...round.visits].sort((a, b) => (a.branch ?? 0) - (b.branch ?? 0) || a.id - b.id);
    scope(rows, branches, depth, roundKey(visit, round), expanded);
    return;
  }
  for (const iteration of round.iterations) {
    if (iteration === undefined) continue;
    const key = iterationKey(iteration);
    const unfolded = expanded.has(key);
    const { status, startedAt: from, endedAt: to, visits, index } = iteration;
    const expandable = visits.length > 0;
    const common = { visit: null, visits: [], iteration, expandable, expanded: unfolded && expandable };
    rows.push({ key, name: `#${index}`, depth, status, from, to, ...common });
    if (unfolded) scope(rows, visits, depth + 1, key, expanded);
  }
}

// -- bars --------------------------------------------------------------------------------------------------------------

/** The bars of a row. Of a state's single visit they tell where its time went; where many share a row, one each. */
export function barsOf(row: Row, now: number): Bar[] {
  const { visit, visits, status, from, to } = row;
  if (visit === null) return [{ from, to, kind: "state", status, visit }];
  if (visits.length > 1 || GROUPS.has(visit.type)) return visits.flatMap(wholeBars);
  const told = timeSpent(visit, now);
  if (told.length === 0) return wholeBars(visit);
  return told.map(({ kind, from: start, to: end, of }) => {
    const one = of === null ? undefined : visit.tries[of - 1];
    const goesOn = isOpen(visit) && end === told.at(-1)?.to;
    return { from: start, to: goesOn ? null : end, kind, status: statusOf(visit, one?.status ?? null), visit };
  });
}

/** One bar, or those before and after the execution stood still. */
function wholeBars(visit: Visit): Bar[] {
  const bars: Bar[] = [];
  let from = visit.enteredAt;
  for (const { from: stopped, to: again } of visit.standstills) {
    bars.push({ from, to: stopped, kind: "state", status: "aborted", visit });
    from = again;
  }
  bars.push({ from, to: visit.exitedAt, kind: "state", status: visit.status, visit });
  return bars;
}

function statusOf(visit: Visit, of: Visit["tries"][number]["status"] | null): Status {
  switch (of) {
    case "failed":
    case "timedOut":
    case "aborted":
    case "succeeded":
      return of;
    case null:
      return visit.status;
    default:
      return "running";
  }
}

export interface Window {
  from: number;
  to: number;
}

/** A bar on the screen: `x` and `width` in pixels. `count`: how many bars it stands for. */
export interface Drawn {
  x: number;
  width: number;
  kind: Bar["kind"];
  status: Status;
  visit: Visit | null;
  count: number;
}

/** What matters most when bars too small to be told apart become one. */
const WEIGHT: Readonly<Record<Status, number>> = {
  failed: 5,
  timedOut: 4,
  running: 3,
  caught: 2,
  aborted: 1,
  succeeded: 0,
};

/** The bars seen in a window of so many pixels; those below a pixel that touch each other become one. */
export function barsWithin(bars: readonly Bar[], { from, to }: Window, pixels: number, now: number): Drawn[] {
  const drawn: Drawn[] = [];
  const scale = to > from ? pixels / (to - from) : 0;
  for (const bar of bars) {
    const end = bar.to ?? Math.max(now, bar.from);
    if (end < from || bar.from > to) continue;
    const x = (Math.max(bar.from, from) - from) * scale;
    const width = Math.max(0, Math.min(end, to) - Math.max(bar.from, from)) * scale;
    const last = drawn.at(-1);
    if (width < 1 && last !== undefined && x < last.x + 1 && last.width <= 1) {
      last.count += 1;
      last.width = Math.min(1, Math.max(last.width, x + width - last.x));
      if (WEIGHT[bar.status] > WEIGHT[last.status]) {
        last.status = bar.status;
        last.visit = bar.visit;
      }
      continue;
    }
    drawn.push({ x, width, kind: bar.kind, status: bar.status, visit: bar.visit, count: 1 });
  }
  return drawn;
}

/** From the start to the end, or to now; at least a millisecond, so that there is something to divide by. */
export function wholeWindow(history: History, now: number): Window {
  const from = history.outcome.startedAt ?? history.events[0]?.timestamp ?? now;
  const to = history.outcome.endedAt ?? Math.max(now, history.lastAt ?? from);
  return { from, to: Math.max(to, from + 0.001) };
}
