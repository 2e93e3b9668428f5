/**
 * The ways of lines between boxes that lie in layers: never across a box.
 *
 * The library gives a place in each layer that a line passes, free of boxes. So a line goes straight up or down within
 * layers and turns in the gaps between them; it leaves and enters boxes at their top and bottom, each at a port of its own.
 */
import type { Point, Tile } from "./geometry";

export type Placed = Point & Tile;

/** Where a line goes from, to, and through: the places in the layers between. */
export interface Way {
  source: number;
  target: number;
  stops: readonly Point[];
  /** Of the text on the way, which lies at one of the stops. */
  label: Tile | null;
}

/** From a layer's edge to where lines turn. */
const TURN = 5;
/** Between two ports, and from a port to a box's corner. */
const APART = 16;
const CORNER = 14;

interface Band {
  top: number;
  bottom: number;
}

/** A line for each way, its first point at the source's border and its last at the target's. Centres are given. */
export function routed(boxes: readonly Placed[], ways: readonly Way[]): Point[][] {
  const bands = bandsOf(boxes, ways);
  const ports = portsOf(boxes, ways);
  return ways.map((way, index) => {
    const [source, target] = [boxes[way.source] as Placed, boxes[way.target] as Placed];
    const [leave, enter] = ports[index] as [number, number];
    return straight(lineOf(source, target, leave, enter, way.stops, bands));
  });
}

/** What each layer takes up, by its middle. */
function bandsOf(boxes: readonly Placed[], ways: readonly Way[]): ReadonlyMap<number, Band> {
  const bands = new Map<number, Band>();
  const note = (y: number, height: number): void => {
    const known = bands.get(y) ?? { top: y, bottom: y };
    bands.set(y, { top: Math.min(known.top, y - height / 2), bottom: Math.max(known.bottom, y + height / 2) });
  };
  for (const { y, height } of boxes) note(y, height);
  for (const { stops, label } of ways) {
    // A text lies in the middle of its way.
    const middle = stops[(stops.length - 1) >> 1];
    for (const stop of stops) note(stop.y, stop === middle && label !== null ? label.height : 0);
  }
  return bands;
}

function lineOf(
  source: Placed,
  target: Placed,
  leave: number,
  enter: number,
  stops: readonly Point[],
  bands: ReadonlyMap<number, Band>,
): Point[] {
  const down = source.y < target.y ? 1 : -1;
  const edge = (y: number, side: number): number => {
    const band = bands.get(y) ?? { top: y, bottom: y };
    return side > 0 ? band.bottom + TURN : band.top - TURN;
  };
  const points: Point[] = [
    { x: leave, y: source.y + (down * source.height) / 2 },
    { x: leave, y: edge(source.y, down) },
  ];
  for (const { x, y } of stops) {
    const band = bands.get(y);
    // Nothing lies in a layer without height: the line may turn over all of it.
    if (band !== undefined && band.bottom > band.top) points.push({ x, y: edge(y, -down) }, { x, y: edge(y, down) });
  }
  points.push({ x: enter, y: edge(target.y, -down) }, { x: enter, y: target.y - (down * target.height) / 2 });
  return points;
}

// -- ports -------------------------------------------------------------------------------------------------------------

interface Port {
  way: number;
  end: 0 | 1;
  wanted: number;
}

/** Where each way leaves and enters: as straight below or above its first and last place as the boxes are wide. */
function portsOf(boxes: readonly Placed[], ways: readonly Way[]): [leave: number, enter: number][] {
  const sides = new Map<string, Port[]>();
  const found = ways.map((way, index): [number, number] => {
    const [source, target] = [boxes[way.source] as Placed, boxes[way.target] as Placed];
    const below = source.y < target.y;
    const ask = (box: number, bottom: boolean, port: Port): void => {
      const side = `${box} ${bottom ? "bottom" : "top"}`;
      sides.set(side, [...(sides.get(side) ?? []), port]);
    };
    ask(way.source, below, { way: index, end: 0, wanted: way.stops[0]?.x ?? target.x });
    ask(way.target, !below, { way: index, end: 1, wanted: way.stops.at(-1)?.x ?? source.x });
    return [source.x, target.x];
  });
  for (const [side, ports] of sides) {
    const box = boxes[Number.parseInt(side, 10)] as Placed;
    const sorted = [...ports].sort((a, b) => a.wanted - b.wanted || a.way - b.way);
    const places = spread(
      sorted.map(({ wanted }) => wanted),
      box,
    );
    sorted.forEach(({ way, end }, index) => ((found[way] as [number, number])[end] = places[index] as number));
  }
  return found;
}

/** Places in order, within the box and apart from each other as far as it is wide enough. */
function spread(wanted: readonly number[], { x, width }: Placed): number[] {
  const half = Math.max(0, width / 2 - CORNER);
  const apart = Math.min(APART, wanted.length > 1 ? (2 * half) / (wanted.length - 1) : 0);
  const places: number[] = [];
  wanted.forEach((place, index) => {
    const least = (places[index - 1] ?? -Infinity) + apart;
    places.push(Math.max(Math.min(Math.max(place, x - half), x + half), least));
  });
  for (let index = places.length - 1; index >= 0; index -= 1) {
    places[index] = Math.min(places[index] as number, (places[index + 1] ?? x + half + apart) - apart);
  }
  return places;
}

/** Without points that lie on the line between their neighbours. */
export function straight(points: readonly Point[]): Point[] {
  const found: Point[] = [];
  points.forEach((point, index) => {
    const [before, after] = [found.at(-1), points[index + 1]];
    if (before !== undefined && after !== undefined) {
      const area = (point.x - before.x) * (after.y - before.y) - (point.y - before.y) * (after.x - before.x);
      if (Math.abs(area) <= Math.hypot(after.x - before.x, after.y - before.y) / 2) return;
    }
    found.push(point);
  });
  return found;
}
