/** How a way from state to state is drawn, with what must hold for it to be taken. */
import { BaseEdge, type Edge, EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import type { EdgeKind } from "../../model/graph";
import type { Point } from "../../model/layers";
import type { EdgeLabel } from "../../model/layout";
import { curve } from "./curve";
import type { Use } from "./drawn";
import styles from "../Graph.module.css";

export interface WayData extends Record<string, unknown> {
  points: readonly Point[];
  label: EdgeLabel | null;
  kind: EdgeKind;
  use: Use;
}

export type Way = Edge<WayData, "way">;

export const EDGE_TYPES = {
  way: memo(function WayEdge({ id, data, markerEnd }: EdgeProps<Way>) {
    if (data === undefined) return null;
    const { points, label, kind, use } = data;
    return (
      <>
        <g className={styles.way} data-kind={kind} data-use={use}>
          <BaseEdge
            id={id}
            path={curve(points)}
            interactionWidth={0}
            {...(markerEnd === undefined ? {} : { markerEnd })}
          />
        </g>
        {label !== null && (
          <EdgeLabelRenderer>
            <div
              className={styles.label}
              style={{ transform: `translate(${label.x}px, ${label.y}px)`, width: label.width, height: label.height }}
              data-kind={kind}
              data-use={use}
              title={label.text}
            >
              {label.lines.map((line, number) => (
                <span key={number}>{line}</span>
              ))}
            </div>
          </EdgeLabelRenderer>
        )}
      </>
    );
  }),
};
