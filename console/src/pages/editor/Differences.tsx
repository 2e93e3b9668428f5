/** What saving would change, line by line. */
import { useMemo } from "react";
import { hunksOf, lineChanges } from "../../model/lines";
import styles from "./Editor.module.css";

const SIGNS = { same: " ", removed: "−", added: "+" } as const;

export function Differences({ before, after }: { before: string; after: string }) {
  const hunks = useMemo(() => hunksOf(lineChanges(before, after)), [before, after]);
  if (hunks.length === 0) return <p className="faint">The definition is as it was saved.</p>;
  return (
    <div className={styles.differences} tabIndex={0} role="region" aria-label="Changes to the definition">
      {hunks.map(({ skipped, lines }, number) => (
        <div key={number}>
          {skipped > 0 && <p className={styles.skipped}>{skipped === 1 ? "1 line" : `${skipped} lines`} as before</p>}
          {lines.map(({ kind, text }, line) => (
            <div key={line} className={styles.changed} data-kind={kind}>
              <span className={styles.sign} aria-label={kind === "same" ? undefined : kind}>
                {SIGNS[kind]}
              </span>
              {text}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
