/**
 * Events in, visits out: folds an execution's history as it comes, each event once and in order.
 *
 * Only the entering and leaving of states name a state; whatever else happens says by `previousEventId` what it follows.
 * So each event has a *place*: the visit it belongs to, the Map item it is in, and whether it opens a scope.
 */
import { type Details, type HistoryEvent, type Payload, detailsOf, numberOf, payloadOf, textOf } from "./events";
import { takeTaskEvent } from "./tries";
import { GROUPS, type Iteration, type Round, type Status, type Visit, isOpen, isUnsuccessful } from "./visits";

interface Place {
  visit: Visit | null;
  iteration: Iteration | null;
  /** Whether what follows is the first state of a scope: a branch of a Parallel, or a Map's iteration. */
  opens: boolean;
}

export interface Outcome {
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED" | "TIMED_OUT";
  startedAt: number | null;
  endedAt: number | null;
  input: Payload | null;
  output: Payload | null;
  error: string | null;
  cause: string | null;
  redrives: { at: number; eventId: number }[];
}

const ENDS: Readonly<Record<string, Outcome["status"]>> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionAborted: "ABORTED",
  ExecutionTimedOut: "TIMED_OUT",
};

const NOWHERE: Place = { visit: null, iteration: null, opens: false };

export class History {
  /** In the order of their events. */
  readonly events: HistoryEvent[] = [];
  /** In the order in which they were entered. */
  readonly visits: Visit[] = [];
  readonly outcome: Outcome = {
    status: "RUNNING",
    startedAt: null,
    endedAt: null,
    input: null,
    output: null,
    error: null,
    cause: null,
    redrives: [],
  };
  /** Raised by each batch that brought something: what was computed of an earlier one is out of date. */
  version = 0;

  private readonly places: (Place | undefined)[] = [];
  private readonly byId = new Map<number, Visit>();

  /** Takes the next events; those that it has already are passed over. */
  take(events: readonly HistoryEvent[]): this {
    const before = this.events.length;
    for (const event of events) {
      if (event.id <= this.lastId) continue;
      this.events.push(event);
      this.places[event.id] = this.placeOf(event);
    }
    if (this.events.length > before) this.version += 1;
    return this;
  }

  get lastId(): number {
    return this.events.at(-1)?.id ?? 0;
  }

  /** The newest time that is known: an open visit lasts at least until then. */
  get lastAt(): number | null {
    return this.events.at(-1)?.timestamp ?? null;
  }

  /** By the id of the event with which it was entered. */
  visit(id: number): Visit | null {
    return this.byId.get(id) ?? null;
  }

  /** The visit that an event belongs to; null for those of the execution itself. */
  visitOfEvent(eventId: number): Visit | null {
    return this.places[eventId]?.visit ?? null;
  }

  iterationOfEvent(eventId: number): Iteration | null {
    return this.places[eventId]?.iteration ?? null;
  }

  private placeOf(event: HistoryEvent): Place {
    const before = this.places[event.previousEventId] ?? NOWHERE;
    const { type } = event;
    const details = detailsOf(event);
    if (type.endsWith("StateEntered")) return this.entered(event, details, before);
    if (type.endsWith("StateExited")) return exited(event, details, before);
    if (type.startsWith("MapIteration")) return iterated(event, details, before);
    if (type.startsWith("MapState") || type.startsWith("ParallelState")) return grouped(event, details, before);
    if (type.startsWith("MapRun")) return mapRun(event, details, before);
    if (type.startsWith("Execution")) return this.executed(event, details, before);
    if (type === "EvaluationFailed") return this.evaluationFailed(event, details, before);
    if (type.endsWith("StateAborted")) return failedOnItsWay(event, before);
    if (before.visit !== null) takeTaskEvent(before.visit, event, details);
    return { visit: before.visit, iteration: before.iteration, opens: false };
  }

