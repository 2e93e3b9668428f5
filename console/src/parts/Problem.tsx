/** What went wrong, in the words of who knows. */
import { Refused } from "../api/send";
import styles from "./Problem.module.css";

export function Problem({ problem }: { problem: unknown }) {
  if (problem === null || problem === undefined) return null;
  const message = problem instanceof Error ? problem.message : String(problem);
  return (
    <div role="alert" className={styles.problem}>
      {problem instanceof Refused && <strong>{problem.code}</strong>}
      <span>{message}</span>
    </div>
  );
}
