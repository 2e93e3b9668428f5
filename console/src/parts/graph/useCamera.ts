/** A window on a graph that is moved by mouse, touch, wheel and code. */
import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";
import type { Point, Tile } from "../../model/layers";
import { panned, type View, zoomed } from "./camera";

/** Pixels that a pointer may tremble before it drags. */
const TREMBLE = 4;

export interface Camera {
  view: View;
  /** null: it is not shown yet. */
  window: Tile | null;
  /** Whether the last move should be seen as one. */
  gliding: boolean;
  /** Move by code. */
  look: (change: (view: View) => View, gliding?: boolean) => void;
  /** Whether nobody has moved it yet. */
  untouched: () => boolean;
  /** It is moved by a person's wish. */
  touch: () => void;
  /** For the element that is the window. */
  hold: (element: HTMLElement | null) => void;
  handlers: Record<
    "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel",
    (event: PointerEvent) => void
  >;
  /** Whether the click that comes now only ends a drag. */
  dragged: () => boolean;
}

export function useCamera(): Camera {
  const [view, setView] = useState<View>({ x: 0, y: 0, zoom: 1 });
  const [window, setWindow] = useState<Tile | null>(null);
  const [gliding, setGliding] = useState(false);
  const [element, hold] = useState<HTMLElement | null>(null);
  const hands = useRef({ touched: false, dragged: false, pointers: new Map<number, Point>(), from: { x: 0, y: 0 } });

  const look = useCallback((change: (view: View) => View, glide = false) => {
    setGliding(glide);
    setView(change);
  }, []);

  useEffect(() => {
    if (element === null) return;
    const measure = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setWindow(width > 0 && height > 0 ? { width, height } : null);
    });
    // React listens to wheels passively: the page would scroll, or zoom, besides.
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      hands.current.touched = true;
      const scale = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
      const [dx, dy] = [event.deltaX * scale, event.deltaY * scale];
      const at = within(element, event);
      if (event.ctrlKey || event.metaKey) look((now) => zoomed(now, Math.exp(-dy * 0.01), at));
      else look((now) => panned(now, event.shiftKey ? { x: -dy, y: -dx } : { x: -dx, y: -dy }));
    };
    measure.observe(element);
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      measure.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, [element, look]);

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || element === null) return;
    const { pointers } = hands.current;
    pointers.set(event.pointerId, within(element, event));
    if (pointers.size === 1) {
      hands.current.dragged = false;
      hands.current.from = within(element, event);
    }
  };
  const onPointerMove = (event: PointerEvent): void => {
    const { pointers, from } = hands.current;
    const before = pointers.get(event.pointerId);
    if (before === undefined || element === null) return;
    const now = within(element, event);
    if (!hands.current.dragged && pointers.size === 1 && distance(from, now) < TREMBLE) return;
    if (!hands.current.dragged) element.setPointerCapture(event.pointerId);
    hands.current.dragged = true;
    hands.current.touched = true;
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    if (other === undefined) look((seen) => panned(seen, { x: now.x - before.x, y: now.y - before.y }));
    else look((seen) => pinched(seen, other, before, now));
  };
  const onPointerUp = (event: PointerEvent): void => {
    hands.current.pointers.delete(event.pointerId);
  };

  return {
    view,
    window,
    gliding,
    look,
    untouched: useCallback(() => !hands.current.touched, []),
    touch: useCallback(() => {
      hands.current.touched = true;
    }, []),
    hold,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp },
    dragged: () => hands.current.dragged,
  };
}

/** Two fingers: as they part it comes nearer, and it goes along with their middle. */
function pinched(view: View, still: Point, before: Point, now: Point): View {
  const middle = { x: (still.x + now.x) / 2, y: (still.y + now.y) / 2 };
  const factor = distance(still, now) / Math.max(distance(still, before), 1);
  return zoomed(panned(view, { x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 }), factor, middle);
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function within(element: HTMLElement, event: { clientX: number; clientY: number }): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}
