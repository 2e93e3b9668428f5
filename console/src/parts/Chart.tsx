/** Figures over time on axes; the library that draws them is loaded when one is first shown. */
import { lazy, Suspense } from "react";
import type { PlotProps } from "./chart/Plot";
import styles from "./Chart.module.css";

export type { Drawn } from "./chart/Plot";

const Plot = lazy(() => import("./chart/Plot"));

export function Chart({ title, ...plot }: PlotProps & { title: string }) {
  return (
    <figure className={`card ${styles.chart}`}>
      <figcaption className={styles.head}>
        <h3>{title}</h3>
        <ul className={styles.legend}>
          {plot.series.map(({ name, colour, kind }) => (
            <li key={name}>
              <span className={styles.sample} data-kind={kind} style={{ background: `var(--${colour})` }} />
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div className={styles.plot}>
        <Suspense fallback={null}>
          <Plot {...plot} />
        </Suspense>
      </div>
    </figure>
  );
}
