/** State machines that fail most. */
import { Link } from "wouter";
import type { MachineFigures } from "../../api/reads";
import { writeFilters } from "../../model/filters";
import { countText, failing, shareText, type Span } from "../../model/series";
import { machinePath } from "../../parts/paths";
import styles from "./Dashboard.module.css";

const SHOWN = 6;

export function FailMost({ machines, span }: { machines: MachineFigures[]; span: Span }) {
  const worst = failing(machines, span).slice(0, SHOWN);
  const most = worst[0]?.totals.failed ?? 1;
  return (
    <section className={`card ${styles.panel}`}>
      <h2>Fail most</h2>
      {worst.length === 0 && <p className={styles.nothing}>Nothing failed in the last {span}.</p>}
      <ol>
        {worst.map(({ machine: { stateMachineArn, name }, totals: { failed, failedShare } }) => (
          <li key={stateMachineArn} className={styles.line}>
            <Link
              className={styles.link}
              href={`${machinePath(stateMachineArn)}?${writeFilters({ status: "FAILED", within: span })}`}
            >
              {name}
            </Link>
            <span className={styles.figure}>
              <b className={styles.bad}>{countText(failed)}</b> {failedShare !== null && shareText(failedShare)}
            </span>
            <span className={styles.bar} aria-hidden="true">
              <span style={{ width: `${(failed / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