  private entered(event: HistoryEvent, details: Details, before: Place): Place {
    const parent = before.opens ? before.visit : (before.visit?.parent ?? null);
    const previous = before.opens ? null : before.visit;
    const round = previous === null ? (parent?.rounds.at(-1) ?? null) : previous.round;
    const iteration = before.opens ? before.iteration : (previous?.iteration ?? null);
    const visit: Visit = {
      id: event.id,
      name: textOf(details, "name") ?? "",
      type: event.type.slice(0, -"StateEntered".length),
      status: "running",
      enteredAt: event.timestamp,
      exitedAt: null,
      exitEventId: null,
      parent,
      round,
      iteration,
      branch: branchOf(parent, previous, round),
      before: previous,
      input: payloadOf(event, details, "input"),
      output: null,
      assigned: null,
      tries: [],
      rounds: [],
      error: null,
      cause: null,
      location: null,
      failureEventId: null,
      standstills: [],
      events: [event.id],
    };
    this.visits.push(visit);
    this.byId.set(visit.id, visit);
    round?.visits.push(visit);
    iteration?.visits.push(visit);
    return { visit, iteration, opens: false };
  }

  private executed(event: HistoryEvent, details: Details, before: Place): Place {
    const outcome = this.outcome;
    if (event.type === "ExecutionStarted") {
      outcome.startedAt = event.timestamp;
      outcome.input = payloadOf(event, details, "input");
    } else if (event.type === "ExecutionRedriven") {
      this.redriven(event);
    } else {
      const status = ENDS[event.type];
      if (status !== undefined) this.ended(event, details, status, before.visit);
    }
    return NOWHERE;
  }

  private ended(event: HistoryEvent, details: Details, status: Outcome["status"], last: Visit | null): void {
    const outcome = this.outcome;
    outcome.status = status;
    outcome.endedAt = event.timestamp;
    outcome.output = payloadOf(event, details, "output");
    outcome.error = textOf(details, "error");
    outcome.cause = textOf(details, "cause");
    if (status === "FAILED" && last !== null) {
      blame(last, outcome.error, outcome.cause, event.id);
      failUpwards(last, null, event.timestamp);
      explain(last, outcome.error, outcome.cause);
    }
    const left: Status = status === "TIMED_OUT" ? "timedOut" : "aborted";
    for (const visit of this.visits) {
      if (isOpen(visit) && visit.parent === null) {
        closeWithin(visit, event.timestamp, left);
        close(visit, event.timestamp, left);
      }
    }
  }

  private redriven(event: HistoryEvent): void {
    const stoppedAt = this.outcome.endedAt ?? event.timestamp;
    Object.assign(this.outcome, { status: "RUNNING", endedAt: null, output: null, error: null, cause: null });
    this.outcome.redrives.push({ at: event.timestamp, eventId: event.id });
    const last = this.visits.findLast(({ parent }) => parent === null);
    if (last !== undefined && isUnsuccessful(last)) goOn(last, stoppedAt, event.timestamp);
  }

  /** It names the state, but what it follows is mostly the event before that state was entered. */
  private evaluationFailed(event: HistoryEvent, details: Details, before: Place): Place {
    const name = textOf(details, "state");
    const here = before.visit !== null && before.visit.name === name && isOpen(before.visit);
    const visit = here ? before.visit : this.enteredAfter(event.previousEventId, name);
    if (visit === null) return before;
    visit.events.push(event.id);
    visit.location = textOf(details, "location");
    fault(visit, textOf(details, "error"), textOf(details, "cause"), event.id);
    return { visit, iteration: visit.iteration, opens: false };
  }

  private enteredAfter(eventId: number, name: string | null): Visit | null {
    for (let index = this.visits.length - 1; index >= 0; index -= 1) {
      const visit = this.visits[index] as Visit;
      // Only events after `eventId` can follow it.
      if (visit.id < eventId) break;
      if (visit.name === name && isOpen(visit) && this.previousOf(visit.id) === eventId) return visit;
    }
    return this.visits.findLast((visit) => visit.name === name && isOpen(visit)) ?? null;
  }

  private previousOf(eventId: number): number | null {
    // Ids are counted from 1 without gaps, so the event is where its id says, unless the beginning is not here.
    const first = this.events[0]?.id ?? 1;
    return this.events[eventId - first]?.previousEventId ?? null;
  }
}

/** All at once. */
export function historyOf(events: readonly HistoryEvent[]): History {
  return new History().take(events);
}

