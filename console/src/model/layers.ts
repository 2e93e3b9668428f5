/** One flat graph in layers from top to bottom: the only place that knows the layout library. */
import { Graph, layout } from "@dagrejs/dagre";
import type { Point, Tile } from "./geometry";
import { routed } from "./routes";

export interface Link {
  source: number;
  target: number;
  /** How much it wants to be short and straight. */
  weight: number;
  /** Room for its text on the way. */
  label: Tile | null;
}

/** Corners are top left, within (0, 0, width, height). Lines go from border to border. */
export interface Placed {
  width: number;
  height: number;
  corners: Point[];
  lines: Point[][];
  /** Top left corners, in the links' order. */
  labels: (Point | null)[];
}

/** Links beyond which a second drawing would be waited for. */
const MANY = 250;

const OPTIONS = { rankdir: "TB", nodesep: 30, edgesep: 18, ranksep: 44 } as const;

/** How far a line from a tile to itself goes out: less than tiles are apart. */
const LOOP = 20;

interface Order {
  constraints?: { left: string; right: string }[];
  disableOptimalOrderHeuristic?: boolean;
}

interface Drawn {
  nodes: (Point & Tile)[];
  edges: { points: Point[]; label: Point | null }[];
}

/** The same tiles and links are always laid out alike. Links of one tile go from left to right, if no more lines cross then. */
export function layered(tiles: readonly Tile[], links: readonly Link[]): Placed {
  if (tiles.length === 0) return { width: 0, height: 0, corners: [], lines: [], labels: [] };
  const drawn = draw(tiles, links, {});
  const wrong = links.length <= MANY ? disorder(drawn, links).length : 0;
  return fromCorner(wrong === 0 ? drawn : (ordered(drawn, wrong, tiles, links) ?? drawn), tiles, links);
}

/** Drawn again with siblings in order, if that makes no more lines cross; null otherwise. */
function ordered(drawn: Drawn, wrong: number, tiles: readonly Tile[], links: readonly Link[]): Drawn | null {
  const [most, constraints] = [crossings(drawn), constraintsOf(drawn, links)];
  // Told to keep an order, the library at times leaves the layers below as they were; then without its second thoughts.
  for (const disableOptimalOrderHeuristic of [false, true]) {
    const again = draw(tiles, links, { constraints, disableOptimalOrderHeuristic });
    if (crossings(again) <= most && disorder(again, links).length < wrong) return again;
  }
  return null;
}

function draw(tiles: readonly Tile[], links: readonly Link[], order: Order): Drawn {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ ...OPTIONS });
  tiles.forEach(({ width, height }, index) => graph.setNode(String(index), { width, height }));
  links.forEach(({ source, target, weight, label }, index) => {
    const room = label === null ? {} : { width: label.width, height: label.height, labelpos: "c" };
    graph.setEdge(String(source), String(target), { weight, ...room }, String(index));
  });
  layout(graph, { ...order });
  const nodes = tiles.map(({ width, height }, index) => {
    const { x, y } = graph.node(String(index)) as unknown as Point;
    return { x, y, width, height };
  });
  const edges = links.map(({ source, target, label }, index) => {
    const edge = graph.edge(String(source), String(target), String(index)) as unknown as { points: Point[] } & Point;
    return { points: edge.points, label: label === null ? null : { x: edge.x, y: edge.y } };
  });
  return straightened({ nodes, edges }, links);
}

/** What is alone in its layer and has one link stands in line with the other end of it: Start and End, mostly. */
function straightened(drawn: Drawn, links: readonly Link[]): Drawn {
  const shown = links.flatMap((link, index) => (link.weight > 0 ? [{ ...link, index }] : []));
  const rows = new Map<number, number>();
  const count = (y: number): void => void rows.set(y, (rows.get(y) ?? 0) + 1);
  drawn.nodes.forEach(({ y }) => count(y));
  for (const { index } of shown) drawn.edges[index]?.points.slice(1, -1).forEach(({ y }) => count(y));
  drawn.nodes.forEach((node, number) => {
    const [link, another] = shown.filter(({ source, target }) => source === number || target === number);
    if (link === undefined || another !== undefined || link.source === link.target || rows.get(node.y) !== 1) return;
    const stops = drawn.edges[link.index]?.points.slice(1, -1) ?? [];
    if (stops.length > 1 || stops.some(({ y }) => rows.get(y) !== 1) || link.label !== null) return;
    node.x = centre(drawn, link.source === number ? link.target : link.source).x;
    for (const stop of stops) stop.x = node.x;
  });
  return drawn;
}

type Pair = [left: number, right: number];

