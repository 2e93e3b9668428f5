/**
 * A state machine's graph: states, groups and ways between them; coloured by what happened where that is told.
 * The layout has placed everything; only what is in sight is in the page.
 */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from "react";
import type { GraphScope } from "../model/graph";
import { type Box, type Layout, layoutOf, type Route } from "../model/layout";
import { FrameBox, isState, MarkBox, StateBox } from "./graph/Boxes";
import { around, meet, type Rectangle, revealing, sight } from "./graph/camera";
import { frame, whole } from "./graph/frame";
import type { Look } from "./graph/look";
import { neighbour } from "./graph/neighbour";
import { type Camera, useCamera } from "./graph/useCamera";
import { type Way, Ways } from "./graph/Ways";
import { Icon } from "./Icon";
import styles from "./Graph.module.css";

export type { Look, LookStatus } from "./graph/look";

export interface GraphProps {
  graph: GraphScope;
  /** How the state with this pointer stands; without it nothing is coloured. */
  look?: ((path: string) => Look) | undefined;
  /** Whether a way was taken; without it a way between two states that were reached counts as taken. */
  took?: ((route: Route) => boolean) | undefined;
  /** The JSON pointer of the state that is chosen: its id in the graph. */
  selected?: string | null;
  /** null: nothing is chosen any more. */
  onSelect?: (path: string | null) => void;
  /** A state to bring into sight, until somebody moves the graph: where things happen. */
  follow?: string | null;
  /** What a screen reader calls it. */
  label?: string;
}

/** Fills the element it stands in, which must have a height. Arrow keys lead from state to state. */
export function Graph(props: GraphProps) {
  const { graph, look, took, selected = null, onSelect, follow = null, label = LABEL } = props;
  const layout = useMemo(() => layoutOf(graph), [graph]);
  const states = useMemo(() => layout.boxes.filter(isState), [layout]);
  const ways = useMemo(() => waysOf(layout, look, took), [layout, look, took]);
  const camera = useCamera();
  const { view, window, look: move } = camera;
  useFrame(layout, camera);
  useFollow(states, selected, camera, always);
  useFollow(states, follow, camera, camera.untouched);
  const root = useRef<HTMLDivElement>(null);
  const seen = useSight(camera);
  const shownWays = useMemo(
    () => (seen === null ? [] : ways.filter(({ route }) => meet(around(route.points), seen))),
    [ways, seen],
  );

  const select = useRef(onSelect);
  useEffect(() => {
    select.current = onSelect;
  });
  const choose = useCallback((id: string) => select.current?.(id), []);
  const choosable = onSelect !== undefined;

  const reveal = (box: Box): void => {
    if (window !== null) move((now) => revealing(now, window, headOf(box)), true);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = states.find(({ id }) => id === idOf(event.target));
    const to = from === undefined ? null : neighbour(event.key, from, states);
    const box = states.find(({ id }) => id === to?.id);
    if (box === undefined) return;
    event.preventDefault();
    onSelect?.(box.id);
    reveal(box);
    focusBox(root.current, box.id);
  };
  return (
    <div ref={root} className={styles.graph}>
      <div
        ref={camera.hold}
        className={styles.window}
        role="group"
        aria-label={label}
        onKeyDown={onKeyDown}
        onClick={(event) => idOf(event.target) === null && onSelect?.(null)}
        onFocus={({ target }) => {
          const box = states.find(({ id }) => id === idOf(target));
          if (box !== undefined && target.matches(":focus-visible")) reveal(box);
        }}
      >
        <div
          className={styles.scene}
          data-gliding={camera.gliding}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.zoom})` }}
        >
          {seen !== null && (
            <>
              {layout.frames.map((one) => meet(one, seen) && <FrameBox key={one.id} frame={one} />)}
              <Ways ways={shownWays} />
              {layout.boxes.map((box) => {
                if (!meet(box, seen)) return null;
                if (!isState(box)) return <MarkBox key={box.id} box={box} />;
                const stands = look?.(box.id) ?? null;
                return (
                  <StateBox
                    key={box.id}
                    box={box}
                    look={stands}
                    chosen={box.id === selected}
                    onChoose={choosable ? choose : undefined}
                  />
                );
              })}
            </>
          )}
        </div>
      </div>
      <div className={styles.controls}>
        <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => camera.zoomBy(1 / 1.3)}>
          −
        </button>
        <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => camera.zoomBy(1.3)}>
          +
        </button>
        <button
          type="button"
          aria-label="Show all of it"
          title="Show all of it"
          onClick={() => {
            camera.touch();
            if (window !== null) move(() => whole(layout, window), true);
          }}
        >
          <Icon name="fit" />
        </button>
      </div>
    </div>
  );
}

function waysOf({ routes, boxes }: Layout, look: GraphProps["look"], took: GraphProps["took"]): Way[] {
  if (look === undefined && took === undefined) return routes.map((route) => ({ route, use: "plain" }));
  const states = new Set(boxes.filter(isState).map(({ id }) => id));
  const reached = (id: string): boolean => !states.has(id) || look?.(id).status != null;
  const taken = took ?? (({ source, target }: Route) => reached(source) && reached(target));
  return routes.map((route) => ({ route, use: taken(route) ? "taken" : "idle" }));
}

/** The same rectangle as long as nothing else comes into sight. */
function useSight({ view, window }: Camera): Rectangle | null {
  const { x, y, width, height } = window === null ? NOWHERE : sight(view, window);
  return useMemo(() => (width === 0 ? null : { x, y, width, height }), [x, y, width, height]);
}

const NOWHERE: Rectangle = { x: 0, y: 0, width: 0, height: 0 };

/** Frames the graph when it is first seen and when its window or its size changes, until somebody moves it. */
function useFrame({ width, height, boxes }: Layout, { window, look, untouched }: Camera): void {
  const first = boxes.find(({ node }) => node.kind === "start");
  const start = first === undefined ? width / 2 : first.x + first.width / 2;
  useEffect(() => {
    if (window !== null && untouched()) look(() => frame({ width, height }, window, start));
  }, [window, look, untouched, width, height, start]);
}

const LABEL = "Graph of the state machine";
const always = (): boolean => true;

/** A state that is chosen elsewhere (a table, a link) comes into sight, if that is `wanted` then. */
function useFollow(
  states: readonly Box[],
  selected: string | null,
  { window, look }: Camera,
  wanted: () => boolean,
): void {
  const known = useRef({ states, window });
  useEffect(() => {
    known.current = { states, window };
  });
  const shown = window !== null;
  // Only another choice moves the graph: not that it is drawn anew, nor that somebody moves it away.
  useEffect(() => {
    const { states, window } = known.current;
    const box = states.find(({ id }) => id === selected);
    if (box === undefined || window === null || !wanted()) return;
    look((now) => revealing(now, window, headOf(box)), true);
  }, [selected, shown, wanted, look]);
}

/** Of a group what says which one it is. */
function headOf({ x, y, width, head }: Box): Rectangle {
  return { x, y, width, height: head };
}

function idOf(target: EventTarget): string | null {
  return target instanceof Element ? (target.closest("[data-id]")?.getAttribute("data-id") ?? null) : null;
}

const FRAMES = 30;

/** It may have to be drawn first: only what is in sight is there. */
function focusBox(root: HTMLElement | null, id: string, left = FRAMES): void {
  const box = root?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
  if (box) box.focus({ preventScroll: true });
  else if (left > 0) requestAnimationFrame(() => focusBox(root, id, left - 1));
}
