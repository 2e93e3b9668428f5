/** What is wrong with the definition, in words; a click leads to it. */
import { Icon } from "../../parts/Icon";
import { Problem } from "../../parts/Problem";
import type { Problems, Trouble } from "./useProblems";
import styles from "./Editor.module.css";

export interface ProblemListProps {
  problems: Problems;
  onGo: (trouble: Trouble) => void;
}

export function ProblemList({ problems, onGo }: ProblemListProps) {
  const { troubles, text, asking, refusal } = problems;
  return (
    <section className={styles.problems} aria-label="Problems">
      <p role="status" className={styles.verdict}>
        {asking && troubles.length === 0 ? "Checking …" : verdict(troubles)}
      </p>
      <Problem problem={refusal} />
      {troubles.length > 0 && (
        <ul>
          {troubles.map((trouble, number) => (
            <li key={number}>
              <button
                type="button"
                className={styles.trouble}
                data-severity={trouble.severity}
                onClick={() => onGo(trouble)}
              >
                <Icon name={trouble.severity === "error" ? "close" : "warning"} />
                <span className={styles.where}>{lineOf(text, trouble.from)}</span>
                <span>
                  <span className="visually-hidden">{trouble.severity}: </span>
                  {trouble.text}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function verdict(troubles: readonly Trouble[]): string {
  const errors = troubles.filter(({ severity }) => severity === "error").length;
  const warnings = troubles.length - errors;
  if (troubles.length === 0) return "No problems";
  return [several(errors, "error"), several(warnings, "warning")].filter((part) => part !== "").join(", ");
}

function several(count: number, word: string): string {
  return count === 0 ? "" : `${count} ${word}${count === 1 ? "" : "s"}`;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
