/**
 * Where everything lies: boxes, frames, edges and their labels, in pixels from the top left corner.
 *
 * Scopes are laid out from the inside out, each as a layered graph of its own, since no transition leaves its scope: a
 * Parallel or Map is then one large box in the scope around it. Boxes and frames of the outside stand before those within.
 */
import type { EdgeKind, GraphEdge, GraphNode, GraphScope } from "./graph";
import type { Point, Tile } from "./geometry";
import { type Link, layered } from "./layers";
import { widthOf, wrap } from "./text";

/** Sizes of the fonts that the boxes are made for, and the height of a line in these. */
export const NAME = 14;
export const NOTE = 11.5;
export const LABEL = 11.5;
export const LINE = 1.35;
/** From a state's left edge to its text: the icon lies between. */
export const ICON = 46;
/** Room at the right for what a run shows: counts and the mark of a Retry. */
export const BADGE = 40;

const NARROWEST = 150; // of a state's text
const WIDEST = 240;
const PADDING = 11; // of a state, above and below its text
const INSET = 18; // from a group's border to the frames in it, and between them
const FRAME = 16; // from a frame to what is in it
const EMPTY = 60; // of a frame with nothing in it
const ROW = 1_900; // branches beyond this width go to the next row
const LABEL_WIDTH = 180;
const MARK: Tile = { width: 74, height: 30 }; // Start and End of the machine
const DOT: Tile = { width: 16, height: 16 }; // Start and End within a state

export interface Box extends Point, Tile {
  id: string;
  /** The frame that it is in; null outermost. */
  frame: string | null;
  node: GraphNode;
  /** The name in lines, at NAME pixels, bold. */
  title: string[];
  /** Type and note in lines, at NOTE pixels. */
  note: string[];
  /** Whether it holds frames; its text is at its top then. */
  group: boolean;
  /** Height of its own part: all of it, or what is above the frames. */
  head: number;
}

/** The ground of a scope within a Parallel or Map. */
export interface Frame extends Point, Tile {
  /** The scope's pointer. */
  id: string;
  /** The box that it is in. */
  box: string;
}

export interface EdgeLabel extends Point, Tile {
  lines: string[];
  text: string;
}

export interface Route {
  id: string;
  source: string;
  target: string;
  kind: EdgeKind;
  /** Through these, from border to border; the first and the last one are its ends. */
  points: Point[];
  label: EdgeLabel | null;
}

export interface Layout extends Tile {
  boxes: Box[];
  frames: Frame[];
  routes: Route[];
}

/** The same drawing for the same graph, always. */
export function layoutOf(graph: GraphScope): Layout {
  return layScope(graph, null);
}

const WEIGHTS: Readonly<Record<EdgeKind, number>> = { start: 4, next: 3, end: 2, choice: 1, default: 1, catch: 1 };

function layScope(scope: GraphScope, frame: string | null): Layout {
  const drawn = scope.nodes.map((node) => layNode(node, frame));
  const index = new Map(scope.nodes.map((node, number) => [node.id, number]));
  const labels = scope.edges.map(labelOf);
  const links = scope.edges.map((edge, number): Link => {
    const [source, target] = [index.get(edge.source) as number, index.get(edge.target) as number];
    return { source, target, weight: WEIGHTS[edge.kind], label: labels[number] ?? null };
  });
  const placed = layered(drawn, [...links, ...belowStart(scope, index)]);
  const parts = drawn.map((part, number) => moved(part, placed.corners[number] as Point));
  const routes = scope.edges.map((edge, number): Route => {
    const { id, source, target, kind } = edge;
    const [label, at] = [labels[number] ?? null, placed.labels[number] ?? null];
    const points = placed.lines[number] as Point[];
    return { id, source, target, kind, points, label: label === null || at === null ? null : { ...label, ...at } };
  });
  return {
    width: placed.width,
    height: placed.height,
    boxes: parts.flatMap((part) => part.boxes),
    frames: parts.flatMap((part) => part.frames),
    routes: [...routes, ...parts.flatMap((part) => part.routes)],
  };
}

/** Links that nobody draws, to states that no edge leads to: those just being typed should not lie above Start. */
function belowStart(scope: GraphScope, index: ReadonlyMap<string, number>): Link[] {
  const start = scope.nodes.findIndex(({ kind }) => kind === "start");
  if (start < 0) return [];
  const reached = new Set(scope.edges.filter(({ source, target }) => source !== target).map(({ target }) => target));
  const loose = scope.nodes.filter(({ kind, id }) => kind === "state" && !reached.has(id));
  return loose.map(({ id }) => ({ source: start, target: index.get(id) as number, weight: 0, label: null }));
}

// -- boxes -------------------------------------------------------------------------------------------------------------

