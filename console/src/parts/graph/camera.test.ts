import { expect, test } from "vitest";
import { around, meet, panned, revealing, sight, zoomed } from "./camera";

const window = { width: 400, height: 300 };

test("zooming leaves in its place what it is done at", () => {
  const view = zoomed({ x: 10, y: 20, zoom: 1 }, 1.5, { x: 110, y: 120 });
  expect(view).toEqual({ x: -40, y: -30, zoom: 1.5 });
  expect([view.x + 100 * view.zoom, view.y + 100 * view.zoom]).toEqual([110, 120]);
});

test("zooming has its ends, and at these nothing moves", () => {
  const view = { x: 7, y: 8, zoom: 2 };
  expect(zoomed(view, 3, { x: 100, y: 100 })).toEqual(view);
});

test("panning moves, and nothing else", () => {
  expect(panned({ x: 1, y: 2, zoom: 0.5 }, { x: 10, y: -10 })).toEqual({ x: 11, y: -8, zoom: 0.5 });
});

test("what can be seen moves nothing, what cannot comes to the middle, large enough to be read", () => {
  const view = { x: 0, y: 0, zoom: 0.5 };
  expect(revealing(view, window, { x: 100, y: 100, width: 200, height: 50 })).toBe(view);
  expect(revealing(view, window, { x: 2_000, y: 1_000, width: 200, height: 40 })).toEqual({
    x: -1_375,
    y: -615,
    zoom: 0.75,
  });
});

test("sight is the window's part of the graph and a step around it, the same for small moves", () => {
  expect(sight({ x: -50, y: -50, zoom: 1 }, window)).toEqual({ x: -400, y: -400, width: 1_600, height: 1_200 });
  expect(sight({ x: -60, y: -55, zoom: 1 }, window)).toEqual(sight({ x: -50, y: -50, zoom: 1 }, window));
});

test("rectangles meet where they touch", () => {
  const box = { x: 0, y: 0, width: 10, height: 10 };
  expect(meet(box, { x: 10, y: 5, width: 5, height: 5 })).toBe(true);
  expect(meet(box, { x: 11, y: 5, width: 5, height: 5 })).toBe(false);
  expect(
    around([
      { x: 3, y: 9 },
      { x: 1, y: 4 },
    ]),
  ).toEqual({ x: 1, y: 4, width: 2, height: 5 });
});
