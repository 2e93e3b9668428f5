/** Tasks that wait for somebody, the one that has waited longest first, to be answered where they stand. */
import { useCallback, useMemo, useState } from "react";
import { useSession } from "../api/session";
import { useChanges } from "../api/use";
import { useWaitingTasks } from "../api/waiting";
import { soughtTasks, taskId } from "../model/waiting";
import { Empty } from "../parts/Empty";
import { Live } from "../parts/Live";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { SearchField } from "../parts/SearchField";
import { useText } from "../parts/useInAddress";
import { useRows } from "../parts/useRows";
import { useSlash } from "../parts/useSlash";
import { WaitingRow } from "./waiting/WaitingRow";
import styles from "./waiting/Waiting.module.css";

export default function Waiting() {
  const connected = useChanges();
  const pages = useWaitingTasks();
  const { region } = useSession();
  const [open, setOpen] = useText("task");
  const [sought, setSought] = useText("find");
  const [answered, setAnswered] = useState<string | null>(null);
  const input = useSlash();
  const tasks = useMemo(() => (pages.data?.pages ?? []).flatMap((page) => page.tasks), [pages.data]);
  const shown = useMemo(() => soughtTasks(tasks, sought), [tasks, sought]);
  const ids = useMemo(() => shown.map(taskId), [shown]);
  const { linkOf } = useRows(ids);
  const toggle = useCallback((id: string) => setOpen(id === open ? "" : id), [open, setOpen]);
  const done = useCallback(
    (state: string) => {
      setAnswered(state);
      setOpen("");
    },
    [setOpen],
  );
  return (
    <Page title="Waiting tasks" beside={<Live connected={connected} />}>
      <Problem problem={pages.error} />
      {tasks.length > 0 && (
        <search className={styles.filters}>
          <SearchField
            label="State, execution, machine or input contains"
            placeholder="State, execution, machine or input"
            value={sought}
            onChange={setSought}
            input={input}
          />
        </search>
      )}
      <p role="status" className={answered === null ? "visually-hidden" : styles.answered}>
        {answered !== null && `“${answered}” is answered: its execution goes on.`}
      </p>
      {pages.data !== undefined && tasks.length === 0 && (
        <Empty title="Nobody is waited for">
          <p>
            A task whose resource ends in <code>.waitForTaskToken</code> stands here until somebody answers it.{" "}
            {region !== "all" && `Only those in ${region} are shown.`}
          </p>
        </Empty>
      )}
      {tasks.length > 0 && shown.length === 0 && <Empty title="None of these waits for that" />}
      <ul className={styles.tasks}>
        {shown.map((task) => {
          const id = taskId(task);
          return (
            <WaitingRow
              key={id}
              id={id}
              task={task}
              open={id === open}
              sought={sought}
              onToggle={toggle}
              onDone={done}
              linkOf={linkOf}
            />
          );
        })}
      </ul>
      {pages.hasNextPage && (
        <p>
          <button type="button" disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {pages.isFetchingNextPage ? "Reading …" : "Show more, which have waited less"}
          </button>
        </p>
      )}
    </Page>
  );
}
