import { expect, test } from "vitest";
import { meansZoom, nearer, scrolled } from "./wheel";

const still = { deltaX: 0, deltaY: 0, deltaMode: 0, shiftKey: false };

test("a wheel moves the graph against its turn, so that one sees further on", () => {
  expect(scrolled({ ...still, deltaX: 10, deltaY: 30 })).toEqual({ x: -10, y: -30 });
});

test("a wheel that counts in lines moves as far as one that counts in pixels", () => {
  expect(scrolled({ ...still, deltaY: 3, deltaMode: 1 })).toEqual({ x: 0, y: -60 });
  expect(nearer({ deltaY: 3, deltaMode: 1 })).toBe(nearer({ deltaY: 60, deltaMode: 0 }));
});

test("with Shift what would go down goes aside", () => {
  expect(scrolled({ ...still, deltaY: 30, shiftKey: true })).toEqual({ x: -30, y: 0 });
});

test("turned away from oneself it comes nearer, and back by as much", () => {
  expect(2 ** nearer({ deltaY: -100, deltaMode: 0 })).toBeCloseTo(Math.E);
  expect(nearer({ deltaY: 100, deltaMode: 0 })).toBe(-nearer({ deltaY: -100, deltaMode: 0 }));
});

test("Control, which a pinch comes with, and Command say that the wheel zooms", () => {
  expect(meansZoom({ ctrlKey: true, metaKey: false })).toBe(true);
  expect(meansZoom({ ctrlKey: false, metaKey: true })).toBe(true);
  expect(meansZoom({ ctrlKey: false, metaKey: false })).toBe(false);
});
