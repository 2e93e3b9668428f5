/**
 * Events in, visits out: folds an execution's history as it comes, each event once and in order.
 *
 * Only the entering and leaving of states name a state; whatever else happens says by `previousEventId` what it follows.
 * So each event has a *place*: the visit it belongs to, the Map item it is in, and whether it opens a scope.
 */
import { blame, close, closeWithin, explain, failUpwards, fault, goOn } from "./ends";
import { type Details, type HistoryEvent, type Payload, detailsOf, isFailureCut, payloadOf, textOf } from "./events";
import { exited } from "./exits";
import { grouped, iterated, mapRun } from "./groups";
import { NOWHERE, type Place, failedOnItsWay } from "./places";
import { takeTaskEvent } from "./tries";
import { type Iteration, type Round, type Status, type Visit, isOpen, isUnsuccessful } from "./visits";

export interface Outcome {
  status: "RUNNING" | "SUCCEEDED" | "FAILED" | "ABORTED" | "TIMED_OUT";
  startedAt: number | null;
  endedAt: number | null;
  input: Payload | null;
  output: Payload | null;
  error: string | null;
  cause: string | null;
  /** Whether error or cause are only the beginning; the event of the end has the whole. */
  failureCut: boolean;
  endEventId: number | null;
  redrives: { at: number; eventId: number }[];
}

const ENDS: Readonly<Record<string, Outcome["status"]>> = {
  ExecutionSucceeded: "SUCCEEDED",
  ExecutionFailed: "FAILED",
  ExecutionAborted: "ABORTED",
  ExecutionTimedOut: "TIMED_OUT",
};

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
    failureCut: false,
    endEventId: null,
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
    if (type.startsWith("MapRun")) return mapRun(event, before);
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
      failureCut: false,
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
    outcome.failureCut = isFailureCut(details);
    outcome.endEventId = event.id;
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
    Object.assign(this.outcome, {
      status: "RUNNING",
      endedAt: null,
      endEventId: null,
      output: null,
      error: null,
      cause: null,
    });
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
    visit.failureCut = isFailureCut(details);
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
