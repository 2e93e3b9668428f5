/** What a list of executions is filtered by, as it stands in an address: a link leads to the same list. */
import type { ExecutionStatus } from "../api/operations";
import type { ExecutionsFilter } from "../api/reads";

export const STATUSES: readonly ExecutionStatus[] = [
  "RUNNING",
  "SUCCEEDED",
  "FAILED",
  "TIMED_OUT",
  "ABORTED",
  "PENDING_REDRIVE",
];

/** Times relative to now, by the name that they have in addresses. */
export const PERIODS = { "15min": 900, hour: 3_600, day: 86_400, week: 604_800 } as const;
export type Period = keyof typeof PERIODS;

export interface Filters {
  status: ExecutionStatus | null;
  name: string;
  text: string;
  /** An ARN; of use where the list is of all machines. */
  machine: string;
  /** Started within this time before now; null: see `from` and `to`. */
  within: Period | null;
  /** As `<input type="datetime-local">` has them: local time, `2026-11-21T07:03`; "" for none. */
  from: string;
  to: string;
}

export const NO_FILTERS: Filters = { status: null, name: "", text: "", machine: "", within: null, from: "", to: "" };

/** From what stands behind the `?` of an address. What means nothing is passed over. */
export function readFilters(search: string): Filters {
  const given = new URLSearchParams(search);
  const text = (member: string): string => given.get(member) ?? "";
  const status = text("status");
  const within = text("within");
  return {
    status: STATUSES.find((known) => known === status) ?? null,
    name: text("name"),
    text: text("text"),
    machine: text("machine"),
    within: Object.hasOwn(PERIODS, within) ? (within as Period) : null,
    from: isTime(text("from")) ? text("from") : "",
    to: isTime(text("to")) ? text("to") : "",
  };
}

function isTime(text: string): boolean {
  return !Number.isNaN(Date.parse(text));
}

/** What `readFilters` reads; "" where nothing is filtered. */
export function writeFilters(filters: Partial<Filters>): string {
  const given = Object.entries(filters).filter(([, value]) => value !== null && value !== "");
  return new URLSearchParams(given as [string, string][]).toString();
}

export function filtersAnything(filters: Filters): boolean {
  return writeFilters(filters) !== "";
}

/** What to ask the server. `now` in seconds. */
export function askedBy(filters: Filters, now: number): ExecutionsFilter {
  const after = filters.within === null ? secondsOf(filters.from) : now - PERIODS[filters.within];
  const before = filters.within === null ? secondsOf(filters.to) : undefined;
  return {
    ...(filters.machine === "" ? {} : { stateMachineArn: filters.machine }),
    ...(filters.status === null ? {} : { status: filters.status }),
    ...(filters.name === "" ? {} : { name: filters.name }),
    ...(filters.text === "" ? {} : { text: filters.text }),
    ...(after === undefined ? {} : { startedAfter: after }),
    ...(before === undefined ? {} : { startedBefore: before }),
  };
}

function secondsOf(local: string): number | undefined {
  return local === "" ? undefined : Date.parse(local) / 1000;
}
