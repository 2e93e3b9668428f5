/** Whether the page hears of what happens. */
import styles from "./Live.module.css";

export function Live({ connected }: { connected: boolean }) {
  return (
    <span className={styles.live} data-connected={connected} role="status">
      <span className={styles.dot} />
      {connected ? "Live" : "Connecting again …"}
    </span>
  );
}
