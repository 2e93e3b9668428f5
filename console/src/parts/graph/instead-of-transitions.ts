/**
 * Stands for d3-transition and d3-interpolate in the built page (vite.config.ts): d3-zoom would bring them, 10 KB
 * compressed, to animate moves by script. Here a CSS transition does that, which also heeds prefers-reduced-motion.
 */
import { selection } from "d3-selection";

declare module "d3-selection" {
  interface Selection<GElement extends BaseType, Datum, PElement extends BaseType, PDatum> {
    interrupt: () => this;
  }
}

/** Nothing is under way that could be interrupted. */
export function interrupt(): void {}

selection.prototype.interrupt = function () {
  return this;
};

/** Only a transition asks for it, and none is begun. */
export function interpolateZoom(): never {
  throw new Error("Moves are animated by CSS: hands.ts begins no transition.");
}
