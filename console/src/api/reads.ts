/** The console's own reads: what the AWS API has no operation for. Described in docs/guide.md, chapter Console. */
import type { ExecutionStatus, HistoryEvent, MachineType } from "./operations";
import { send } from "./send";
import { currentSession } from "./session";

export interface Series {
  seconds: number;
  from: number;
  started: number[];
  succeeded: number[];
  failed: number[];
  p50: (number | null)[];
  p95: (number | null)[];
  complete: boolean;
}

export interface MachineFigures {
  stateMachineArn: string;
  name: string;
  type: MachineType;
  creationDate: number;
  running: number;
  hour: Series;
  day: Series;
}

export interface ActivityFigures {
  activityArn: string;
  name: string;
  creationDate: number;
  queued: number;
  oldest: number | null;
  pollers: number;
}

export interface Stuck {
  kind: "activity-without-worker" | "callback-older-than-usual" | "set-aside";
  since: number;
  text: string;
  executionArn?: string;
  activityArn?: string;
  state?: string;
}

export interface Overview {
  version: string;
  now: number;
  /** Whose everything is: 12 digits. */
  account: string;
  regions: string[];
  keepsExpress: boolean;
  mayAct: boolean;
  limits: { payloadBytes: number | null; historyEvents: number | null };
  machines: MachineFigures[];
  activities: ActivityFigures[];
  waiting: { count: number; oldest: number | null };
  stuck: Stuck[];
  /** Seconds after which another reading tells more; null when this one was made for us. */
  again: number | null;
}

export interface ExecutionRow {
  executionArn: string;
  stateMachineArn: string;
  name: string;
  status: ExecutionStatus;
  startDate: number;
  stopDate?: number;
  redriveCount: number;
  redriveDate?: number;
  stateMachineVersionArn?: string;
  stateMachineAliasArn?: string;
  express: boolean;
  aside: string | null;
  found?: { in: "input" | "output" | "error"; excerpt: string };
}

export interface ExecutionsPage {
  executions: ExecutionRow[];
  next: string | null;
  examined: number;
}

export interface ExecutionsFilter {
  stateMachineArn?: string;
  region?: string;
  status?: ExecutionStatus;
  name?: string;
  text?: string;
  startedAfter?: number;
  startedBefore?: number;
  limit?: number;
  after?: string;
}

export interface WaitingTask {
  executionArn: string;
  executionName: string;
  stateMachineArn: string;
  state: string;
  eventId: number;
  since: number;
  resource: string;
  input: string;
  expires: number | null;
}

interface Reads {
  overview: { query: object; answer: Overview };
  executions: { query: ExecutionsFilter; answer: ExecutionsPage };
  waiting: {
    query: { region?: string; limit?: number; after?: string };
    answer: { tasks: WaitingTask[]; next: string | null };
  };
  event: { query: { execution: string; id: number }; answer: HistoryEvent };
  token: { query: { execution: string; id: number }; answer: { taskToken: string } };
  language: { query: object; answer: Language };
}

export interface Field {
  type: string;
  required: boolean;
  doc: string;
  languages: ("JSONPath" | "JSONata")[];
  values?: string[];
}

export interface Language {
  fields: Record<string, Record<string, Field>>;
  errors: string[];
  intrinsics: string[];
  jsonata: string[];
  resources: string[];
}

/** Raises Refused, Unreachable. Members of `query` that are undefined or "" are left out. */
export async function read<R extends keyof Reads>(
  name: R,
  query: Reads[R]["query"],
  signal?: AbortSignal,
): Promise<Reads[R]["answer"]> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const response = await send({
    method: "GET",
    path: `/console/${name}`,
    query: Object.fromEntries(given.map(([member, value]) => [member, String(value)])),
    headers: READ,
    region: signingRegion(),
    ...(signal === undefined ? {} : { signal }),
  });
  return (await response.json()) as Reads[R]["answer"];
}

/** A header that no other site's page can send without asking first. */
export const READ = { "x-amz-target": "StepwellConsole.Read" };

/** Reads look at all regions; the signature needs one all the same. */
export function signingRegion(): string {
  const { region } = currentSession();
  return region === "all" ? "us-east-1" : region;
}
