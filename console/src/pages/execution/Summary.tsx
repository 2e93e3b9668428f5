/** The execution as a whole: what it was given, what came of it, and where it stands. */
import type { History } from "../../model/history";
import { doing, isOpen, type Visit } from "../../model/visits";
import { Failure } from "./Failure";
import { PayloadView } from "./PayloadView";
import { VisitBadge } from "./VisitBadge";
import styles from "./Summary.module.css";

export interface SummaryProps {
  execution: string;
  history: History;
  onSelect: (event: number) => void;
}

const SHOWN = 20;

export function Summary({ execution, history, onSelect }: SummaryProps) {
  const { outcome, visits } = history;
  // Outer states are open because inner ones are: only these say where it stands.
  const open = visits.filter((visit) => isOpen(visit) && doing(visit) !== "inside");
  const failed = outcome.status === "RUNNING" ? [] : visits.filter(isWhereItFailed);
  return (
    <section className={styles.summary} aria-label="The execution">
      {(outcome.error ?? outcome.cause) !== null && (
        <Failure visit={{ error: outcome.error, cause: outcome.cause, location: null }} />
      )}
      <Places title="Failed in" visits={failed} onSelect={onSelect} />
      <Places title="Now in" visits={open} onSelect={onSelect} />
      <PayloadView label="Input" execution={execution} payload={outcome.input} />
      <PayloadView label="Output" execution={execution} payload={outcome.output} />
      <p className="faint">Pick a state to see its data, its tries and where its time went.</p>
    </section>
  );
}

function isWhereItFailed({ status, rounds }: Visit): boolean {
  return (status === "failed" || status === "timedOut") && rounds.every((round) => round.visits.length === 0);
}

function Places({ title, visits, onSelect }: { title: string; visits: Visit[]; onSelect: (event: number) => void }) {
  if (visits.length === 0) return null;
  return (
    <div className={styles.places}>
      <h3>{title}</h3>
      <ul>
        {visits.slice(0, SHOWN).map((visit) => (
          <li key={visit.id}>
            <button type="button" onClick={() => onSelect(visit.id)}>
              {visit.name}
              {visit.iteration !== null && <span className="faint">item {visit.iteration.index}</span>}
              <VisitBadge visit={visit} />
            </button>
          </li>
        ))}
      </ul>
      {visits.length > SHOWN && <p className="faint">and {visits.length - SHOWN} more</p>}
    </div>
  );
}
