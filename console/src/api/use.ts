/** Reads and calls as React sees them: kept, fetched again when something changed, refused with a reason. */
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { call, type Operation } from "./aws";
import { followChanges } from "./live";
import type { Operations } from "./operations";
import { type ExecutionRow, type ExecutionsFilter, read } from "./reads";
import { useSession } from "./session";

/** What the whole server does. Fetched again when executions change (see useChanges), and every ten seconds. */
export function useOverview() {
  const { locked } = useSession();
  return useQuery({
    queryKey: ["overview"],
    enabled: !locked,
    queryFn: ({ signal }) => read("overview", {}, signal),
    refetchInterval: ({ state }) => Math.max(20, 1_000 * (state.data?.again ?? 10)), // 0 would be never
  });
}

/** Whose everything is; AWS's own example until the server has told. */
export function useAccount(): string {
  return useOverview().data?.account ?? "123456789012";
}

/** The region for what is in none yet: the chosen one, else the first in use. */
export function useHomeRegion(): string {
  const { region } = useSession();
  const { data } = useOverview();
  return region === "all" ? (data?.regions[0] ?? "us-east-1") : region;
}

export function useExecutions(filter: ExecutionsFilter) {
  return useQuery({
    queryKey: ["executions", filter],
    queryFn: ({ signal }) => read("executions", filter, signal),
    placeholderData: (before) => before,
  });
}

/** A call that only reads, by its input; made when it is `enabled`. */
export function useCall<O extends Operation>(
  operation: O,
  input: Operations[O]["input"],
  region: string,
  { enabled = true }: { enabled?: boolean } = {},
) {
  return useQuery({
    queryKey: [operation, region, input],
    enabled,
    queryFn: ({ signal }) => call(operation, input, region, signal),
  });
}

/** A call that changes something; afterwards everything shown is asked for again, but not what it deleted. */
export function useAct<O extends Operation>(operation: O, region: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Operations[O]["input"]) => call(operation, input, region),
    onSettled: (_, problem, input) => {
      const gone = problem === null && operation.startsWith("Delete") ? Object.values(input as object).map(String) : [];
      return queries.invalidateQueries({ predicate: ({ queryKey }) => !gone.some((arn) => isAbout(queryKey, arn)) });
    },
  });
}

/** Also about what belongs to it: versions and aliases have its ARN and their own name. */
function isAbout(queryKey: readonly unknown[], arn: string): boolean {
  const text = JSON.stringify(queryKey);
  return text.includes(`"${arn}"`) || text.includes(`"${arn}:`);
}

const LISTS = ["overview", "executions", "waiting"];

/** What changed between the reading of a list and the beginning of the stream nobody would tell. */
async function readAgain(queries: QueryClient): Promise<void> {
  for (const list of [...LISTS, "execution-list"]) {
    await queries.cancelQueries({ queryKey: [list] }); // else a first reading on its way is taken for the second
    void queries.invalidateQueries({ queryKey: [list] });
  }
}

const APART = 250; // ms: a list that changes all the time is fetched four times a second, not more

/**
 * Fetch lists again when executions changed; `onChange` sees what did (null: too much to name).
 * Returns whether the server is connected: true until it is known to be away.
 */
export function useChanges(onChange?: (rows: ExecutionRow[] | null) => void): boolean {
  const queries = useQueryClient();
  const { key } = useSession();
  const [connected, setConnected] = useState(true);
  const heard = useRef(onChange);
  useEffect(() => {
    heard.current = onChange;
  });
  useEffect(() => {
    let wanted = false;
    let reading = false;
    let away: boolean | null = null;
    // At once; what changes during a reading is read afterwards: were it begun anew, it might never come to its end.
    const refetch = async (): Promise<void> => {
      wanted = true;
      if (reading) return;
      reading = true;
      while (wanted) {
        wanted = false;
        const pause = new Promise((resolve) => setTimeout(resolve, APART));
        await Promise.all(LISTS.map((list) => queries.invalidateQueries({ queryKey: [list] })));
        await pause;
      }
      reading = false;
    };
    const stop = followChanges(
      (rows) => {
        heard.current?.(rows);
        void refetch();
      },
      (yes) => {
        setConnected(yes);
        if (yes && away === null) void readAgain(queries);
        if (yes && away === true) void queries.invalidateQueries(); // it may have missed anything
        away = !yes;
      },
    );
    return () => {
      wanted = false;
      stop();
    };
  }, [queries, key]);
  return connected;
}
