/** The tasks that have waited longest for an answer. */
import { Link } from "wouter";
import { nameOf } from "../../api/aws";
import { useWaitingTasks } from "../../api/waiting";
import { taskId } from "../../model/waiting";
import { Ago } from "../../parts/Ago";
import { waitingPath } from "../../parts/paths";
import styles from "./Dashboard.module.css";

const SHOWN = 5;

/** `count`: of all that wait. */
export function Longest({ count }: { count: number }) {
  const tasks = useWaitingTasks().data?.pages[0]?.tasks ?? [];
  return (
    <section className={`card ${styles.panel}`}>
      <h2>Wait for an answer</h2>
      {tasks.length === 0 && <p className={styles.nothing}>Nobody is waited for.</p>}
      <ol>
        {tasks.slice(0, SHOWN).map((task) => (
          <li key={taskId(task)} className={styles.line}>
            <Link className={styles.link} href={waitingPath(taskId(task))}>
              {task.state}
            </Link>
            <span className={styles.figure}>
              <Ago at={task.since} />
            </span>
            <span className={styles.under}>
              {nameOf(task.stateMachineArn)} / {task.executionName}
            </span>
          </li>
        ))}
      </ol>
      {count > SHOWN && (
        <p className={styles.all}>
          <Link href={waitingPath()}>All {count.toLocaleString("en-US")}</Link>
        </p>
      )}
    </section>
  );
}
