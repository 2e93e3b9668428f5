/** Every item of a Map as a cell coloured by how it stands, drawn on a canvas: 10,000 cells are one element. */
import { useEffect, useRef } from "react";
import type { Cell, CellStatus, Grid } from "../../model/items";
import { statusTold } from "../../model/statuses";
import { colourOf, useScheme } from "../../parts/colours";
import { useWidth } from "../../parts/useWidth";
import styles from "./ItemsGrid.module.css";

const CELL = 14;
const GAP = 2;
const STEP = CELL + GAP;

export interface ItemsGridProps {
  grid: Grid;
  selected: number | null;
  onSelect: (index: number) => void;
}

export function ItemsGrid({ grid, selected, onSelect }: ItemsGridProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [frame, width] = useWidth();
  const scheme = useScheme();
  const { length } = grid.cells;
  const columns = Math.max(1, Math.floor((width + GAP) / STEP));
  const rows = Math.ceil(length / columns);

  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, grid, { columns, rows, selected });
  }, [grid, columns, rows, selected, scheme]);

  const cellAt = (x: number, y: number): number | null => {
    const index = Math.floor(y / STEP) * columns + Math.floor(x / STEP);
    return x < columns * STEP && index < length ? index : null;
  };

  const moves: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns };
  const shown = selected === null ? undefined : grid.cells[selected];
  return (
    <div ref={frame} className={styles.frame}>
      <canvas
        ref={canvas}
        className={styles.grid}
        tabIndex={0}
        role="img"
        aria-label={`${length} items. The arrows go from one to the next. ${told(shown)}`}
        style={{ width: columns * STEP, height: rows * STEP }}
        onClick={({ nativeEvent: { offsetX, offsetY } }) => {
          const index = cellAt(offsetX, offsetY);
          if (index !== null) onSelect(index);
        }}
        onMouseMove={({ nativeEvent: { offsetX, offsetY }, currentTarget }) => {
          const index = cellAt(offsetX, offsetY);
          currentTarget.title = told(index === null ? undefined : grid.cells[index]);
        }}
        onKeyDown={(event) => {
          const by = moves[event.key];
          if (by === undefined) return;
          event.preventDefault();
          onSelect(Math.min(length - 1, Math.max(0, (selected ?? -1) + by)));
        }}
      />
    </div>
  );
}

function told(cell: Cell | undefined): string {
  if (cell === undefined) return "";
  return `Item ${cell.index}: ${cell.status === "pending" ? "has not begun" : statusTold(cell.status).word}`;
}

interface Shape {
  columns: number;
  rows: number;
  selected: number | null;
}

const COLOURS: Record<CellStatus, string> = {
  pending: "line",
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  caught: "timed-out",
  aborted: "line-strong",
  timedOut: "timed-out",
};

function draw(canvas: HTMLCanvasElement, grid: Grid, { columns, rows, selected }: Shape): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const dense = window.devicePixelRatio;
  canvas.width = columns * STEP * dense;
  canvas.height = rows * STEP * dense;
  context.scale(dense, dense);
  const ink = inks();
  for (const { index, status } of grid.cells) {
    const x = (index % columns) * STEP;
    const y = Math.floor(index / columns) * STEP;
    context.fillStyle = ink(COLOURS[status]);
    context.fillRect(x, y, CELL, CELL);
    if (status === "failed" || status === "timedOut") cross(context, x, y, ink("surface"));
    if (index === selected) {
      context.strokeStyle = ink("ink");
      context.lineWidth = 2;
      context.strokeRect(x + 1, y + 1, CELL - 2, CELL - 2);
    }
  }
}

/** What failed is told by a shape too. */
function cross(context: CanvasRenderingContext2D, x: number, y: number, colour: string): void {
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x + 4, y + 4);
  context.lineTo(x + CELL - 4, y + CELL - 4);
  context.moveTo(x + CELL - 4, y + 4);
  context.lineTo(x + 4, y + CELL - 4);
  context.stroke();
}

/** Each colour is worked out once for a drawing. */
function inks(): (token: string) => string {
  const known = new Map<string, string>();
  return (token) => {
    const colour = known.get(token) ?? colourOf(token);
    known.set(token, colour);
    return colour;
  };
}