function branchOf(parent: Visit | null, previous: Visit | null, round: Round | null): number | null {
  if (previous !== null) return previous.branch;
  if (parent === null || parent.type !== "Parallel" || round === null) return null;
  return round.visits.filter(({ before }) => before === null).length;
}

// -- states ------------------------------------------------------------------------------------------------------------

function exited(event: HistoryEvent, details: Details, before: Place): Place {
  const visit = upTo(before.visit, textOf(details, "name"));
  if (visit === null) return NOWHERE;
  const at = event.timestamp;
  visit.events.push(event.id);
  visit.exitEventId = event.id;
  visit.output = payloadOf(event, details, "output");
  visit.assigned = assignedBy(event, details);
  const caught = wasCaught(visit);
  if (caught) failUpwards(before.visit, visit, at);
  closeWithin(visit, at, "aborted");
  close(visit, at, caught ? "caught" : "succeeded");
  if (!caught) visit.error = visit.cause = visit.failureEventId = visit.location = null;
  return { visit, iteration: visit.iteration, opens: false };
}

/** Whether a Catch let the state be left: what it does was not done in the end. */
function wasCaught(visit: Visit): boolean {
  if (visit.type === "Task") return visit.failureEventId !== null || visit.tries.at(-1)?.status !== "succeeded";
  if (GROUPS.has(visit.type)) return visit.failureEventId !== null || visit.rounds.at(-1)?.status !== "succeeded";
  return false;
}

function assignedBy(event: HistoryEvent, details: Details): Visit["assigned"] {
  const values = details["assignedVariables"];
  if (typeof values !== "object" || values === null) return null;
  const about = details["assignedVariablesDetails"] as { truncated?: unknown } | undefined;
  const found: Record<string, Payload> = Object.create(null) as Record<string, Payload>;
  for (const [name, text] of Object.entries(values)) {
    if (typeof text !== "string") continue;
    const truncated = about?.truncated === true;
    found[name] = { text, truncated, bytes: null, eventId: event.id, member: `assignedVariables.${name}` };
  }
  return found;
}

/** Siblings are stopped because this one failed; the events do not say which siblings. */
function failedOnItsWay(event: HistoryEvent, before: Place): Place {
  if (before.visit !== null && isOpen(before.visit)) failUpwards(before.visit, before.visit.parent, event.timestamp);
  return { visit: before.visit, iteration: before.iteration, opens: false };
}

// -- Parallel and Map --------------------------------------------------------------------------------------------------

function grouped(event: HistoryEvent, details: Details, before: Place): Place {
  const type = event.type.startsWith("Map") ? "Map" : "Parallel";
  const visit = openGroup(before.visit, type);
  if (visit === null || event.type.endsWith("Aborted")) {
    return failedOnItsWay(event, before);
  }
  const at = event.timestamp;
  visit.events.push(event.id);
  if (event.type.endsWith("Started")) {
    failUpwards(before.visit === visit ? null : before.visit, visit, at);
    closeWithin(visit, at, "aborted");
    begin(visit, event, type === "Map" ? (numberOf(details, "length") ?? 0) : null);
    return { visit, iteration: visit.iteration, opens: true };
  }
  const round = visit.rounds.at(-1);
  if (event.type.endsWith("Failed")) {
    const cause = before.visit;
    failUpwards(cause === visit ? null : cause, visit, at);
    closeWithin(visit, at, "aborted");
    // Why is told by the state within; where the Map itself went wrong, by the event before.
    fault(visit, cause?.error ?? null, cause?.cause ?? null, cause?.failureEventId ?? event.id);
  } else if (round !== undefined) {
    close(round, at, "succeeded");
  }
  return { visit, iteration: visit.iteration, opens: false };
}

function begin(visit: Visit, event: HistoryEvent, length: number | null): void {
  const last = visit.rounds.at(-1);
  visit.error = visit.cause = visit.failureEventId = null;
  visit.rounds.push({
    number: visit.rounds.length + 1,
    status: "running",
    startedAt: event.timestamp,
    endedAt: null,
    eventId: event.id,
    length,
    iterations: [],
    visits: [],
    delay: last === undefined ? null : event.timestamp - (last.endedAt ?? last.startedAt),
  });
}

