/** How a state, a group of states, its frames, and the marks at a scope's ends are drawn. */
import { type CSSProperties, memo } from "react";
import type { Box, Frame } from "../../model/layout";
import type { Look } from "./look";
import { LookGlyph } from "./LookGlyph";
import { TypeIcon } from "./TypeIcon";
import styles from "../Graph.module.css";

/** Frames and groups lie below, what is further in above what is around it; lines lie over them, states on top. */
const STATES = 2_002;
const NOT_REACHED = "not reached"; // to be heard: its box looks faint

export interface StateBoxProps {
  box: Box;
  look: Look | null;
  chosen: boolean;
  /** Absent: it cannot be chosen. */
  onChoose: ((id: string) => void) | undefined;
}

export const StateBox = memo(function StateBox({ box, look, chosen, onChoose }: StateBoxProps) {
  const { id, node, group, head } = box;
  return (
    <div
      className={`${group ? styles.group : styles.state} ${styles.box}`}
      style={placed(box, group ? depth(id) : STATES)}
      data-id={id}
      data-look={look?.status ?? undefined}
      data-chosen={chosen}
      data-idle={look?.status === null || !node.reachable}
      role={onChoose === undefined ? undefined : "button"}
      aria-pressed={onChoose === undefined ? undefined : chosen}
      tabIndex={onChoose === undefined ? undefined : 0}
      onClick={() => onChoose?.(id)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        onChoose?.(id);
      }}
    >
      <div className={styles.head} style={{ height: group ? head : "100%" }}>
        <TypeIcon type={node.type} />
        <Words box={box} />
        <Badge look={look} />
      </div>
    </div>
  );
});

export const MarkBox = memo(function MarkBox({ box }: { box: Box }) {
  const { node, title } = box;
  if (node.kind === "missing") {
    return (
      <div className={`${styles.missing} ${styles.box}`} style={placed(box, STATES)}>
        <div className={styles.head} style={{ height: "100%" }}>
          <TypeIcon type="" />
          <Words box={box} />
        </div>
      </div>
    );
  }
  const shape = title.length === 0 ? styles.dot : styles.mark;
  return (
    <div
      className={`${shape} ${styles.box}`}
      style={placed(box, STATES)}
      data-end={node.kind === "end"}
      title={node.name}
    >
      {title[0]}
    </div>
  );
});

export const FrameBox = memo(function FrameBox({ frame }: { frame: Frame }) {
  return <div className={`${styles.frame} ${styles.box}`} style={placed(frame, depth(frame.id))} />;
});

export function isState(box: Box): boolean {
  return box.node.kind === "state";
}

function placed({ x, y, width, height }: Box | Frame, zIndex: number): CSSProperties {
  return { left: x, top: y, width, height, zIndex };
}

/** A pointer grows by members with each scope further in. */
function depth(pointer: string): number {
  return pointer.split("/").length;
}

function Words({ box: { node, title, note } }: { box: Box }) {
  return (
    <span className={styles.words} title={node.name}>
      {title.map((line, number) => (
        <span key={number} className={styles.name}>
          {line}
        </span>
      ))}
      {note.map((line, number) => (
        <span key={number} className={styles.note}>
          {line}
        </span>
      ))}
    </span>
  );
}

function Badge({ look }: { look: Look | null }) {
  if (look === null) return null;
  return (
    <span className={styles.badge}>
      {look.status === null ? (
        <span className="visually-hidden">{NOT_REACHED}</span>
      ) : (
        <LookGlyph status={look.status} />
      )}
      {look.badge !== undefined && <span className={styles.count}>{look.badge}</span>}
    </span>
  );
}
