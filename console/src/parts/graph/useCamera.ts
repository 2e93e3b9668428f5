/** A window on a graph that is moved by mouse, touch, wheel and code. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Tile } from "../../model/geometry";
import type { View } from "./camera";
import { type Hands, hands } from "./hands";

export interface Camera {
  view: View;
  /** null: it is not shown yet. */
  window: Tile | null;
  /** Whether the last move should be seen as one. */
  gliding: boolean;
  /** Move by code. */
  look: (change: (view: View) => View, gliding?: boolean) => void;
  /** By a person's wish, about the middle. */
  zoomBy: (factor: number) => void;
  /** Whether nobody has moved it yet. */
  untouched: () => boolean;
  /** It is moved by a person's wish. */
  touch: () => void;
  /** For the element that is the window. */
  hold: (element: HTMLElement | null) => void;
}

export function useCamera(): Camera {
  const [seen, setSeen] = useState({ view: { x: 0, y: 0, zoom: 1 }, gliding: false });
  const [window, setWindow] = useState<Tile | null>(null);
  const [element, hold] = useState<HTMLElement | null>(null);
  const held = useRef<Hands | null>(null);
  const touched = useRef(false);

  const touch = useCallback(() => {
    touched.current = true;
  }, []);
  useEffect(() => {
    if (element === null) return;
    const measure = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = element;
      setWindow(width > 0 && height > 0 ? { width, height } : null);
    });
    measure.observe(element);
    held.current = hands(element, { onView: (view, gliding) => setSeen({ view, gliding }), onTouch: touch });
    return () => {
      measure.disconnect();
      held.current?.letGo();
      held.current = null;
    };
  }, [element, touch]);

  return {
    ...seen,
    window,
    look: useCallback((change, gliding = false) => held.current?.look(change, gliding), []),
    zoomBy: useCallback(
      (factor) => {
        touch();
        held.current?.zoomBy(factor);
      },
      [touch],
    ),
    untouched: useCallback(() => !touched.current, []),
    touch,
    hold,
  };
}