function iterated(event: HistoryEvent, details: Details, before: Place): Place {
  const map = upTo(before.visit, textOf(details, "name"));
  const round = map?.rounds.at(-1);
  const index = numberOf(details, "index");
  if (map === null || round === undefined || index === null) return before;
  const at = event.timestamp;
  map.events.push(event.id);
  if (event.type === "MapIterationStarted") {
    const { id: eventId } = event;
    const iteration: Iteration = {
      index,
      status: "running",
      startedAt: at,
      endedAt: null,
      eventId,
      map,
      round,
      visits: [],
    };
    round.iterations[index] = iteration;
    return { visit: map, iteration, opens: true };
  }
  const iteration = round.iterations[index];
  if (iteration === undefined) return before;
  const failed = event.type === "MapIterationFailed";
  if (failed) failUpwards(before.visit, map, at);
  const left: Status = event.type === "MapIterationSucceeded" ? "succeeded" : failed ? "failed" : "aborted";
  for (const visit of iteration.visits) {
    closeWithin(visit, at, "aborted");
    close(visit, at, "aborted");
  }
  // failUpwards has closed the one that failed.
  iteration.status = left;
  iteration.endedAt = at;
  return { visit: before.visit, iteration, opens: false };
}

/** A distributed Map's items are executions of their own: there is one round without visits. */
function mapRun(event: HistoryEvent, _details: Details, before: Place): Place {
  const visit = before.visit;
  if (visit === null) return before;
  visit.events.push(event.id);
  if (event.type === "MapRunStarted" && visit.rounds.length === 0) begin(visit, event, null);
  return { visit, iteration: visit.iteration, opens: false };
}

// -- ends --------------------------------------------------------------------------------------------------------------

function upTo(visit: Visit | null, name: string | null): Visit | null {
  let at = visit;
  while (at !== null && at.name !== name) at = at.parent;
  return at;
}

function openGroup(visit: Visit | null, type: string): Visit | null {
  let at = visit;
  while (at !== null && !(at.type === type && isOpen(at))) at = at.parent;
  return at;
}

function close(thing: Visit | Round | Iteration, at: number, status: Status): void {
  if (!isOpen(thing)) return;
  thing.status = status;
  if ("enteredAt" in thing) {
    thing.exitedAt = at;
    endTry(thing, at);
  } else {
    thing.endedAt = at;
  }
}

function endTry(visit: Visit, at: number): void {
  const last = visit.tries.at(-1);
  if (last !== undefined && last.endedAt === null) {
    last.status = "aborted";
    last.endedAt = at;
  }
}

/** What is open within it is over, too. */
function closeWithin(visit: Visit, at: number, status: Status): void {
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
function failUpwards(failed: Visit | null, until: Visit | null, at: number): void {
  let cause = failed;
  for (let visit = failed; visit !== null && visit !== until; visit = visit.parent) {
    if (isOpen(visit)) {
      blame(visit, cause?.error ?? null, cause?.cause ?? null, cause?.failureEventId ?? null);
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

function fault(visit: Visit, error: string | null, cause: string | null, eventId: number | null): void {
  visit.error = error;
  visit.cause = cause;
  visit.failureEventId = eventId;
}

/** Says why, unless something nearer has said so already. */
function blame(visit: Visit, error: string | null, cause: string | null, eventId: number | null): void {
  if (visit.failureEventId === null) fault(visit, error, cause, eventId);
}

/** A Fail state's error is told by what ends for it alone: the execution. */
function explain(visit: Visit, error: string | null, cause: string | null): void {
  if (visit.status !== "failed" || visit.error !== null) return;
  visit.error = error;
  visit.cause = cause;
  for (const inner of visit.rounds.at(-1)?.visits ?? []) explain(inner, error, cause);
}

// -- redrive -----------------------------------------------------------------------------------------------------------

/** What of its last round did not come through is under way again. */
function goOn(visit: Visit, from: number, to: number): void {
  visit.status = "running";
  visit.exitedAt = null;
  visit.error = visit.cause = visit.failureEventId = visit.location = null;
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
