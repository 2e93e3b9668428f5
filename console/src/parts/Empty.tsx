/** What stands where there is nothing yet: what it would be, and how it comes to be. */
import type { ReactNode } from "react";
import styles from "./Empty.module.css";

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>{title}</p>
      {children}
    </div>
  );
}
