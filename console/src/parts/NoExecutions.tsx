/** What stands in the place of a list of executions that has none: how one comes to be, or why none is shown. */
import type { ReactNode } from "react";
import { NO_FILTERS } from "../model/filters";
import { Empty } from "./Empty";
import { useFilters } from "./Filters";

/** `children`: how to start one. */
export function NoExecutions({ filtered, children }: { filtered: boolean; children: ReactNode }) {
  const [, change] = useFilters();
  if (!filtered) return <Empty title="Nothing has been started yet">{children}</Empty>;
  return (
    <Empty title="No execution is like that">
      <button type="button" onClick={() => change(NO_FILTERS)}>
        Show all
      </button>
    </Empty>
  );
}
