/** The variables that a state could see, and those it assigned. */
import { Empty } from "../../parts/Empty";
import { variablesAt } from "../../model/variables";
import type { Visit } from "../../model/visits";
import { PayloadView } from "./PayloadView";

export function Variables({ execution, visit }: { execution: string; visit: Visit }) {
  const assigned = Object.entries(visit.assigned ?? {});
  const seen = variablesAt(visit);
  if (assigned.length === 0 && seen.length === 0) return <Empty title="No variables were assigned up to here." />;
  return (
    <>
      {assigned.length > 0 && <h3>Assigned here</h3>}
      {assigned.map(([name, payload]) => (
        <PayloadView key={name} label={`$${name}`} execution={execution} payload={payload} />
      ))}
      {seen.length > 0 && <h3>Seen on entering</h3>}
      {seen.map(({ name, payload, assignedBy }) => (
        <PayloadView key={name} label={`$${name} · by ${assignedBy.name}`} execution={execution} payload={payload} />
      ))}
    </>
  );
}
