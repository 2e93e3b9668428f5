/** How a state, a group of states, its frames, and the marks at a scope's ends are drawn. */
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { Look } from "./look";
import { LookGlyph } from "./LookGlyph";
import { TypeIcon } from "./TypeIcon";
import styles from "../Graph.module.css";

export interface StateData extends Record<string, unknown> {
  name: string;
  type: string;
  title: string[];
  note: string[];
  /** Height of a group's own part. */
  head: number;
  look: Look | null;
  chosen: boolean;
  reachable: boolean;
}

export interface MarkData extends Record<string, unknown> {
  name: string;
  type: string;
  title: string[];
  note: string[];
}

export type GraphicNode =
  | Node<StateData, "state">
  | Node<StateData, "holder">
  | Node<MarkData, "mark">
  | Node<MarkData, "missing">
  | Node<Record<string, never>, "frame">;

const State = memo(function State({ data }: NodeProps<Node<StateData, "state">>) {
  const { type, look, chosen, reachable } = data;
  return (
    <div
      className={styles.state}
      data-look={look?.status ?? undefined}
      data-chosen={chosen}
      data-idle={look?.status === null || !reachable}
    >
      <Handles />
      <TypeIcon type={type} />
      <Words {...data} />
      <Badge look={look} />
    </div>
  );
});

const Group = memo(function Group({ data }: NodeProps<Node<StateData, "holder">>) {
  const { type, look, chosen, head, reachable } = data;
  return (
    <div
      className={styles.group}
      data-look={look?.status ?? undefined}
      data-chosen={chosen}
      data-idle={look?.status === null || !reachable}
    >
      <Handles />
      <div className={styles.head} style={{ height: head }}>
        <TypeIcon type={type} />
        <Words {...data} />
        <Badge look={look} />
      </div>
    </div>
  );
});

const Missing = memo(function Missing({ data }: NodeProps<Node<MarkData, "missing">>) {
  return (
    <div className={styles.missing}>
      <Handles />
      <TypeIcon type="" />
      <Words {...data} />
    </div>
  );
});

const Mark = memo(function Mark({ data }: NodeProps<Node<MarkData, "mark">>) {
  const [text] = data.title;
  return (
    <div className={text === undefined ? styles.dot : styles.mark} data-end={data.type === "end"} title={data.name}>
      <Handles />
      {text}
    </div>
  );
});

const Ground = memo(function Ground() {
  return <div className={styles.frame} />;
});

export const NODE_TYPES = { state: State, holder: Group, missing: Missing, mark: Mark, frame: Ground };

function Words({ name, title, note }: { name: string; title: string[]; note: string[] }) {
  return (
    <span className={styles.words} title={name}>
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
  if (look === null || (look.status === null && look.badge === undefined)) return null;
  return (
    <span className={styles.badge}>
      {look.status !== null && <LookGlyph status={look.status} />}
      {look.badge !== undefined && <span className={styles.count}>{look.badge}</span>}
    </span>
  );
}

/** Edges need something to hold on to, though they are drawn by the points that the layout gave them. */
function Handles() {
  return (
    <>
      <Handle type="target" position={Position.Top} isConnectable={false} className={styles.handle ?? ""} />
      <Handle type="source" position={Position.Bottom} isConnectable={false} className={styles.handle ?? ""} />
    </>
  );
}
