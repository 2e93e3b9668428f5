/** How something stands, by colour and by word: nobody must tell colours apart. */
import styles from "./StatusBadge.module.css";

const WORDS: Record<string, string> = {
  RUNNING: "Running",
  SUCCEEDED: "Succeeded",
  FAILED: "Failed",
  TIMED_OUT: "Timed out",
  ABORTED: "Aborted",
  PENDING_REDRIVE: "Pending redrive",
  CAUGHT: "Caught",
};

export function StatusBadge({ status, aside = null }: { status: string; aside?: string | null }) {
  const shown = aside === null ? status : "FAILED";
  return (
    <span className={styles.badge} data-status={shown} title={aside ?? undefined}>
      <span className={styles.dot} />
      {aside === null ? (WORDS[status] ?? status) : "Set aside"}
    </span>
  );
}