function layNode(node: GraphNode, frame: string | null): Layout {
  if (node.kind === "start" || node.kind === "end") return only(markBox(node, frame));
  if (node.scopes.length === 0) return only(stateBox(node, frame, WIDEST));
  return layGroup(node, frame);
}

function markBox(node: GraphNode, frame: string | null): Box {
  const size = frame === null ? MARK : DOT;
  const title = frame === null ? [node.name] : [];
  return { id: node.id, frame, node, x: 0, y: 0, ...size, title, note: [], group: false, head: size.height };
}

function stateBox(node: GraphNode, frame: string | null, most: number): Box {
  const title = wrap(node.name, NAME, most, 3, true);
  const note = noteLines(node, most);
  const words = Math.max(...title.map((line) => widthOf(line, NAME, true)), ...note.map((line) => widthOf(line, NOTE)));
  const width = even(Math.max(NARROWEST, ICON + words + BADGE));
  const height = even(2 * PADDING + (title.length * NAME + note.length * NOTE) * LINE);
  return { id: node.id, frame, node, x: 0, y: 0, width, height, title, note, group: false, head: height };
}

/** Type and note in one line where they fit, else in lines of their own. */
function noteLines(node: GraphNode, most: number): string[] {
  const type = node.type || (node.kind === "missing" ? "does not exist" : "no Type yet");
  const note = node.state?.note ?? "";
  const together = note === "" ? type : `${type} · ${note}`;
  if (note === "" || widthOf(together, NOTE) <= most) return wrap(together, NOTE, most, 1);
  return [...wrap(type, NOTE, most, 1), ...wrap(note, NOTE, most, 2)];
}

function only(box: Box): Layout {
  return { width: box.width, height: box.height, boxes: [box], frames: [], routes: [] };
}

/** The header above the frames, these side by side, in rows when there are many. */
function layGroup(node: GraphNode, frame: string | null): Layout {
  const rows: Layout[][] = [[]];
  for (const scope of node.scopes) {
    const framed = layFrame(scope, node.id);
    const row = rows.at(-1) as Layout[];
    if (row.length > 0 && across(row) + INSET + framed.width > ROW) rows.push([framed]);
    else row.push(framed);
  }
  const widest = Math.max(...rows.map(across));
  const header = stateBox(node, frame, Math.max(WIDEST, widest - ICON - BADGE));
  const width = even(Math.max(header.width, widest + 2 * INSET));
  const parts: Layout[] = [];
  let y = header.height;
  for (const row of rows) {
    const height = Math.max(...row.map((part) => part.height));
    let x = (width - across(row)) / 2;
    for (const part of row) {
      parts.push(moved(taller(part, height), { x, y }));
      x += part.width + INSET;
    }
    y += height + INSET;
  }
  return {
    width,
    height: y,
    boxes: [{ ...header, width, height: y, group: true }, ...parts.flatMap((part) => part.boxes)],
    frames: parts.flatMap((part) => part.frames),
    routes: parts.flatMap((part) => part.routes),
  };
}

function across(row: readonly Layout[]): number {
  return row.reduce((sum, part) => sum + part.width, 0) + INSET * (row.length - 1);
}

function layFrame(scope: GraphScope, box: string): Layout {
  const inside = layScope(scope, scope.id);
  const width = even(Math.max(inside.width, EMPTY) + 2 * FRAME);
  const height = even(inside.height + 2 * FRAME);
  const middled = moved(inside, { x: (width - inside.width) / 2, y: FRAME });
  return { ...middled, width, height, frames: [{ id: scope.id, box, x: 0, y: 0, width, height }, ...middled.frames] };
}

function taller(part: Layout, height: number): Layout {
  const [own, ...others] = part.frames;
  return { ...part, height, frames: [{ ...(own as Frame), height }, ...others] };
}

// -- edges and moving --------------------------------------------------------------------------------------------------

function labelOf(edge: GraphEdge): EdgeLabel | null {
  if (edge.label === "") return null;
  const lines = wrap(edge.label, LABEL, LABEL_WIDTH, 4);
  const width = even(Math.max(...lines.map((line) => widthOf(line, LABEL))) + 18);
  const height = even(lines.length * LABEL * LINE + 8);
  return { x: 0, y: 0, width, height, lines, text: edge.label };
}

function moved(part: Layout, by: Point): Layout {
  const move = <T extends Point>(thing: T): T => ({ ...thing, x: thing.x + by.x, y: thing.y + by.y });
  return {
    ...part,
    boxes: part.boxes.map(move),
    frames: part.frames.map(move),
    routes: part.routes.map((route) => ({
      ...route,
      points: route.points.map(move),
      label: route.label === null ? null : move(route.label),
    })),
  };
}

/** Even pixels: the middle of a box lies on a whole one, and lines are sharp. */
function even(length: number): number {
  return Math.ceil(length / 2) * 2;
}
