/** How ways from state to state are drawn, with what must hold for each to be taken. */
import { memo, useId } from "react";
import type { Route } from "../../model/layout";
import { curve } from "./curve";
import styles from "../Graph.module.css";

/** taken, idle: an execution is looked at, and went this way or not. */
export type Use = "plain" | "taken" | "idle";

export interface Way {
  route: Route;
  use: Use;
}

const USES: readonly Use[] = ["plain", "idle", "taken"];

/** Those taken lie over the others. */
export const Ways = memo(function Ways({ ways }: { ways: readonly Way[] }) {
  const id = useId();
  return (
    <>
      <svg className={styles.ways} width="1" height="1" aria-hidden="true">
        <defs>
          {USES.map((use) => (
            <marker
              key={use}
              id={`${id}${use}`}
              markerUnits="userSpaceOnUse"
              markerWidth="9"
              markerHeight="9"
              viewBox="0 0 9 9"
              refX="8"
              refY="4.5"
              orient="auto"
            >
              <path className={styles.arrow} data-use={use} d="M0.5 1 L8.5 4.5 L0.5 8 z" />
            </marker>
          ))}
        </defs>
        {USES.flatMap((use) => ways.filter((way) => way.use === use)).map(({ route, use }) => (
          <path
            key={route.id}
            className={styles.way}
            data-kind={route.kind}
            data-use={use}
            d={curve(route.points)}
            markerEnd={`url(#${id}${use})`}
          />
        ))}
      </svg>
      {ways.map(({ route: { id: key, label, kind }, use }) =>
        label === null ? null : (
          <div
            key={key}
            className={styles.label}
            style={{ left: label.x, top: label.y, width: label.width, height: label.height }}
            data-kind={kind}
            data-use={use}
            title={label.text}
          >
            {label.lines.map((line, number) => (
              <span key={number}>{line}</span>
            ))}
          </div>
        ),
      )}
    </>
  );
});
