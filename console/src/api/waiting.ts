/** Tasks that wait, as React sees them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { read, type WaitingTask } from "./reads";
import { useSession } from "./session";

/** Those of the chosen regions, oldest first, a page at a time. */
export function useWaitingTasks() {
  const { region, key } = useSession();
  return useInfiniteQuery({
    queryKey: ["waiting", key?.id, region],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      read("waiting", { ...(region === "all" ? {} : { region }), after: pageParam }, signal),
    getNextPageParam: ({ next }) => next,
    refetchInterval: 10_000, // a task that begins to wait within a running execution changes no execution's status
  });
}

const INPUTS = ["input", "parameters"];

/** A task's whole input, of which lists have the beginning only. */
export async function wholeInput({ executionArn, eventId }: WaitingTask): Promise<string> {
  const event = await read("event", { execution: executionArn, id: eventId });
  for (const details of Object.values(event)) {
    if (typeof details !== "object" || details === null) continue;
    const input = Object.entries(details).find(([member]) => INPUTS.includes(member))?.[1];
    if (typeof input === "string") return input;
  }
  throw new Error(`Event ${eventId} of ${executionArn} has no input.`);
}
