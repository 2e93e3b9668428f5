/** Where a visit's time went: stretches of time one after the other, without gaps, from its entry to its end. */
import { type Try, type Visit, doing } from "./visits";

export type Spent =
  | "queued" // no worker had taken the task yet
  | "working" // a call was made, or a worker was at it
  | "callback" // somebody had to answer
  | "job" // what the task began was under way elsewhere
  | "betweenTries"
  | "waiting" // a Wait state
  | "inside" // the states within it
  | "standstill" // the execution had ended, until it was redriven
  | "engine"; // before the first try and after the last one

export interface Stretch {
  kind: Spent;
  from: number;
  to: number;
  seconds: number;
  /** Of which try or round, from 1; null for what is of none. */
  of: number | null;
}

/** In order. Of an open visit until `now`, in seconds since the epoch. */
export function timeSpent(visit: Visit, now: number): Stretch[] {
  const end = visit.exitedAt ?? Math.max(now, visit.enteredAt);
  const line = new Line(visit.enteredAt, end);
  if (visit.type === "Wait") line.until(end, "waiting", null);
  else if (visit.rounds.length > 0) rounds(visit, line, end);
  else tries(visit, line, end);
  return visit.standstills.reduce(withStandstill, line.stretches);
}

/** Seconds by kind, of all stretches together. */
export function totals(stretches: readonly Stretch[]): Map<Spent, number> {
  const found = new Map<Spent, number>();
  for (const { kind, seconds } of stretches) found.set(kind, (found.get(kind) ?? 0) + seconds);
  return found;
}

class Line {
  readonly stretches: Stretch[] = [];
  private at: number;

  constructor(
    from: number,
    private readonly end: number,
  ) {
    this.at = from;
  }

  /** What there was until then; nothing where that is no time at all. */
  until(time: number, kind: Spent, of: number | null): void {
    const to = Math.min(time, this.end);
    if (to <= this.at) return;
    this.stretches.push({ kind, from: this.at, to, seconds: to - this.at, of });
    this.at = to;
  }
}

function rounds(visit: Visit, line: Line, end: number): void {
  visit.rounds.forEach((round, index) => {
    line.until(round.startedAt, index === 0 ? "engine" : "betweenTries", index === 0 ? null : index);
    line.until(round.endedAt ?? end, "inside", round.number);
  });
  line.until(end, doing(visit) === null ? "engine" : "betweenTries", null);
}

function tries(visit: Visit, line: Line, end: number): void {
  for (const one of visit.tries) {
    line.until(one.scheduledAt, one.number === 1 ? "engine" : "betweenTries", one.number === 1 ? null : one.number - 1);
    const { started, submitted } = kindsOf(one);
    line.until(one.startedAt ?? one.endedAt ?? end, one.family === "Activity" ? "queued" : "working", one.number);
    line.until(one.submittedAt ?? one.endedAt ?? end, started, one.number);
    line.until(one.endedAt ?? end, submitted, one.number);
  }
  line.until(end, doing(visit) === "betweenTries" ? "betweenTries" : "engine", null);
}

function kindsOf(one: Try): { started: Spent; submitted: Spent } {
  return { started: "working", submitted: one.resource.endsWith(".waitForTaskToken") ? "callback" : "job" };
}

/** The time between an end and its redrive is nobody's: cut it out of whatever lies there. */
function withStandstill(stretches: Stretch[], { from, to }: { from: number; to: number }): Stretch[] {
  const found: Stretch[] = [];
  for (const stretch of stretches) {
    const [a, b] = [Math.max(stretch.from, from), Math.min(stretch.to, to)];
    if (a >= b) {
      found.push(stretch);
      continue;
    }
    const part = (kind: Spent, start: number, stop: number): void => {
      if (start < stop)
        found.push({
          kind,
          from: start,
          to: stop,
          seconds: stop - start,
          of: kind === "standstill" ? null : stretch.of,
        });
    };
    part(stretch.kind, stretch.from, a);
    part("standstill", a, b);
    part(stretch.kind, b, stretch.to);
  }
  return found;
}
