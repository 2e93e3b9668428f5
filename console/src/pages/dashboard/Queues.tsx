/** The queues of activities: how long they are, how old their oldest task is, and whether anybody works. */
import type { ActivityFigures } from "../../api/reads";
import { countText } from "../../model/series";
import { Ago } from "../../parts/Ago";
import { Arn } from "../../parts/Arn";
import styles from "./Dashboard.module.css";

export function Queues({ activities }: { activities: ActivityFigures[] }) {
  const longest = [...activities].sort((one, other) => other.queued - one.queued || one.name.localeCompare(other.name));
  return (
    <section className={`card ${styles.panel}`}>
      <h2>Queues of activities</h2>
      {activities.length === 0 && (
        <p className={styles.nothing}>No activity: they hand tasks to workers of your own, wherever those run.</p>
      )}
      <ol className={styles.queues}>
        {longest.map(({ activityArn, queued, oldest, pollers }) => (
          <li key={activityArn} className={styles.line}>
            <Arn arn={activityArn} />
            <span className={styles.figure}>
              <b className={queued > 0 ? styles.waits : undefined}>{countText(queued)}</b> queued
            </span>
            <span className={styles.under} data-alarm={pollers === 0 && queued > 0}>
              {pollers === 0 ? "No worker asks" : pollers === 1 ? "One worker asks" : `${pollers} workers ask`}
              {oldest !== null && (
                <>
                  , the oldest came <Ago at={oldest} />
                </>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
