import { expect, test } from "vitest";
import { around, meet, revealing, sight, stirs } from "./camera";

const window = { width: 400, height: 300 };

test("a pointer that trembles stirs nothing; one that goes on does, and so does what comes nearer", () => {
  const view = { x: 10, y: 20, zoom: 1 };
  expect(stirs(view, { ...view, x: 12, y: 23 }, 4)).toBe(false);
  expect(stirs(view, { ...view, x: 13, y: 23 }, 4)).toBe(true);
  expect(stirs(view, { ...view, zoom: 1.01 }, 4)).toBe(true);
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