/** Targets of one tile's links that lie in the same layer, as they should stand. */
function siblings(drawn: Drawn, links: readonly Link[]): Pair[] {
  const fans = new Map<number, number[]>();
  for (const { source, target } of links) {
    const fan = fans.get(source) ?? [];
    if (!fan.includes(target) && centre(drawn, target).y > centre(drawn, source).y) fan.push(target);
    fans.set(source, fan);
  }
  const pairs: Pair[] = [];
  for (const fan of fans.values()) {
    for (let left = 0; left < fan.length; left += 1) {
      for (let right = left + 1; right < fan.length; right += 1) {
        const [a, b] = [fan[left] as number, fan[right] as number];
        if (Math.abs(centre(drawn, a).y - centre(drawn, b).y) < 1) pairs.push([a, b]);
      }
    }
  }
  return pairs;
}

function disorder(drawn: Drawn, links: readonly Link[]): Pair[] {
  return siblings(drawn, links).filter(([left, right]) => centre(drawn, left).x > centre(drawn, right).x);
}

/** Fans that contradict each other: the first one wins. */
function constraintsOf(drawn: Drawn, links: readonly Link[]): { left: string; right: string }[] {
  const after = new Map<number, number[]>();
  return siblings(drawn, links).flatMap(([left, right]) => {
    if (leads(after, right, left)) return [];
    after.set(left, [...(after.get(left) ?? []), right]);
    return [{ left: String(left), right: String(right) }];
  });
}

function leads(after: ReadonlyMap<number, number[]>, from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const at of seen) for (const next of after.get(at) ?? []) seen.add(next);
  return seen.has(to);
}

function centre(drawn: Drawn, index: number): Point {
  return drawn.nodes[index] as Point;
}

function crossings(drawn: Drawn): number {
  let count = 0;
  const lines = drawn.edges.map(({ points }) => ({ points, top: topOf(points), bottom: -topOf(points, -1) }));
  lines.forEach((one, index) => {
    for (const other of lines.slice(index + 1)) {
      if (one.top < other.bottom && other.top < one.bottom && cross(one.points, other.points)) count += 1;
    }
  });
  return count;
}

function topOf(points: readonly Point[], sign = 1): number {
  return least(points.map(({ y }) => sign * y));
}

function cross(one: readonly Point[], other: readonly Point[]): boolean {
  for (let a = 1; a < one.length; a += 1) {
    for (let b = 1; b < other.length; b += 1) {
      if (meet(one[a - 1] as Point, one[a] as Point, other[b - 1] as Point, other[b] as Point)) return true;
    }
  }
  return false;
}

function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point): number =>
    Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

function fromCorner(drawn: Drawn, tiles: readonly Tile[], links: readonly Link[]): Placed {
  const lines = linesOf(drawn, links);
  const corners = drawn.nodes.map(({ x, y }, index) => corner({ x, y }, tiles[index] as Tile));
  const labels = drawn.edges.map(({ label }, index) => {
    const size = links[index]?.label ?? null;
    return label === null || size === null ? null : corner(label, size);
  });
  const boxes = corners.map((at, index) => placed(at, tiles[index] as Tile));
  labels.forEach((at, index) => at !== null && boxes.push(placed(at, links[index]?.label as Tile)));
  // What nobody draws takes no room.
  const points = lines.filter((_, index) => (links[index] as Link).weight > 0).flat();
  const left = least([...boxes, ...points].map(({ x }) => x));
  const top = least([...boxes, ...points].map(({ y }) => y));
  const right = most([...boxes.map(({ x, width }) => x + width), ...points.map(({ x }) => x)]);
  const bottom = most([...boxes.map(({ y, height }) => y + height), ...points.map(({ y }) => y)]);
  const move = ({ x, y }: Point): Point => ({ x: round(x - left), y: round(y - top) });
  return {
    width: round(right - left),
    height: round(bottom - top),
    corners: corners.map(move),
    lines: lines.map((line) => line.map(move)),
    labels: labels.map((at) => (at === null ? null : move(at))),
  };
}

/** The library tells where lines pass layers; the lines are ours. */
function linesOf(drawn: Drawn, links: readonly Link[]): Point[][] {
  const others = links.flatMap(({ source, target }, index) => (source === target ? [] : [index]));
  const ways = others.map((index) => {
    const { source, target, label } = links[index] as Link;
    return { source, target, label, stops: drawn.edges[index]?.points.slice(1, -1) ?? [] };
  });
  const lines = links.map(({ source }, index) =>
    loop(drawn.nodes[source] as Point & Tile, drawn.edges[index]?.label ?? null),
  );
  routed(drawn.nodes, ways).forEach((line, number) => (lines[others[number] as number] = line));
  return lines;
}

/** From a tile to itself, at its right, through its text. */
function loop({ x, y, width, height }: Point & Tile, label: Point | null): Point[] {
  const border = x + width / 2;
  const [out, high] = [label?.x ?? border + LOOP, height / 4];
  return [
    { x: border, y: y - high },
    { x: out, y: y - high },
    { x: out, y: y + high },
    { x: border, y: y + high },
  ];
}

function placed({ x, y }: Point, { width, height }: Tile): Point & Tile {
  return { x, y, width, height };
}

function corner({ x, y }: Point, { width, height }: Tile): Point {
  return { x: x - width / 2, y: y - height / 2 };
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Infinity);
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), -Infinity);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
