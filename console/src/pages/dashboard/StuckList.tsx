/** What looks stuck, why, and how to mend it. */
import { Link } from "wouter";
import type { Stuck } from "../../api/reads";
import { nameOf } from "../../api/aws";
import { Ago } from "../../parts/Ago";
import { Arn } from "../../parts/Arn";
import { Icon } from "../../parts/Icon";
import { executionPath } from "../../parts/paths";
import styles from "./StuckList.module.css";

const TITLES: Record<Stuck["kind"], string> = {
  "activity-without-worker": "Tasks without a worker",
  "callback-older-than-usual": "An answer is late",
  "set-aside": "Set aside after an error of the server",
};

const SHOWN = 5;

export function StuckList({ stuck }: { stuck: Stuck[] }) {
  if (stuck.length === 0) return null;
  const [first, rest] = [stuck.slice(0, SHOWN), stuck.slice(SHOWN)];
  return (
    <section className={`card ${styles.stuck}`} aria-label="What looks stuck">
      <h2 className={styles.title}>
        <Icon name="warning" /> {stuck.length === 1 ? "One thing looks" : `${stuck.length} things look`} stuck
      </h2>
      <Cases cases={first} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <Cases cases={rest} />
        </details>
      )}
    </section>
  );
}

function Cases({ cases }: { cases: Stuck[] }) {
  return (
    <ul className={styles.cases}>
      {cases.map(({ kind, since, text, executionArn, activityArn, state }) => (
        <li key={`${kind} ${executionArn ?? ""} ${activityArn ?? ""} ${state ?? ""}`} className={styles.case}>
          <p className={styles.head}>
            <strong>{TITLES[kind]}</strong>
            <span className="faint">
              since <Ago at={since} />
            </span>
          </p>
          <p>{text}</p>
          {executionArn !== undefined && <Link href={executionPath(executionArn)}>Look at {nameOf(executionArn)}</Link>}
          {executionArn === undefined && activityArn !== undefined && <Arn arn={activityArn} />}
        </li>
      ))}
    </ul>
  );
}
