/** One visit of a state: how it stands, its data, what changed, its variables, its tries, and where its time went. */
import { useState } from "react";
import { Link } from "wouter";
import { Answer } from "../../parts/Answer";
import { executionPath } from "../../parts/paths";
import type { History } from "../../model/history";
import { durationText } from "../../model/times";
import { doing, pathOf, type Visit } from "../../model/visits";
import { Changes } from "./Changes";
import { Failure } from "./Failure";
import { PayloadView } from "./PayloadView";
import { TimeSpent } from "./TimeSpent";
import { Tries } from "./Tries";
import { Variables } from "./Variables";
import { VisitBadge } from "./VisitBadge";
import styles from "./StatePanel.module.css";

export interface StatePanelProps {
  execution: string;
  history: History;
  visit: Visit;
  now: number;
  onSelect: (event: number | null) => void;
}

const VIEWS = ["Data", "Changes", "Variables", "Tries", "Time"] as const;
type View = (typeof VIEWS)[number];

export function StatePanel({ execution, history, visit, now, onSelect }: StatePanelProps) {
  const [view, setView] = useState<View>("Data");
  const last = visit.tries.at(-1);
  const waits = doing(visit);
  return (
    <section className={styles.panel} aria-label={`State ${visit.name}`}>
      <header className={styles.head}>
        <p className={styles.path}>
          {pathOf(visit).slice(0, -1).join(" / ")}
          {visit.iteration !== null && ` · item ${visit.iteration.index}`}
        </p>
        <div className={styles.title}>
          <h2>{visit.name}</h2>
          <VisitBadge visit={visit} />
          <button type="button" className="quiet" aria-label="Close" onClick={() => onSelect(null)}>
            ✕
          </button>
        </div>
        <p className="faint">
          {visit.type} · {durationText((visit.exitedAt ?? now) - visit.enteredAt)}
          {visit.tries.length > 1 && ` · ${visit.tries.length} tries`}
        </p>
        <OtherVisits history={history} visit={visit} onSelect={onSelect} />
      </header>

      {waits !== null && <p className={styles.waits}>{WAITS[waits]}</p>}
      {(waits === "callback" || (waits === "working" && last?.family === "Activity")) && last !== undefined && (
        <Answer execution={execution} event={last.eventId} />
      )}
      {(visit.error ?? visit.cause) !== null && <Failure visit={visit} />}
      {last?.childExecutionArn != null && (
        <p>
          Started <Link href={executionPath(last.childExecutionArn)}>{last.childExecutionArn.split(":").at(-1)}</Link>
        </p>
      )}

      <div className={styles.views} role="tablist" aria-label="What of the state">
        {VIEWS.map((name) => (
          <button key={name} type="button" role="tab" aria-selected={name === view} onClick={() => setView(name)}>
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={view} className={styles.body}>
        {view === "Data" && (
          <>
            <PayloadView label="Input" execution={execution} payload={visit.input} />
            <PayloadView label="Arguments" execution={execution} payload={last?.arguments ?? null} />
            <PayloadView label="Result" execution={execution} payload={last?.result ?? null} />
            <PayloadView label="Output" execution={execution} payload={visit.output} />
          </>
        )}
        {view === "Changes" && <Changes execution={execution} visit={visit} />}
        {view === "Variables" && <Variables execution={execution} visit={visit} />}
        {view === "Tries" && <Tries execution={execution} visit={visit} now={now} />}
        {view === "Time" && <TimeSpent visit={visit} now={now} />}
      </div>
    </section>
  );
}

const WAITS = {
  working: "A worker or a service is at it.",
  queued: "No worker has taken this task yet. Start one that polls its activity.",
  callback: "It waits for an answer with its task token.",
  job: "What it began elsewhere is under way.",
  betweenTries: "A try failed; the next one follows after its delay.",
  waiting: "It waits for its time.",
  inside: "States within it are under way.",
} as const;

/** A loop or a Map visits a state many times: this goes from one visit to the next. */
function OtherVisits({ history, visit, onSelect }: Pick<StatePanelProps, "history" | "visit" | "onSelect">) {
  const path = pathOf(visit).join("\n");
  const same = history.visits.filter((one) => one.name === visit.name && pathOf(one).join("\n") === path);
  if (same.length < 2) return null;
  const at = same.indexOf(visit);
  const go = (to: number) => () => onSelect(same[to]?.id ?? visit.id);
  return (
    <div className={styles.visits}>
      <button type="button" disabled={at === 0} onClick={go(at - 1)} aria-label="The visit before">
        ‹
      </button>
      <span>
        Visit {at + 1} of {same.length.toLocaleString()}
      </span>
      <button type="button" disabled={at === same.length - 1} onClick={go(at + 1)} aria-label="The next visit">
        ›
      </button>
    </div>
  );
}
