/** Where a visit's time went, part by part. */
import { absoluteText, durationText } from "../../model/times";
import { type Spent, timeSpent, totals } from "../../model/spent";
import type { Visit } from "../../model/visits";
import styles from "./TimeSpent.module.css";

const WORDS: Record<Spent, string> = {
  queued: "Until a worker took it",
  working: "At work",
  betweenTries: "Between tries",
  waiting: "Waiting for its time",
  callback: "Until it was answered",
  job: "Until the job was done",
  inside: "In the states within",
  standstill: "Until the redrive",
  engine: "In the engine",
};

export function TimeSpent({ visit, now }: { visit: Visit; now: number }) {
  const parts = timeSpent(visit, now);
  const byKind = [...totals(parts)];
  const whole = byKind.reduce((sum, [, seconds]) => sum + seconds, 0);
  return (
    <div className={styles.spent}>
      <div className={styles.bar} aria-hidden="true">
        {parts.map(({ kind, seconds }, index) => (
          <span
            key={index}
            data-kind={kind}
            style={{ flexGrow: seconds }}
            title={`${WORDS[kind]}: ${durationText(seconds)}`}
          />
        ))}
      </div>
      <dl className={styles.parts}>
        {byKind.map(([kind, seconds]) => (
          <div key={kind}>
            <dt>
              <span className={styles.swatch} data-kind={kind} /> {WORDS[kind]}
            </dt>
            <dd>{durationText(seconds)}</dd>
            <dd className="faint">{whole > 0 ? Math.round((seconds / whole) * 100) : 0} %</dd>
          </div>
        ))}
      </dl>
      <p className="faint">
        Entered {absoluteText(visit.enteredAt)}
        {visit.exitedAt !== null && <>, left {absoluteText(visit.exitedAt)}</>}
      </p>
    </div>
  );
}
