/** How visits, rounds and items come to their end: one takes others with it, and a redrive lets them go on. */
import { type Iteration, type Round, type Status, type Visit, forgive, isOpen, isUnsuccessful } from "./visits";

export function upTo(visit: Visit | null, name: string | null): Visit | null {
  let at = visit;
  while (at !== null && at.name !== name) at = at.parent;
  return at;
}

export function openGroup(visit: Visit | null, type: string): Visit | null {
  let at = visit;
  while (at !== null && !(at.type === type && isOpen(at))) at = at.parent;
  return at;
}

export function close(thing: Visit | Round | Iteration, at: number, status: Status): void {
  if (!isOpen(thing)) return;
  thing.status = status;
  if ("enteredAt" in thing) {
    thing.exitedAt = at;
    endTry(thing, at);
  } else {
    thing.endedAt = at;
  }
}

export function endTry(visit: Visit, at: number): void {
  const last = visit.tries.at(-1);
  if (last !== undefined && last.endedAt === null) {
    last.status = "aborted";
    last.endedAt = at;
  }
}

/** What is open within it is over, too. */
export function closeWithin(visit: Visit, at: number, status: Status): void {
  const round = visit.rounds.at(-1);
  if (round === undefined || !isOpen(round)) return;
  for (const inner of round.visits) {
    if (!isOpen(inner)) continue;
    closeWithin(inner, at, status);
    close(inner, at, status);
  }
  for (const iteration of round.iterations) if (iteration !== undefined) close(iteration, at, status);
  close(round, at, status);
}

/** The visit that failed and those around it, up to but without `until`. */
export function failUpwards(failed: Visit | null, until: Visit | null, at: number): void {
  let cause = failed;
  for (let visit = failed; visit !== null && visit !== until; visit = visit.parent) {
    if (isOpen(visit)) {
      blame(visit, cause?.error ?? null, cause?.cause ?? null, cause?.failureEventId ?? null);
      visit.failureCut ||= cause?.failureCut ?? false;
      const round = visit.rounds.at(-1);
      if (round !== undefined && isOpen(round)) {
        closeWithin(visit, at, "aborted");
        round.status = "failed";
      }
      close(visit, at, "failed");
    }
    if (visit.iteration !== null && visit.parent !== until) close(visit.iteration, at, "failed");
    cause = visit;
  }
  const round = until?.rounds.at(-1);
  if (failed !== null && failed !== until && round !== undefined && isOpen(round)) {
    closeWithin(until as Visit, at, "aborted");
    round.status = "failed";
  }
}

export function fault(visit: Visit, error: string | null, cause: string | null, eventId: number | null): void {
  visit.error = error;
  visit.cause = cause;
  visit.failureEventId = eventId;
}

/** Says why, unless something nearer has said so already. */
export function blame(visit: Visit, error: string | null, cause: string | null, eventId: number | null): void {
  if (visit.failureEventId === null) fault(visit, error, cause, eventId);
}

/** A Fail state's error is told by what ends for it alone: the execution. */
export function explain(visit: Visit, error: string | null, cause: string | null): void {
  if (visit.status !== "failed" || visit.error !== null) return;
  visit.error = error;
  visit.cause = cause;
  for (const inner of visit.rounds.at(-1)?.visits ?? []) explain(inner, error, cause);
}

/** What of its last round did not come through is under way again. */
export function goOn(visit: Visit, from: number, to: number): void {
  visit.status = "running";
  visit.exitedAt = null;
  forgive(visit);
  visit.standstills.push({ from, to });
  const round = visit.rounds.at(-1);
  if (round === undefined || !isUnsuccessful(round)) return;
  round.status = "running";
  round.endedAt = null;
  for (const iteration of round.iterations) {
    if (iteration !== undefined && isUnsuccessful(iteration)) {
      iteration.status = "running";
      iteration.endedAt = null;
    }
  }
  for (const inner of round.visits) if (isUnsuccessful(inner)) goOn(inner, from, to);
}
