/** One task that waits: who waits since when, and when it is opened its input and the form that answers it. */
import { memo } from "react";
import { Link } from "wouter";
import { nameOf, regionOf } from "../../api/aws";
import type { WaitingTask } from "../../api/reads";
import { wholeInput } from "../../api/waiting";
import { strict } from "../../model/json";
import { absoluteText } from "../../model/times";
import { Ago } from "../../parts/Ago";
import { Answer } from "../../parts/Answer";
import { Duration } from "../../parts/Duration";
import { Icon } from "../../parts/Icon";
import { JsonView } from "../../parts/JsonView";
import { Marked } from "../../parts/Marked";
import { executionPath, machinePath } from "../../parts/paths";
import type { Rows } from "../../parts/useRows";
import styles from "./Waiting.module.css";

export interface WaitingRowProps {
  id: string;
  task: WaitingTask;
  open: boolean;
  sought: string;
  onToggle: (id: string) => void;
  /** Told the name of the state. */
  onDone: (state: string) => void;
  linkOf: Rows["linkOf"];
}

export const WaitingRow = memo(function WaitingRow(props: WaitingRowProps) {
  const { id, task, open, sought, onToggle, onDone, linkOf } = props;
  const { executionArn, executionName, stateMachineArn, state, eventId, since, resource, expires } = task;
  return (
    <li className={`card ${styles.task}`} data-open={open}>
      <div className={styles.head}>
        <button
          type="button"
          className={`quiet ${styles.toggle}`}
          aria-expanded={open}
          onClick={() => onToggle(id)}
          {...linkOf(id)}
        >
          <Icon name={open ? "down" : "right"} />
          <span className={styles.state}>
            <Marked text={state} sought={sought} />
          </span>
        </button>
        <span className={styles.where}>
          <Link href={machinePath(stateMachineArn)}>{nameOf(stateMachineArn)}</Link>
          <span aria-hidden="true">/</span>
          <Link href={executionPath(executionArn)} title={executionName}>
            <Marked text={executionName} sought={sought} />
          </Link>
        </span>
        <span className={styles.since} title={`Since ${absoluteText(since)}`}>
          waits for <Duration from={since} />
        </span>
      </div>
      {!open && (
        <code className={styles.brief}>
          <Marked text={task.input.slice(0, 300)} sought={sought} />
        </code>
      )}
      {open && (
        <div className={styles.body}>
          <div className={styles.input}>
            <JsonView
              label="Input of the task"
              text={task.input}
              truncated={strict(task.input) === undefined}
              onWhole={() => wholeInput(task)}
            />
            <dl className={styles.facts}>
              <dt>Resource</dt>
              <dd>
                <code>{resource}</code>
              </dd>
              <dt>Region</dt>
              <dd>{regionOf(executionArn)}</dd>
              <dt>Times out</dt>
              <dd>{expires === null ? "never" : <Ago at={expires} />}</dd>
            </dl>
          </div>
          <Answer execution={executionArn} event={eventId} onDone={() => onDone(state)} />
        </div>
      )}
    </li>
  );
});
