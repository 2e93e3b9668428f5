/** Looking at a graph through a window: what brings a thing into it, what is in sight. All in pixels of the window. */
import type { Point, Tile } from "../../model/geometry";

/** A point of the graph stands at (x + zoom * its x, y + zoom * its y) in the window. */
export interface View extends Point {
  zoom: number;
}

export interface Rectangle extends Point, Tile {}

/** Whether one view differs from another by more than a pointer's trembling, in pixels. */
export function stirs(from: View, to: View, tremble: number): boolean {
  return from.zoom !== to.zoom || Math.hypot(to.x - from.x, to.y - from.y) > tremble;
}

/** So that the rectangle can be seen; the same view where it can be already. */
export function revealing(view: View, window: Tile, { x, y, width, height }: Rectangle): View {
  const [left, top] = [view.x + x * view.zoom, view.y + y * view.zoom];
  const [right, bottom] = [left + width * view.zoom, top + height * view.zoom];
  if (left >= 0 && top >= 0 && right <= window.width && bottom <= window.height) return view;
  const zoom = Math.max(view.zoom, 0.75);
  return { x: window.width / 2 - (x + width / 2) * zoom, y: window.height / 2 - (y + height / 2) * zoom, zoom };
}

/** Pixels of the graph that sight is rounded to, so that not every move draws other things. */
const STEP = 400;

/** The part of the graph that is in the window, and a little around it. */
export function sight(view: View, window: Tile): Rectangle {
  const down = (value: number): number => (Math.floor(value / STEP) - 1) * STEP;
  const up = (value: number): number => (Math.ceil(value / STEP) + 1) * STEP;
  const [x, y] = [down(-view.x / view.zoom), down(-view.y / view.zoom)];
  const right = up((window.width - view.x) / view.zoom);
  const bottom = up((window.height - view.y) / view.zoom);
  return { x, y, width: right - x, height: bottom - y };
}

export function meet(a: Rectangle, b: Rectangle): boolean {
  return a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
}

/** What points span. */
export function around(points: readonly Point[]): Rectangle {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}
