/** When each state ran, as bars below one another; what is within a Parallel or a Map is folded out on demand. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type PointerEvent, useMemo, useRef, useState } from "react";
import { Empty } from "../../parts/Empty";
import { useWidth } from "../../parts/useWidth";
import type { History } from "../../model/history";
import { barsOf, barsWithin, type Drawn, type Row, rowsOf, wholeWindow, type Window } from "../../model/timeline";
import { durationText } from "../../model/times";
import type { Visit } from "../../model/visits";
import { ticksOf } from "./ticks";
import styles from "./Timeline.module.css";

const ROW = 30; // px
const TICK = 70; // px from one to the next at least
const LABEL = 48; // px that a duration takes

export interface TimelineProps {
  history: History;
  version: number;
  now: number;
  selected: Visit | null;
  onSelect: (event: number) => void;
}

export function Timeline({ history, version, now, selected, onSelect }: TimelineProps) {
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(new Set());
  const [zoom, setZoom] = useState<Window | null>(null);
  const rows = useMemo(() => rowsOf(history, { expanded }), [history, version, expanded]);
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 15,
  });
  const [scale, pixels] = useWidth();
  const start = history.outcome.startedAt;
  if (start === null) return <Empty title="Nothing has happened yet." />;
  const span = zoom ?? wholeWindow(history, now);
  const toggle = (key: string): void => {
    const next = new Set(expanded);
    if (!next.delete(key)) next.add(key);
    setExpanded(next);
  };

  return (
    <div className={styles.timeline}>
      <div className={styles.tools}>
        <Legend />
        <span className="faint">Drag over the scale to look closer.</span>
        <button type="button" disabled={zoom === null} onClick={() => setZoom(null)}>
          Whole time
        </button>
      </div>
      <div ref={scroller} className={styles.scroller}>
        <Scale ref={scale} pixels={pixels} span={span} start={start} onZoom={setZoom} />
        <ul style={{ height: shown.getTotalSize(), position: "relative" }} aria-label="States by time">
          {shown.getVirtualItems().map(({ index, start: top }) => {
            const row = rows[index] as Row;
            return (
              <li
                key={row.key}
                className={styles.row}
                aria-current={row.visit !== null && row.visit === selected ? "true" : undefined}
                style={{ transform: `translateY(${top}px)`, height: ROW }}
              >
                <span className={styles.name} style={{ paddingLeft: `${0.5 + row.depth * 0.9}rem` }}>
                  {row.expandable ? (
                    <button
                      type="button"
                      className={styles.fold}
                      aria-expanded={row.expanded}
                      aria-label={`What is within ${row.name}`}
                      onClick={() => toggle(row.key)}
                    >
                      {row.expanded ? "▾" : "▸"}
                    </button>
                  ) : (
                    <span className={styles.fold} />
                  )}
                  <button
                    type="button"
                    className={styles.state}
                    disabled={row.visit === null}
                    onClick={() => row.visit !== null && onSelect(row.visit.id)}
                  >
                    {row.name}
                  </button>
                </span>
                <Bars row={row} span={span} pixels={pixels} now={now} onSelect={onSelect} />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

interface BarsProps {
  row: Row;
  span: Window;
  pixels: number;
  now: number;
  onSelect: (event: number) => void;
}

function Bars({ row, span, pixels, now, onSelect }: BarsProps) {
  const bars = barsWithin(barsOf(row, now), span, pixels, now);
  const last = bars.at(-1);
  const took = durationText((row.to ?? now) - row.from);
  return (
    <span className={styles.lane}>
      {bars.map((bar, index) => (
        <span
          key={index}
          className={styles.bar}
          data-kind={lookOf(bar)}
          title={`${row.name}: ${WORDS[lookOf(bar)]}${bar.count > 1 ? `, ${bar.count} together` : ""}`}
          style={{ left: bar.x, width: bar.width }}
          onClick={() => bar.visit !== null && onSelect(bar.visit.id)}
        />
      ))}
      {last !== undefined && (
        <span className={styles.took} style={besides(bars[0] ?? last, last, pixels)}>
          {row.visits.length > 1 ? `${row.visits.length}×, ${took}` : took}
        </span>
      )}
    </span>
  );
}

/** A duration stands behind its bars, or before them where there is no room behind. */
function besides(first: Drawn, last: Drawn, pixels: number): CSSProperties {
  const end = last.x + last.width;
  return end > pixels - LABEL && first.x > LABEL ? { right: pixels - first.x } : { left: end };
}

const WORDS = {
  running: "under way",
  succeeded: "succeeded",
  failed: "failed",
  caught: "failed, caught",
  aborted: "stopped",
  timedOut: "timed out",
  queued: "until a worker took it",
  betweenTries: "between tries",
  waiting: "waiting",
  callback: "until it was answered",
  standstill: "until the redrive",
  engine: "in the engine",
} as const;

type Shown = keyof typeof WORDS;

/** Waiting looks the same whatever came of it; work is coloured by what did. */
function lookOf({ kind, status }: Drawn): Shown {
  return kind in WORDS ? (kind as Shown) : status;
}

const LEGEND: Shown[] = ["succeeded", "running", "failed", "queued", "waiting", "betweenTries"];

function Legend() {
  return (
    <ul className={styles.legend} aria-label="Colours">
      {LEGEND.map((kind) => (
        <li key={kind}>
          <span className={styles.swatch} data-kind={kind} /> {WORDS[kind]}
        </li>
      ))}
    </ul>
  );
}

interface ScaleProps {
  ref: (element: HTMLElement | null) => void;
  pixels: number;
  span: Window;
  start: number;
  onZoom: (span: Window) => void;
}

/** Times along the top; dragging over it picks a part of the time. */
function Scale({ ref, pixels, span, start, onZoom }: ScaleProps) {
  const [drag, setDrag] = useState<Window | null>(null); // parts of the width
  const at = ({ nativeEvent, currentTarget }: PointerEvent<HTMLElement>): number => {
    const { left, width } = currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (nativeEvent.clientX - left) / width));
  };
  const width = span.to - span.from;
  return (
    <div className={styles.head}>
      <span className={styles.name} />
      <span
        ref={ref}
        className={styles.scale}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => drag !== null && setDrag({ ...drag, to: at(event) })}
        onPointerUp={() => {
          if (drag === null) return;
          const [from, to] = [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)];
          if (to - from > 0.005) onZoom({ from: span.from + from * width, to: span.from + to * width });
          setDrag(null);
        }}
      >
        {ticksOf(span.from - start, span.to - start, Math.max(1, pixels / TICK))
          .map((tick) => ({ tick, x: ((tick + start - span.from) / width) * pixels }))
          .filter(({ x }) => x <= pixels - LABEL)
          .map(({ tick, x }) => (
            <span key={tick} className={styles.tick} style={{ left: x }}>
              {tick === 0 ? "0" : durationText(tick)}
            </span>
          ))}
        {drag !== null && (
          <span
            className={styles.drag}
            style={{
              left: `${Math.min(drag.from, drag.to) * 100}%`,
              width: `${Math.abs(drag.to - drag.from) * 100}%`,
            }}
          />
        )}
      </span>
    </div>
  );
}
