import { expect, test } from "vitest";
import { frame } from "./frame";

test("a graph that fits stands in the middle at its own size", () => {
  expect(frame({ width: 200, height: 100 }, { width: 600, height: 400 }, 100)).toEqual({ x: 200, y: 150, zoom: 1 });
});

test("a graph somewhat too high is made smaller until it fits", () => {
  expect(frame({ width: 200, height: 440 }, { width: 448, height: 400 }, 100)).toEqual({ x: 144, y: 24, zoom: 0.8 });
});

test("a graph that would be too small to read shows its beginning instead", () => {
  expect(frame({ width: 2000, height: 4000 }, { width: 390, height: 500 }, 1000)).toEqual({
    x: -555,
    y: 24,
    zoom: 0.75,
  });
});

test("a start at the edge of a wide graph leaves no empty space beside it", () => {
  expect(frame({ width: 2000, height: 100 }, { width: 390, height: 500 }, 95)).toEqual({ x: 24, y: 212.5, zoom: 0.75 });
});
