/** Figures over time in the size of a word. */
import { barsOf, lineOf } from "../model/spark";
import styles from "./Sparkline.module.css";

export interface SparklineProps {
  values: readonly (number | null)[];
  /** What it says, for those who do not see it. */
  label: string;
  kind?: "bars" | "line";
  colour?: "accent" | "failed" | "ink";
  /** What the tallest bar of a group of drawings reaches, so that they can be compared. */
  most?: number;
}

const SIZE = { width: 120, height: 28 };

export function Sparkline({ values, label, kind = "bars", colour = "accent", most }: SparklineProps) {
  const bars =
    kind === "bars"
      ? barsOf(
          values.map((value) => value ?? 0),
          SIZE,
          most,
        )
      : [];
  return (
    <svg
      className={styles.sparkline}
      data-colour={colour}
      viewBox={`0 0 ${SIZE.width} ${SIZE.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line x1="0" x2={SIZE.width} y1={SIZE.height - 0.5} y2={SIZE.height - 0.5} className={styles.ground} />
      {bars.map((bar) => (
        <rect key={bar.x} {...bar} />
      ))}
      {kind === "line" && <path d={lineOf(values, SIZE)} />}
    </svg>
  );
}
