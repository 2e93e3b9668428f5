/** What an execution did, as people see it: a visit is one entering of a state, with its tries and what lies within. */
import type { Payload } from "./events";

export type Status = "running" | "succeeded" | "failed" | "caught" | "aborted" | "timedOut";

/** What an open visit is waiting for. */
export type Doing =
  | "working" // a call or a worker is at it
  | "queued" // no worker has taken the task yet
  | "callback" // somebody must answer with the task's token
  | "job" // what the task began is under way elsewhere
  | "betweenTries" // a try failed, the next one is not due yet
  | "waiting" // a Wait state
  | "inside"; // the states within it

export type TryStatus = "scheduled" | "started" | "submitted" | "succeeded" | "failed" | "timedOut" | "aborted";

/** One try of a task. Times are seconds since the epoch. */
export interface Try {
  /** From 1. */
  number: number;
  status: TryStatus;
  scheduledAt: number;
  startedAt: number | null;
  submittedAt: number | null;
  endedAt: number | null;
  /** The …Scheduled event: for deep links, tokens and whole payloads. */
  eventId: number;
  events: number[];
  family: "Task" | "Activity" | "LambdaFunction";
  /** As in the definition's ARN: `lambda:invoke`, or an activity's or function's ARN. */
  resource: string;
  region: string | null;
  arguments: Payload | null;
  /** What the service answered when it took the request, of callbacks and jobs. */
  submitted: Payload | null;
  result: Payload | null;
  error: string | null;
  cause: string | null;
  /** Whether error or cause are only the beginning; the last of `events` has the whole. */
  failureCut: boolean;
  worker: string | null;
  timeoutSeconds: number | null;
  heartbeatSeconds: number | null;
  /** Seconds between the try before and this one; null for the first. */
  delay: number | null;
  /** Of states:startExecution: the execution that this try began. */
  childExecutionArn: string | null;
}

/** One going through of a Parallel or Map: a retry of the state begins another. */
export interface Round {
  number: number;
  status: Status;
  startedAt: number;
  endedAt: number | null;
  eventId: number;
  /** Of a Map: how many items; null for a Parallel. */
  length: number | null;
  /** Of a Map: by index, with holes where none has begun. */
  iterations: (Iteration | undefined)[];
  /** The first states of its branches or iterations and all that follow them, in the order of their events. */
  visits: Visit[];
  delay: number | null;
}

export interface Iteration {
  index: number;
  status: Status;
  startedAt: number;
  endedAt: number | null;
  eventId: number;
  map: Visit;
  round: Round;
  visits: Visit[];
}

/** Time in which the execution stood still, from its end to its redrive. */
export interface Standstill {
  from: number;
  to: number;
}

export interface Visit {
  /** Id of the event …StateEntered: stable, what links name. */
  id: number;
  name: string;
  type: string;
  status: Status;
  enteredAt: number;
  exitedAt: number | null;
  exitEventId: number | null;
  /** The state around it, and its round; null outermost. */
  parent: Visit | null;
  round: Round | null;
  /** The Map item it works on; null outermost and in a Parallel. */
  iteration: Iteration | null;
  /** In a Parallel: which of the round's branches, from 0, in the order in which they began. */
  branch: number | null;
  /** The visit before it in the same scope. */
  before: Visit | null;
  input: Payload | null;
  output: Payload | null;
  /** Variables that it assigned, by name; null where it assigned none. */
  assigned: Readonly<Record<string, Payload>> | null;
  tries: Try[];
  rounds: Round[];
  /** What failed it, or was caught. */
  error: string | null;
  cause: string | null;
  /** Where in the state an expression could not be evaluated. */
  location: string | null;
  /** Id of the event that tells of the failure. */
  failureEventId: number | null;
  /** Whether error or cause are only the beginning; that event has the whole. */
  failureCut: boolean;
  standstills: Standstill[];
  /** All events of the visit itself, without those of the states within. */
  events: number[];
}

export const GROUPS: ReadonlySet<string> = new Set(["Parallel", "Map"]);

export function isOpen(thing: { status: Status }): boolean {
  return thing.status === "running";
}

export function isUnsuccessful(thing: { status: Status }): boolean {
  return thing.status === "failed" || thing.status === "aborted" || thing.status === "timedOut";
}

/** What failed it is over: it is tried again, or was left as it should be. */
export function forgive(visit: Visit): void {
  visit.error = visit.cause = visit.location = visit.failureEventId = null;
  visit.failureCut = false;
}

/** Names of the states around it, outermost first, and its own. */
export function pathOf(visit: Visit): string[] {
  const path: string[] = [];
  for (let at: Visit | null = visit; at !== null; at = at.parent) path.unshift(at.name);
  return path;
}

export function retriesOf(visit: Visit): number {
  return Math.max(0, visit.tries.length - 1) + Math.max(0, visit.rounds.length - 1);
}

/** What an open visit waits for; null for one that has ended. */
export function doing(visit: Visit): Doing | null {
  if (!isOpen(visit)) return null;
  if (visit.type === "Wait") return "waiting";
  const round = visit.rounds.at(-1);
  if (round !== undefined) return isOpen(round) ? "inside" : "betweenTries";
  if (visit.failureEventId !== null) return "betweenTries";
  const last = visit.tries.at(-1);
  return last === undefined ? "working" : doingOf(last);
}

function doingOf(last: Try): Doing {
  switch (last.status) {
    case "scheduled":
      return last.family === "Activity" ? "queued" : "working";
    case "submitted":
      return last.resource.endsWith(".waitForTaskToken") ? "callback" : "job";
    case "failed":
    case "timedOut":
    case "aborted":
      return "betweenTries";
    default:
      // An activity task may be a callback too, but a worker has it: that is work.
      return last.resource.endsWith(".waitForTaskToken") ? "callback" : "working";
  }
}
