/** Why a visit failed: the error, and its cause as it is read best. */
import type { Visit } from "../../model/visits";
import styles from "./Failure.module.css";

export function Failure({ visit: { error, cause, location } }: { visit: Pick<Visit, "error" | "cause" | "location"> }) {
  return (
    <div className={styles.failure}>
      {error !== null && <strong>{error}</strong>}
      {location !== null && <code>{location}</code>}
      {cause !== null && <pre className={styles.cause}>{readable(cause)}</pre>}
    </div>
  );
}

/** Services write their causes as JSON on one line. */
function readable(cause: string): string {
  try {
    const value: unknown = JSON.parse(cause);
    return typeof value === "object" ? JSON.stringify(value, null, 2) : cause;
  } catch {
    return cause;
  }
}
