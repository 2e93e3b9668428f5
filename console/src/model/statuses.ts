/** Statuses in words and tones: the names that styles and badges know. */
import type { Outcome } from "./history";
import type { Doing, Status, Visit } from "./visits";
import { doing } from "./visits";

/** As the colours of styles/tokens.css are called. */
export type Tone = "running" | "succeeded" | "failed" | "timed-out" | "aborted" | "waiting";

export interface Told {
  word: string;
  tone: Tone;
}

const VISITS: Readonly<Record<Status, Told>> = {
  running: { word: "Running", tone: "running" },
  succeeded: { word: "Succeeded", tone: "succeeded" },
  failed: { word: "Failed", tone: "failed" },
  caught: { word: "Error caught", tone: "timed-out" },
  aborted: { word: "Stopped", tone: "aborted" },
  timedOut: { word: "Timed out", tone: "timed-out" },
};

const DOINGS: Readonly<Record<Doing, Told>> = {
  working: { word: "Running", tone: "running" },
  queued: { word: "Waits for a worker", tone: "waiting" },
  callback: { word: "Waits for an answer", tone: "waiting" },
  job: { word: "Waits for the job", tone: "running" },
  betweenTries: { word: "Will be tried again", tone: "timed-out" },
  waiting: { word: "Waits", tone: "waiting" },
  inside: { word: "Running", tone: "running" },
};

const EXECUTIONS: Readonly<Record<Outcome["status"] | "PENDING_REDRIVE", Told>> = {
  RUNNING: { word: "Running", tone: "running" },
  SUCCEEDED: { word: "Succeeded", tone: "succeeded" },
  FAILED: { word: "Failed", tone: "failed" },
  TIMED_OUT: { word: "Timed out", tone: "timed-out" },
  ABORTED: { word: "Aborted", tone: "aborted" },
  PENDING_REDRIVE: { word: "Redrive pending", tone: "waiting" },
};

export function visitStatus(visit: Visit): Told {
  const now = doing(visit);
  return now === null ? VISITS[visit.status] : DOINGS[now];
}

export function statusTold(status: Status): Told {
  return VISITS[status];
}

export function doingTold(now: Doing): Told {
  return DOINGS[now];
}

export function executionStatus(status: keyof typeof EXECUTIONS): Told {
  return EXECUTIONS[status];
}
