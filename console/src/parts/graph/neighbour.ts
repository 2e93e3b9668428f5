/** Which state an arrow key leads to: the nearest one in its direction. */
export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const DIRECTIONS: Record<string, readonly [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** null: the key is no arrow, or nothing is there. Up and down skip no layer; left and right stay in theirs. */
export function neighbour(key: string, from: Box, boxes: readonly Box[]): Box | null {
  const direction = DIRECTIONS[key];
  if (direction === undefined) return null;
  let nearest: Box | null = null;
  let best = Infinity;
  for (const box of boxes) {
    const [dx, dy] = apart(from, box);
    const ahead = dx * direction[0] + dy * direction[1];
    const aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    const distance = ahead + aside * (direction[0] === 0 ? 0.5 : 2);
    if (box.id !== from.id && ahead > 4 && ahead >= aside / 2 && distance < best) [nearest, best] = [box, distance];
  }
  return nearest;
}

/** From head to head: a container's head is at its top, whatever it holds. */
function apart(from: Box, to: Box): [number, number] {
  return [to.x + to.width / 2 - (from.x + from.width / 2), to.y - from.y];
}
