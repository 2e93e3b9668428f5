/** One event as GetExecutionHistory has it, and the visit it belongs to. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { read } from "../../api/reads";
import { useSession } from "../../api/session";
import { JsonView } from "../../parts/JsonView";
import { executionPath } from "../../parts/paths";
import { Problem } from "../../parts/Problem";
import type { History } from "../../model/history";

export function EventPanel({ execution, history, event: id }: { execution: string; history: History; event: number }) {
  const { key } = useSession();
  const { data, error } = useQuery({
    queryKey: ["event", execution, id, key?.id],
    queryFn: ({ signal }) => read("event", { execution, id }, signal),
    staleTime: Infinity, // what has happened does not change
  });
  const visit = history.visitOfEvent(id);
  return (
    <section style={{ display: "grid", gap: "var(--space-3)", minWidth: 0 }} aria-label={`Event ${id}`}>
      <h2>Event {id}</h2>
      {visit !== null && (
        <p>
          of <Link href={executionPath(execution, "graph", visit.id)}>{visit.name}</Link>
        </p>
      )}
      {data !== undefined && data.previousEventId > 0 && (
        <p>
          after{" "}
          <Link href={executionPath(execution, "events", data.previousEventId)}>event {data.previousEventId}</Link>
        </p>
      )}
      <Problem problem={error} />
      {data !== undefined && <JsonView label="Event" text={JSON.stringify(data)} />}
    </section>
  );
}
