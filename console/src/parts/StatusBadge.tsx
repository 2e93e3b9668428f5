/** How something stands, by colour and by word: nobody must tell colours apart. */
import type { ExecutionStatus } from "../api/operations";
import { executionStatus, type Tone } from "../model/statuses";
import styles from "./StatusBadge.module.css";

export function Badge({ word, tone, title }: { word: string; tone: Tone; title?: string | undefined }) {
  return (
    <span className={styles.badge} data-tone={tone} title={title}>
      <span className={styles.dot} />
      {word}
    </span>
  );
}

/** Of an execution; `aside`: why it was set aside, if it was. */
export function StatusBadge({ status, aside = null }: { status: ExecutionStatus; aside?: string | null }) {
  if (aside !== null) return <Badge word="Set aside" tone="failed" title={aside} />;
  return <Badge {...executionStatus(status)} />;
}
