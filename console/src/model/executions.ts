/** A list of executions kept up to date by what the live stream tells: no question to the server for each change. */
import type { ExecutionRow, ExecutionsFilter, ExecutionsPage } from "../api/reads";

export interface ExecutionList {
  /** Newest first. */
  rows: ExecutionRow[];
  /** Where to read on; null when all that there are have been looked at. */
  next: string | null;
  /** How many executions the server looked at. */
  examined: number;
  /** How many rows were asked for: the stream may bring as many again and more, a page that stays open must not. */
  read: number;
}

const BROUGHT = 1_000; // rows that the stream may add before what is far below is let go

/** A list with one more page behind it. */
export function continued(list: ExecutionList | undefined, page: ExecutionsPage): ExecutionList {
  const { rows = [], examined = 0, read = 0 } = list ?? {};
  return {
    rows: joined(rows, page.executions),
    next: page.next,
    examined: examined + page.examined,
    read: read + page.executions.length,
  };
}

/** A list after its first page was read again: what came meanwhile stands before what had been read. */
export function refreshed(list: ExecutionList | undefined, first: ExecutionsPage): ExecutionList {
  const oldest = first.executions.at(-1);
  const known = list?.rows.some(({ executionArn }) => executionArn === oldest?.executionArn) === true;
  if (list === undefined || oldest === undefined || !known || first.next === null) return continued(undefined, first);
  // The page says all about what is not older than its last; of what is older we know more.
  const older = list.rows.filter(({ startDate }) => startDate < oldest.startDate);
  return { ...list, rows: joined(first.executions, older) };
}

/** A list after executions changed. The same list where that concerns nothing in it. */
export function changed(
  list: ExecutionList,
  changes: readonly ExecutionRow[],
  filter: ExecutionsFilter,
): ExecutionList {
  const oldest = list.next === null ? 0 : (list.rows.at(-1)?.startDate ?? 0);
  const rows = changedRows(list.rows, changes, filter, oldest);
  return rows === list.rows ? list : shortened({ ...list, rows });
}

/** A list without its oldest rows where the stream has brought many; they can be read again. */
function shortened(list: ExecutionList): ExecutionList {
  if (list.rows.length <= list.read + 2 * BROUGHT) return list;
  const kept = list.read + BROUGHT;
  return { ...list, rows: list.rows.slice(0, kept), next: before(list.rows.slice(kept)) };
}

/** The place in the server's list (see docs/guide.md) in front of all these rows. */
function before(rows: readonly ExecutionRow[]): string {
  const first = Math.max(...rows.map(({ startDate, redriveDate, stopDate }) => stopDate ?? redriveDate ?? startDate));
  return `${Math.round(first * 1000) + 1}-0`;
}

/**
 * `rows` (newest first) after `changes`: those known are as they are now or gone when they no longer belong, new ones are
 * where they belong. `oldest`: what started before it is on pages not yet read, and not shown before them.
 */
function changedRows(
  rows: ExecutionRow[],
  changes: readonly ExecutionRow[],
  filter: ExecutionsFilter,
  oldest: number,
): ExecutionRow[] {
  const latest = new Map(changes.map((row) => [row.executionArn, row]));
  const kept = rows.flatMap((row) => {
    const now = latest.get(row.executionArn);
    if (now === undefined) return [row];
    latest.delete(row.executionArn);
    return statusFits(now, filter) ? [row.found === undefined ? now : { ...now, found: row.found }] : [];
  });
  const fresh = [...latest.values()].filter((row) => row.startDate >= oldest && belongs(row, filter));
  if (fresh.length === 0 && kept.length === rows.length && kept.every((row, at) => row === rows[at])) return rows;
  return inOrder([...fresh, ...kept]);
}

/** Two readings of a list as one, each execution once, as `first` has it. */
function joined(first: readonly ExecutionRow[], second: readonly ExecutionRow[]): ExecutionRow[] {
  const known = new Set(first.map(({ executionArn }) => executionArn));
  return inOrder([...first, ...second.filter(({ executionArn }) => !known.has(executionArn))]);
}

function inOrder(rows: ExecutionRow[]): ExecutionRow[] {
  return rows.sort((one, other) => other.startDate - one.startDate);
}

/** What of a filter can be seen in a row. Texts cannot: a list filtered by text takes in nothing by itself. */
function belongs(row: ExecutionRow, filter: ExecutionsFilter): boolean {
  const { stateMachineArn, region, name = "", text, startedAfter = 0, startedBefore = Infinity } = filter;
  return (
    text === undefined &&
    !isChild(row) &&
    (stateMachineArn === undefined || row.stateMachineArn === stateMachineArn) &&
    (region === undefined || row.executionArn.split(":")[3] === region) &&
    row.name.toLowerCase().includes(name.toLowerCase()) &&
    row.startDate > startedAfter &&
    row.startDate < startedBefore &&
    statusFits(row, filter)
  );
}

function statusFits(row: ExecutionRow, { status }: ExecutionsFilter): boolean {
  return status === undefined || row.status === status;
}

/** Children of a distributed Map stand with its run, not in lists: their machine's name ends in `/LABEL`. */
function isChild({ executionArn }: ExecutionRow): boolean {
  return (executionArn.split(":")[6] ?? "").includes("/");
}
