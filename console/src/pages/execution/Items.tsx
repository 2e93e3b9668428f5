/** The items of the execution's Maps: one Map at a time, its retries apart. */
import { useMemo, useState } from "react";
import { Empty } from "../../parts/Empty";
import type { History } from "../../model/history";
import { type CellStatus, type Grid, gridOf, spotOf } from "../../model/items";
import { statusTold } from "../../model/statuses";
import { pathOf, type Visit } from "../../model/visits";
import { ItemsGrid } from "./ItemsGrid";
import styles from "./Items.module.css";

export interface ItemsProps {
  history: History;
  version: number;
  /** The visit that the address names: a Map, or a state within one. */
  selected: Visit | null;
  onSelect: (event: number) => void;
}

const SHOWN: CellStatus[] = ["running", "succeeded", "failed", "timedOut", "aborted"];

export function Items({ history, version, selected, onSelect }: ItemsProps) {
  const maps = history.visits.filter(({ type, rounds }) => type === "Map" && rounds.length > 0);
  const within = selected?.iteration ?? null;
  const map = selected?.type === "Map" ? selected : (within?.map ?? maps[0] ?? null);
  const [number, setNumber] = useState<number | undefined>(undefined);
  const [index, setIndex] = useState<number | null>(within?.map === map ? (within?.index ?? null) : null);
  // A history changes in place; its version says when.
  const grid = useMemo(() => (map === null ? null : gridOf(map, number)), [map, number, version]);
  if (map === null || grid === null) return <Empty title="No Map has begun in this execution." />;
  const item = index === null ? null : (grid.cells[index]?.iteration ?? null);

  return (
    <div className={styles.items}>
      <div className={styles.tools}>
        {maps.length > 1 && (
          <label className={styles.choice}>
            Map
            <select value={map.id} onChange={(event) => onSelect(Number(event.target.value))}>
              {maps.slice(0, 500).map((one) => (
                <option key={one.id} value={one.id}>
                  {titleOf(one)}
                </option>
              ))}
            </select>
          </label>
        )}
        {map.rounds.length > 1 && (
          <label className={styles.choice}>
            Try
            <select value={grid.round.number} onChange={(event) => setNumber(Number(event.target.value))}>
              {map.rounds.map((one) => (
                <option key={one.number} value={one.number}>
                  {one.number}
                </option>
              ))}
            </select>
          </label>
        )}
        <Counts grid={grid} onFirst={setIndex} />
      </div>
      {grid.cells.length === 0 ? (
        <Empty title="This Map had no items." />
      ) : (
        <ItemsGrid
          grid={grid}
          selected={index}
          onSelect={(chosen) => {
            setIndex(chosen);
            const iteration = grid.cells[chosen]?.iteration ?? null;
            const spot = iteration === null ? null : spotOf(iteration);
            if (spot !== null) onSelect(spot.id);
          }}
        />
      )}
      {item !== null && (
        <ol className={styles.steps} aria-label={`States of item ${item.index}`}>
          {item.visits.map((visit) => (
            <li key={visit.id}>
              <button
                type="button"
                data-status={visit.status}
                aria-pressed={visit.id === selected?.id}
                onClick={() => onSelect(visit.id)}
              >
                {visit.name}
              </button>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

function Counts({ grid, onFirst }: { grid: Grid; onFirst: (index: number) => void }) {
  return (
    <p className={styles.counts}>
      {SHOWN.filter((status) => grid.counts[status] > 0).map((status) => {
        const { word } = statusTold(status as Exclude<CellStatus, "pending">);
        const first = grid.cells.find((cell) => cell.status === status);
        return (
          <button
            key={status}
            type="button"
            data-status={status}
            title={`The first that is ${word}`}
            onClick={() => first !== undefined && onFirst(first.index)}
          >
            {grid.counts[status].toLocaleString()} {word}
          </button>
        );
      })}
      {grid.counts.pending > 0 && <span className="faint">{grid.counts.pending.toLocaleString()} have not begun</span>}
    </p>
  );
}

function titleOf(map: Visit): string {
  const path = pathOf(map).join(" / ");
  return map.iteration === null ? path : `${path}, item ${map.iteration.index}`;
}
