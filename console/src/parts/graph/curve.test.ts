import { expect, test } from "vitest";
import { curve } from "./curve";

test("two points are joined by a straight line", () => {
  expect(
    curve([
      { x: 0, y: 0 },
      { x: 10, y: 20 },
    ]),
  ).toBe("M0,0L10,20");
});

test("every point between is a bend that the line rounds", () => {
  expect(
    curve([
      { x: 0, y: 0 },
      { x: 0, y: 10 },
      { x: 10, y: 10 },
      { x: 10, y: 20 },
    ]),
  ).toBe("M0,0L0,5Q0,10 5,10Q10,10 10,15L10,20");
});

test("nothing is drawn of no points", () => {
  expect(curve([])).toBe("");
});
