/** Figures over time on axes; the library that draws them is loaded beside the figures. */
import { lazy, Suspense } from "react";
import type { PlotProps } from "./chart/Plot";
import styles from "./Chart.module.css";

export type { Drawn } from "./chart/Plot";

const loadPlot = () => import("./chart/Plot");
const Plot = lazy(loadPlot);
loadPlot().catch(() => {}); // it is tried again when it is wanted

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
