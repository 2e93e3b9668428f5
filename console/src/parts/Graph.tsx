/** A state machine's graph: states, groups and ways between them; coloured by what happened where that is told. */
import { type NodeChange, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore } from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef } from "react";
import type { GraphScope } from "../model/graph";
import { type Box, type Layout, layoutOf } from "../model/layout";
import { EDGE_TYPES } from "./graph/edges";
import { isState, type Looks, nodesOf, waysOf } from "./graph/drawn";
import { frame, whole } from "./graph/frame";
import { neighbour } from "./graph/neighbour";
import { type GraphicNode, NODE_TYPES } from "./graph/nodes";
import { Icon } from "./Icon";
import styles from "./Graph.module.css";

export type { Look, LookStatus } from "./graph/look";

export interface GraphProps extends Looks {
  graph: GraphScope;
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
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ graph, look, took, selected = null, onSelect, follow = null, label = LABEL }: GraphProps) {
  const layout = useMemo(() => layoutOf(graph), [graph]);
  const states = useMemo(() => layout.boxes.filter(isState), [layout]);
  const nodes = useMemo(() => nodesOf(layout, look, selected), [layout, look, selected]);
  const edges = useMemo(() => waysOf(layout, { look, took }), [layout, look, took]);
  const { show, touched, isUntouched } = useFrame(layout);
  useFollow(states, selected, always);
  useFollow(states, follow, isUntouched);
  const root = useRef<HTMLDivElement>(null);

  const onNodesChange = useCallback(
    (changes: NodeChange<GraphicNode>[]) => {
      const chosen = changes.find((change) => change.type === "select" && change.selected);
      if (chosen?.type === "select") onSelect?.(chosen.id);
    },
    [onSelect],
  );

  const onKeyDown = (event: KeyboardEvent): void => {
    const id = event.target instanceof Element ? event.target.closest("[data-id]")?.getAttribute("data-id") : null;
    const from = states.find((box) => box.id === id);
    const to = from === undefined ? null : neighbour(event.key, from, states);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    onSelect?.(to.id);
    focusNode(root.current, to.id);
  };

  return (
    <div ref={root} className={styles.graph} onKeyDownCapture={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onPaneClick={() => onSelect?.(null)}
        onMoveStart={(event) => event !== null && touched()}
        onlyRenderVisibleElements
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        elementsSelectable={onSelect !== undefined}
        panOnScroll
        zoomOnDoubleClick={false}
        minZoom={0.04}
        maxZoom={2}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        attributionPosition="bottom-left"
        aria-label={label}
      >
        <Panel position="bottom-right" className={styles.controls ?? ""}>
          <ZoomButtons onShow={show} />
        </Panel>
      </ReactFlow>
    </div>
  );
}

function ZoomButtons({ onShow }: { onShow: () => void }) {
  const { zoomIn, zoomOut } = useReactFlow();
  return (
    <>
      <button type="button" aria-label="Zoom out" title="Zoom out" onClick={() => void zoomOut({ duration: 150 })}>
        −
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in" onClick={() => void zoomIn({ duration: 150 })}>
        +
      </button>
      <button type="button" aria-label="Show all of it" title="Show all of it" onClick={onShow}>
        <Icon name="fit" />
      </button>
    </>
  );
}

/** Frames the graph when it is first seen and when its window or its size changes, until somebody moves it. */
function useFrame({ width, height, boxes }: Layout) {
  const { setViewport } = useReactFlow();
  const [wide, high] = [useStore((state) => state.width), useStore((state) => state.height)];
  const untouched = useRef(true);
  const first = boxes.find(({ node }) => node.kind === "start");
  const start = first === undefined ? width / 2 : first.x + first.width / 2;
  useEffect(() => {
    if (!untouched.current || wide === 0 || high === 0) return;
    void setViewport(frame({ width, height }, { width: wide, height: high }, start));
  }, [setViewport, width, height, start, wide, high]);
  return {
    show: () => {
      untouched.current = false;
      // Not fitView: it knows the sizes only of states that have been in sight.
      void setViewport(whole({ width, height }, { width: wide, height: high }), { duration: 200 });
    },
    touched: () => {
      untouched.current = false;
    },
    isUntouched: useCallback(() => untouched.current, []),
  };
}

const LABEL = "Graph of the state machine";
const always = (): boolean => true;

/** A state that is chosen elsewhere (a table, a link) comes into sight, if that is `wanted` then. */
function useFollow(states: readonly Box[], selected: string | null, wanted: () => boolean): void {
  const { setCenter, getViewport } = useReactFlow();
  const [wide, high] = [useStore((state) => state.width), useStore((state) => state.height)];
  const known = useRef({ states, wide, high });
  useEffect(() => {
    known.current = { states, wide, high };
  });
  const seen = wide > 0 && high > 0;
  // Only another choice moves the graph: not that it is drawn anew, nor that somebody moves it away.
  useEffect(() => {
    const { states, wide, high } = known.current;
    const box = states.find(({ id }) => id === selected);
    if (box === undefined || !seen || !wanted()) return;
    const { x, y, zoom } = getViewport();
    const [left, top] = [box.x * zoom + x, box.y * zoom + y];
    const [right, bottom] = [left + Math.min(box.width, 240) * zoom, top + Math.min(box.head, 80) * zoom];
    if (left >= 0 && top >= 0 && right <= wide && bottom <= high) return;
    void setCenter(box.x + box.width / 2, box.y + box.head / 2, { zoom: Math.max(zoom, 0.75), duration: 200 });
  }, [selected, seen, wanted, getViewport, setCenter]);
}

const FRAMES = 30;

/** It may have to be drawn first: only what is in sight is there. */
function focusNode(root: HTMLElement | null, id: string, left = FRAMES): void {
  const node = root?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  if (node) node.focus({ preventScroll: true });
  else if (left > 0) requestAnimationFrame(() => focusNode(root, id, left - 1));
}
