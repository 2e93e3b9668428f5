/** What happened at each state, over all its visits: what a graph shows on its nodes and edges. */
import type { History } from "./history";
import { type Doing, type Status, type Visit, doing, isOpen, retriesOf } from "./visits";

export interface Items {
  total: number;
  succeeded: number;
  failed: number;
  aborted: number;
  open: number;
  /** Not begun yet. */
  pending: number;
}

export interface Summary {
  entered: number;
  open: number;
  succeeded: number;
  failed: number;
  caught: number;
  aborted: number;
  timedOut: number;
  /** Tries and rounds after the first. */
  retried: number;
  /** Of a Map: the items of the last round of all its visits together; null for other states. */
  items: Items | null;
  /** The visit to show when somebody looks at the state: an open one before one that has ended, then the newest. */
  last: Visit;
  /** What stands out: running while one is open, else what became of the last visit. */
  status: Status;
  /** What the open visits wait for, if all wait for the same. */
  doing: Doing | null;
}

/** By name of the state, in the order in which they were first entered. */
export function summaryOf(history: History): Map<string, Summary> {
  const found = new Map<string, Summary>();
  for (const visit of history.visits) {
    const known = found.get(visit.name);
    if (known === undefined) found.set(visit.name, add(nothing(visit), visit));
    else add(known, visit);
  }
  return found;
}

function nothing(last: Visit): Summary {
  const counts = { entered: 0, open: 0, succeeded: 0, failed: 0, caught: 0, aborted: 0, timedOut: 0, retried: 0 };
  return { ...counts, items: null, last, status: last.status, doing: null };
}

const COUNTED: Readonly<Record<Status, "open" | "succeeded" | "failed" | "caught" | "aborted" | "timedOut">> = {
  running: "open",
  succeeded: "succeeded",
  failed: "failed",
  caught: "caught",
  aborted: "aborted",
  timedOut: "timedOut",
};

function add(summary: Summary, visit: Visit): Summary {
  summary.entered += 1;
  summary[COUNTED[visit.status]] += 1;
  summary.retried += retriesOf(visit);
  if (isOpen(visit)) {
    const now = doing(visit);
    summary.doing = summary.open === 1 || summary.doing === now ? now : null;
  }
  if (isOpen(visit) || !isOpen(summary.last)) {
    summary.last = visit;
    summary.status = visit.status;
  }
  if (visit.type === "Map") summary.items = withItems(summary.items, visit);
  return summary;
}

/** How far a Map has come: of its last round. */
export function itemsOf(visit: Visit): Items {
  const items: Items = { total: 0, succeeded: 0, failed: 0, aborted: 0, open: 0, pending: 0 };
  const round = visit.rounds.at(-1);
  if (round === undefined) return items;
  items.total = round.length ?? 0;
  let begun = 0;
  for (const iteration of round.iterations) {
    if (iteration === undefined) continue;
    begun += 1;
    if (iteration.status === "running") items.open += 1;
    else if (iteration.status === "succeeded") items.succeeded += 1;
    else if (iteration.status === "failed") items.failed += 1;
    else items.aborted += 1;
  }
  items.pending = Math.max(0, items.total - begun);
  return items;
}

function withItems(sum: Items | null, visit: Visit): Items {
  const items = itemsOf(visit);
  if (sum === null) return items;
  return {
    total: sum.total + items.total,
    succeeded: sum.succeeded + items.succeeded,
    failed: sum.failed + items.failed,
    aborted: sum.aborted + items.aborted,
    open: sum.open + items.open,
    pending: sum.pending + items.pending,
  };
}
