/** The line of an edge through the points that the layout gave it, rounded where it turns. */
export interface Point {
  x: number;
  y: number;
}

/** SVG path data: from middle to middle of the pieces, so that it stays within its points and clear of what they avoid. */
export function curve(points: readonly Point[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  const bends = points.slice(1, -1).map((bend, i) => `Q${at(bend)} ${at(middle(bend, points[i + 2] ?? last))}`);
  const start = points[1] === undefined || bends.length === 0 ? "" : `L${at(middle(first, points[1]))}`;
  return `M${at(first)}${start}${bends.join("")}L${at(last)}`;
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function at({ x, y }: Point): string {
  return `${round(x)},${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
