/** Every event, in order: 25,000 of them cost what is on the screen. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { nameOf } from "../../api/aws";
import { detailsOf, type HistoryEvent, textOf } from "../../model/events";
import type { History } from "../../model/history";
import styles from "./EventsTable.module.css";

const ROW = 34; // px

export interface EventsTableProps {
  history: History;
  version: number;
  selected: number | null;
  onSelect: (event: number) => void;
}

export function EventsTable({ history, version, selected, onSelect }: EventsTableProps) {
  const [wanted, setWanted] = useState("");
  const events = useMemo(() => filtered(history, wanted), [history, version, wanted]); // eslint-disable-line
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 20,
  });
  const start = history.outcome.startedAt ?? 0;

  const step = (by: number): void => {
    const at = events.findIndex(({ id }) => id === selected);
    const next = events[Math.min(events.length - 1, Math.max(0, at + by))];
    if (next === undefined) return;
    onSelect(next.id);
    rows.scrollToIndex(events.indexOf(next), { align: "auto" });
  };

  return (
    <div className={styles.events}>
      <div className={styles.tools}>
        <input
          type="search"
          aria-label="Filter events"
          placeholder="Type of event, state, or text"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
        <span className="faint" aria-live="polite">
          {events.length === history.events.length
            ? `${events.length.toLocaleString()} events`
            : `${events.length.toLocaleString()} of ${history.events.length.toLocaleString()} events`}
        </span>
      </div>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label="Events"
        aria-rowcount={events.length}
        tabIndex={0}
        onKeyDown={(event) => {
          const by = STEPS[event.key];
          if (by !== undefined) {
            event.preventDefault();
            step(by);
          }
        }}
      >
        <div style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map(({ index, start: top }) => {
            const event = events[index] as HistoryEvent;
            return (
              <div
                key={event.id}
                role="row"
                aria-rowindex={index + 1}
                aria-selected={event.id === selected}
                className={styles.row}
                style={{ transform: `translateY(${top}px)`, height: ROW }}
                onClick={() => onSelect(event.id)}
              >
                <span role="gridcell" className={styles.id}>
                  {event.id}
                </span>
                <span role="gridcell" className={styles.type} data-tone={toneOf(event.type)}>
                  {event.type}
                </span>
                <span role="gridcell" className={styles.state}>
                  {history.visitOfEvent(event.id)?.name ?? ""}
                </span>
                <span role="gridcell" className={styles.about}>
                  {aboutOf(event)}
                </span>
                <span role="gridcell" className={styles.time} title={new Date(event.timestamp * 1000).toISOString()}>
                  +{(event.timestamp - start).toFixed(3)} s
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1, PageDown: 15, PageUp: -15 };

function filtered(history: History, wanted: string): readonly HistoryEvent[] {
  const text = wanted.trim().toLowerCase();
  if (text === "") return history.events;
  return history.events.filter((event) => {
    if (event.type.toLowerCase().includes(text)) return true;
    if (history.visitOfEvent(event.id)?.name.toLowerCase().includes(text) === true) return true;
    return JSON.stringify(detailsOf(event)).toLowerCase().includes(text);
  });
}

/** What tells one event from another of its type: an error, a resource, an index. */
function aboutOf(event: HistoryEvent): string {
  const details = detailsOf(event);
  const told = textOf(details, "error") ?? textOf(details, "workerName");
  if (told !== null) return told;
  const resource = textOf(details, "resource");
  if (resource !== null) return resource.startsWith("arn:") ? nameOf(resource) : resource;
  const { index, length } = details;
  if (typeof index === "number") return `item ${index}`;
  return typeof length === "number" ? `${length} items` : "";
}

function toneOf(type: string): string {
  if (/Failed$|TimedOut$/.test(type)) return "failed";
  if (/Aborted$/.test(type)) return "aborted";
  if (/Succeeded$/.test(type)) return "succeeded";
  return "plain";
}
