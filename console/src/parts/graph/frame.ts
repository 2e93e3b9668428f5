/** Where to look first: all of a graph if it can be read at that size, else its beginning. */
export interface Size {
  width: number;
  height: number;
}

export interface View {
  x: number;
  y: number;
  zoom: number;
}

const MARGIN = 24;
/** Names are 13 px high: smaller than this nobody reads them. */
const READABLE = 0.75;

/** All of it, however small. */
export function whole(graph: Size, window: Size): View {
  const zoom = zoomOfAll(graph, roomIn(window));
  return { x: (window.width - graph.width * zoom) / 2, y: (window.height - graph.height * zoom) / 2, zoom };
}

/** `start`: the x of the first state, kept in sight where the graph is too wide. */
export function frame(graph: Size, window: Size, start: number): View {
  const free = roomIn(window);
  const zoom = Math.max(zoomOfAll(graph, free), READABLE);
  const [wide, high] = [graph.width * zoom, graph.height * zoom];
  const x = wide <= free.width ? (window.width - wide) / 2 : clamp(window.width / 2 - start * zoom, free, wide);
  return { x, y: high <= free.height ? (window.height - high) / 2 : MARGIN, zoom };
}

function roomIn(window: Size): Size {
  return { width: Math.max(window.width - 2 * MARGIN, 1), height: Math.max(window.height - 2 * MARGIN, 1) };
}

function zoomOfAll(graph: Size, free: Size): number {
  return Math.min(free.width / Math.max(graph.width, 1), free.height / Math.max(graph.height, 1), 1);
}

/** Centred on the start, and yet no emptier at either side than need be. */
function clamp(x: number, free: Size, wide: number): number {
  return Math.min(MARGIN, Math.max(x, MARGIN + free.width - wide));
}
