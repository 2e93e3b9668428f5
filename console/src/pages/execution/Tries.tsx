/** The tries of a visit: when each was, what it was given, and what came of it. */
import { Empty } from "../../parts/Empty";
import { absoluteText, durationText } from "../../model/times";
import type { Try, Visit } from "../../model/visits";
import { PayloadView } from "./PayloadView";
import styles from "./Tries.module.css";

export function Tries({ execution, visit, now }: { execution: string; visit: Visit; now: number }) {
  if (visit.tries.length === 0) {
    const rounds = visit.rounds.length;
    return <Empty title={rounds > 1 ? `It was gone through ${rounds} times.` : "Only tasks are tried."} />;
  }
  return (
    <ol className={styles.tries}>
      {visit.tries.toReversed().map((one) => (
        <li key={one.number}>
          <details open={one === visit.tries.at(-1)}>
            <summary>
              <span>
                Try {one.number} · <span data-status={one.status}>{WORDS[one.status]}</span>
                {one.error !== null && <code> {one.error}</code>}
              </span>
              <span className="faint">{durationText((one.endedAt ?? now) - one.scheduledAt)}</span>
            </summary>
            <div className={styles.body}>
              <Facts one={one} />
              {one.cause !== null && <pre className={styles.cause}>{one.cause}</pre>}
              <PayloadView label="Arguments" execution={execution} payload={one.arguments} />
              <PayloadView label="Taken with" execution={execution} payload={one.submitted} />
              <PayloadView label="Result" execution={execution} payload={one.result} />
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}

const WORDS: Record<Try["status"], string> = {
  scheduled: "scheduled",
  started: "begun",
  submitted: "taken, not answered",
  succeeded: "succeeded",
  failed: "failed",
  timedOut: "timed out",
  aborted: "aborted",
};

function Facts({ one }: { one: Try }) {
  const facts: [string, string | null][] = [
    ["Resource", one.resource],
    ["Worker", one.worker],
    ["Waited before", one.delay === null ? null : durationText(one.delay)],
    ["Until it began", one.startedAt === null ? null : durationText(one.startedAt - one.scheduledAt)],
    ["Time-out", one.timeoutSeconds === null ? null : `${one.timeoutSeconds} s`],
    ["Heartbeat", one.heartbeatSeconds === null ? null : `within ${one.heartbeatSeconds} s`],
    ["Scheduled", absoluteText(one.scheduledAt)],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
