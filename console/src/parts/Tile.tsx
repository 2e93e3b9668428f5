/** One figure that says something, and what it means. */
import type { ReactNode } from "react";
import { Link } from "wouter";
import styles from "./Tile.module.css";

export interface TileProps {
  name: string;
  value: string;
  /** A status's colour, where the figure is no neutral one. */
  tone?: "running" | "failed" | "waiting" | null;
  /** Behind the figure, in a few words. */
  beside?: ReactNode;
  /** Where the figure can be looked into. */
  href?: string;
  children?: ReactNode;
}

export function Tile({ name, value, tone = null, beside, href, children }: TileProps) {
  return (
    <section className={`card ${styles.tile}`} data-tone={tone}>
      <h3>{href === undefined ? name : <Link href={href}>{name}</Link>}</h3>
      <p className={styles.line}>
        <span className={styles.value}>{value}</span>
        <span className={styles.beside}>{beside}</span>
      </p>
      {children}
    </section>
  );
}
