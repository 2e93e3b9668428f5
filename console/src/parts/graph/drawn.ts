/** A graph's layout and what happened, as the nodes and edges that are drawn. */
import { type EdgeMarker, MarkerType, Position } from "@xyflow/react";
import type { Box, Frame, Layout, Route } from "../../model/layout";
import type { Way } from "./edges";
import { type Look, LOOK_WORDS } from "./look";
import type { GraphicNode } from "./nodes";

export interface Looks {
  /** How the state with this pointer stands; without it nothing is coloured. */
  look?: ((path: string) => Look) | undefined;
  /** Whether a way was taken; without it a way between two states that were reached counts as taken. */
  took?: ((route: Route) => boolean) | undefined;
}

/** Frames and groups lie below, in the order of the layout: what is outside comes first. Lines lie over them, states on top. */
const ABOVE = { way: 2_000, takenWay: 2_001, state: 2_002 };

export function nodesOf(layout: Layout, look: Looks["look"], selected: string | null): GraphicNode[] {
  const looked = (box: Box): Look | null => (box.node.kind === "state" ? (look?.(box.id) ?? null) : null);
  return [
    ...layout.frames.map((frame): GraphicNode => ({
      ...placed(frame),
      ...SILENT,
      type: "frame",
      zIndex: depth(frame.id),
    })),
    ...layout.boxes.map((box) => (isState(box) ? stateNode(box, looked(box), box.id === selected) : markNode(box))),
  ];
}

export function isState(box: Box): boolean {
  return box.node.kind === "state";
}

function stateNode(box: Box, look: Look | null, chosen: boolean): GraphicNode {
  const { node, title, note, group, head } = box;
  return {
    ...placed(box),
    type: group ? "holder" : "state",
    zIndex: group ? depth(box.id) : ABOVE.state,
    selected: chosen,
    ariaRole: "button",
    ariaLabel: said(box, look),
    data: { name: node.name, type: node.type, title, note, head, look, chosen, reachable: node.reachable },
  };
}

function markNode(box: Box): GraphicNode {
  const { title, note, node } = box;
  const kind = node.kind === "missing" ? "missing" : "mark";
  return {
    ...placed(box),
    ...SILENT,
    type: kind,
    zIndex: ABOVE.state,
    data: { name: node.name, type: node.kind, title, note },
  };
}

const SILENT = { selectable: false, focusable: false, data: {} } as const;

/** Sizes and handles are told, so that lines to what is out of sight can be drawn. */
function placed({ id, x, y, width, height }: Box | Frame) {
  return {
    id,
    position: { x, y },
    width,
    height,
    handles: [
      { type: "target" as const, position: Position.Top, x: width / 2, y: 0, width: 1, height: 1 },
      { type: "source" as const, position: Position.Bottom, x: width / 2, y: height, width: 1, height: 1 },
    ],
  };
}

/** A pointer grows by members with each scope further in. */
function depth(pointer: string): number {
  return pointer.split("/").length;
}

function said({ node }: Box, look: Look | null): string {
  const words = [`${node.type} ${node.name}`];
  if (look !== null) words.push(look.status === null ? "not reached" : LOOK_WORDS[look.status]);
  if (look?.badge !== undefined) words.push(look.badge);
  return words.join(", ");
}

export function waysOf({ routes, boxes }: Layout, { look, took }: Looks): Way[] {
  const states = new Set(boxes.filter(isState).map(({ id }) => id));
  const reached = (id: string): boolean => !states.has(id) || look?.(id).status != null;
  const taken = took ?? ((route: Route) => look !== undefined && reached(route.source) && reached(route.target));
  const coloured = look !== undefined || took !== undefined;
  return routes.map((route) => way(route, !coloured ? "plain" : taken(route) ? "taken" : "idle"));
}

function way(route: Route, use: Use): Way {
  const { id, source, target, kind, points, label } = route;
  return {
    id,
    type: "way",
    source,
    target,
    zIndex: use === "taken" ? ABOVE.takenWay : ABOVE.way,
    markerEnd: ARROWS[use],
    data: { points, label, kind, use },
  };
}

/** taken, idle: an execution is looked at, and went this way or not. */
export type Use = "plain" | "taken" | "idle";

const ARROWS: Record<Use, EdgeMarker> = {
  plain: arrow("var(--way)"),
  taken: arrow("var(--way-taken)"),
  idle: arrow("var(--way-idle)"),
};

function arrow(color: string): EdgeMarker {
  return { type: MarkerType.ArrowClosed, color, width: 15, height: 15, markerUnits: "userSpaceOnUse" };
}
