/** A Map's items as cells of a grid: one for each index, also for those that have not begun. */
import type { Iteration, Round, Status, Visit } from "./visits";
import { isOpen } from "./visits";

export type CellStatus = Status | "pending";

export interface Cell {
  index: number;
  status: CellStatus;
  iteration: Iteration | null;
}

export interface Grid {
  map: Visit;
  round: Round;
  /** By index. */
  cells: Cell[];
  counts: Readonly<Record<CellStatus, number>>;
}

/** Of the round with that number; of the last one where none is named. Null where no round has begun. */
export function gridOf(map: Visit, number?: number): Grid | null {
  const round = number === undefined ? map.rounds.at(-1) : map.rounds[number - 1];
  if (round === undefined) return null;
  const counts = { running: 0, succeeded: 0, failed: 0, caught: 0, aborted: 0, timedOut: 0, pending: 0 };
  const cells = Array.from({ length: Math.max(round.length ?? 0, round.iterations.length) }, (_, index): Cell => {
    const iteration = round.iterations[index] ?? null;
    const status = iteration?.status ?? "pending";
    counts[status] += 1;
    return { index, status, iteration };
  });
  return { map, round, cells, counts };
}

/** The cells of these statuses; all of them when none is named. */
export function cellsOf(grid: Grid, statuses: ReadonlySet<CellStatus>): readonly Cell[] {
  return statuses.size === 0 ? grid.cells : grid.cells.filter(({ status }) => statuses.has(status));
}

/** The state that an item is at, or where it came to its end: what a person wants to see of it first. */
export function spotOf(iteration: Iteration): Visit | null {
  const { visits } = iteration;
  return (
    visits.findLast(isOpen) ??
    visits.findLast(({ status }) => status === "failed" || status === "timedOut") ??
    visits.at(-1) ??
    null
  );
}
