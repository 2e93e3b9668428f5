/** What kind of state it is, as a small drawing in the colour of its kind. */
import styles from "../Graph.module.css";

const PATHS: Record<string, string> = {
  Task: "M3.5 5.5h13v9h-13zM3.5 8.5h13M6 7h.01",
  Pass: "M4 10h11M11 6l4 4-4 4",
  Choice: "M10 3l7 7-7 7-7-7z",
  Wait: "M10 3.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13M10 6.5V10l2.5 1.5",
  Succeed: "M4 10.5l4 4 8-9",
  Fail: "M5 5l10 10M15 5L5 15",
  Parallel: "M10 3v3M4 17V9h12v8M4 9V8.5a2.5 2.5 0 0 1 2.5-2.5h7A2.5 2.5 0 0 1 16 8.5V9M10 9v8",
  Map: "M6.5 3.5h10v10M3.5 6.5h10v10h-10z",
};

export function TypeIcon({ type }: { type: string }) {
  return (
    <svg className={styles.icon} data-type={type} width="18" height="18" viewBox="0 0 20 20" aria-hidden="true">
      <path d={PATHS[type] ?? "M8 7.5a2 2 0 1 1 2.6 2c-.4.2-.6.5-.6 1v.5M10 14v.01"} />
    </svg>
  );
}
