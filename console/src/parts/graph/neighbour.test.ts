import { expect, test } from "vitest";
import { neighbour } from "./neighbour";

const box = (id: string, x: number, y: number) => ({ id, x, y, width: 100, height: 40 });
const top = box("top", 100, 0);
const left = box("left", 0, 100);
const right = box("right", 200, 100);
const bottom = box("bottom", 100, 200);
const all = [top, left, right, bottom];

test.each([
  ["ArrowDown", top, "left"],
  ["ArrowRight", left, "right"],
  ["ArrowLeft", right, "left"],
  ["ArrowUp", bottom, "left"],
  ["ArrowUp", top, undefined],
  ["Enter", top, undefined],
])("%s leads on from there", (key, from, to) => {
  expect(neighbour(key, from, all)?.id).toBe(to);
});
