/** What hands do to a window on a graph, by mouse, touch and wheel: the only place that knows d3-zoom. */
import { select } from "d3-selection";
import { type D3ZoomEvent, zoom, ZoomTransform, zoomTransform } from "d3-zoom";
import { stirs, type View } from "./camera";
import { meansZoom, nearer, scrolled } from "./wheel";

const FARTHEST = 0.04;
const NEAREST = 2;
/** Pixels that a pointer may tremble before it drags. */
const TREMBLE = 4;

export interface Told {
  /** The view is another now; gliding: the move should be seen as one. */
  onView: (view: View, gliding: boolean) => void;
  /** Somebody moved it. */
  onTouch: () => void;
}

export interface Hands {
  /** Move by code. */
  look: (change: (view: View) => View, gliding: boolean) => void;
  /** As a button does it: about the middle. */
  zoomBy: (factor: number) => void;
  letGo: () => void;
}

/** From now on the element is a window that hands move. */
export function hands(element: HTMLElement, { onView, onTouch }: Told): Hands {
  const target = select<HTMLElement, unknown>(element);
  /** What our own code asks for while d3-zoom does it; null: hands do. */
  let asked: { gliding: boolean } | null = null;
  /** Where the gesture began, and whether it is more than a click yet. */
  let from = zoomTransform(element);
  let stirred = false;

  const behaviour = zoom<HTMLElement, unknown>()
    .scaleExtent([FARTHEST, NEAREST])
    .clickDistance(TREMBLE)
    .filter((event: MouseEvent) => (event.type === "wheel" ? meansZoom(event) : !event.button))
    .wheelDelta(nearer)
    .on("start", ({ transform }: Moved) => {
      from = transform;
      stirred = false;
    })
    .on("zoom", ({ transform }: Moved) => {
      if (asked !== null) {
        from = transform;
        return onView(viewOf(transform), asked.gliding);
      }
      stirred ||= stirs(viewOf(from), viewOf(transform), TREMBLE);
      if (!stirred) return;
      onTouch();
      onView(viewOf(transform), false);
    })
    .on("end", ({ transform }: Moved) => {
      if (asked === null && !stirred && transform !== from) ask(false, () => behaviour.transform(target, from));
    });

  const ask = (gliding: boolean, act: () => void): void => {
    asked = { gliding };
    act();
    asked = null;
  };
  const onWheel = (event: WheelEvent): void => {
    // Whatever comes of it: d3-zoom leaves wheels at the ends of its scale to the browser, which would zoom the page.
    event.preventDefault();
    if (meansZoom(event)) return;
    const { x, y } = scrolled(event);
    const { k } = zoomTransform(element);
    onTouch();
    ask(false, () => behaviour.translateBy(target, x / k, y / k));
  };
  // A double click is two clicks on a state.
  target.call(behaviour).on("dblclick.zoom", null).on("wheel.scroll", onWheel, { passive: false });

  return {
    look: (change, gliding) => {
      const now = viewOf(zoomTransform(element));
      const next = change(now);
      if (next === now) return;
      ask(gliding, () => behaviour.transform(target, new ZoomTransform(next.zoom, next.x, next.y)));
    },
    zoomBy: (factor) => ask(true, () => behaviour.scaleBy(target, factor)),
    letGo: () => target.on(".zoom", null).on(".scroll", null),
  };
}

type Moved = D3ZoomEvent<HTMLElement, unknown>;

function viewOf({ x, y, k }: ZoomTransform): View {
  return { x, y, zoom: k };
}
