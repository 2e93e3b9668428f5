/** A list of executions as React sees it: read page by page, kept up to date by the live stream. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { changed, continued, type ExecutionList, refreshed } from "../model/executions";
import { type ExecutionRow, type ExecutionsFilter, read } from "./reads";
import { useSession } from "./session";
import { useChanges } from "./use";

const PAGE = 100;
const AGAIN = 1_000; // ms between two readings of a first page: what the stream does not name must be looked up

export interface ListedExecutions {
  list: ExecutionList | undefined;
  problem: unknown;
  /** Reads the next page, if there is one. */
  goOn: () => void;
  goingOn: boolean;
  /** Whether the server tells of changes at the moment. */
  connected: boolean;
}

/** Keep `filter` the same object while it says the same. */
export function useExecutionList(filter: ExecutionsFilter): ListedExecutions {
  const queries = useQueryClient();
  const account = useSession().key?.id;
  const key = ["execution-list", account, filter];
  const [goingOn, setGoingOn] = useState(false);
  const [stopped, setStopped] = useState<unknown>(null);
  const again = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(again.current), []);
  const meanwhile = useRef<ExecutionRow[]>([]); // what was told during a reading: it may not know it yet

  const { data, error } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      meanwhile.current = [];
      const first = await read("executions", { ...filter, limit: PAGE }, signal);
      return changed(refreshed(queries.getQueryData<ExecutionList>(key), first), meanwhile.current, filter);
    },
  });

  const connected = useChanges((rows) => {
    if (rows !== null && filter.text === undefined) {
      if (queries.isFetching({ queryKey: key }) > 0) meanwhile.current.push(...rows);
      queries.setQueryData<ExecutionList>(key, (list) => list && changed(list, rows, filter));
      return;
    }
    again.current ??= setTimeout(() => {
      again.current = undefined;
      void queries.invalidateQueries({ queryKey: key });
    }, AGAIN);
  });

  const goOn = (): void => {
    const after = data?.next;
    if (goingOn || after === null || after === undefined) return;
    setGoingOn(true);
    setStopped(null);
    read("executions", { ...filter, limit: PAGE, after })
      .then((page) => queries.setQueryData<ExecutionList>(key, (list) => continued(list, page)))
      .catch(setStopped)
      .finally(() => setGoingOn(false));
  };

  return { list: data, problem: error ?? stopped, goOn, goingOn, connected };
}
