/** What a turn of the wheel, or two fingers on a touchpad, mean to a graph. */
import type { Point } from "../../model/geometry";

export type Wheel = Pick<WheelEvent, "deltaX" | "deltaY" | "deltaMode" | "shiftKey">;

/** Firefox tells wheels of mice in lines (mode 1, WheelEvent.DOM_DELTA_LINE), everybody else in pixels. */
const PIXELS: Record<number, number> = { 1: 20 };

/** Browsers tell a pinch on a touchpad as a wheel with Control. */
export function meansZoom({ ctrlKey, metaKey }: Pick<WheelEvent, "ctrlKey" | "metaKey">): boolean {
  return ctrlKey || metaKey;
}

/** By how many powers of two it comes nearer. */
export function nearer({ deltaY, deltaMode }: Pick<Wheel, "deltaY" | "deltaMode">): number {
  return (-0.01 * deltaY * (PIXELS[deltaMode] ?? 1)) / Math.LN2;
}

/** By how many pixels the graph moves; with Shift a wheel that only goes up and down moves it aside. */
export function scrolled({ deltaX, deltaY, deltaMode, shiftKey }: Wheel): Point {
  const scale = PIXELS[deltaMode] ?? 1;
  const [x, y] = [0 - deltaX * scale, 0 - deltaY * scale];
  return shiftKey ? { x: y, y: x } : { x, y };
}
