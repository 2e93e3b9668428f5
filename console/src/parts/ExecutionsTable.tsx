/** A list of executions: only the rows in sight are drawn, new ones come in above without moving what one looks at. */
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { nameOf, regionOf } from "../api/aws";
import type { ListedExecutions } from "../api/executions";
import type { ExecutionRow } from "../api/reads";
import { countText } from "../model/series";
import { Ago } from "./Ago";
import { Duration } from "./Duration";
import { Icon } from "./Icon";
import { Marked } from "./Marked";
import { Problem } from "./Problem";
import { StatusBadge } from "./StatusBadge";
import { executionPath, machinePath } from "./paths";
import { type Rows, useRows } from "./useRows";
import styles from "./ExecutionsTable.module.css";

export interface ExecutionsTableProps {
  executions: ListedExecutions;
  /** What was sought: marked in names and in excerpts. */
  name: string;
  text: string;
  /** Whether the rows are of several machines. */
  machines?: boolean;
  /** Whether the rows are of several regions. */
  regions?: boolean;
  /** What stands there when there is nothing at all. */
  empty: ReactNode;
}

const HEIGHT = { wide: 44, narrow: 66, excerpt: 26 }; // px, as in the styles
const BARS = 72; // px that the shell's bars cover at the top and, on narrow pages, at the foot
const NARROW = "(max-width: 760px)";
const FRESH = 3; // seconds for which a row that just came in is marked

export function ExecutionsTable(props: ExecutionsTableProps) {
  const { executions, name, text, machines = false, regions = false, empty } = props;
  const { list, problem, goOn, goingOn } = executions;
  const rows = list?.rows ?? NONE;
  const narrow = useNarrow();
  const heightOf = useCallback(
    (row: ExecutionRow) =>
      (narrow ? HEIGHT.narrow : HEIGHT.wide) + (row.found === undefined || text === "" ? 0 : HEIGHT.excerpt),
    [narrow, text],
  );
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (at) => heightOf(rows[at] as ExecutionRow),
    getItemKey: useCallback((at: number) => rows[at]?.executionArn ?? at, [rows]),
    overscan: 12,
    scrollMargin: top,
    scrollPaddingStart: BARS,
    scrollPaddingEnd: BARS,
  });
  useEffect(() => virtual.measure(), [virtual, heightOf]);
  // What stands above the list may have grown: filters, a problem.
  useLayoutEffect(() => {
    const above = body.current === null ? 0 : body.current.getBoundingClientRect().top + window.scrollY;
    if (Math.abs(above - top) > 1) setTop(above);
  });
  useStill(rows, heightOf, top);

  const ids = useMemo(() => rows.map(({ executionArn }) => executionArn), [rows]);
  const keys = useRows(ids, (at) => virtual.scrollToIndex(at));

  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  const sought = name !== "" || text !== "";
  const more = list !== undefined && list.next !== null;
  // A search reads on when it is told to: what it looks for may be rare.
  const runs = more && !sought && !goingOn && problem === null && last >= rows.length - 20;
  useEffect(() => {
    if (runs) goOn();
  });

  return (
    <div className={styles.list}>
      <Problem problem={problem} />
      {list !== undefined && rows.length === 0 && !more && empty}
      {rows.length > 0 && (
        <div role="table" aria-label="Executions" aria-rowcount={more ? -1 : rows.length + 1} className={styles.table}>
          <div role="row" className={`${styles.row} ${styles.head}`} data-machines={machines}>
            <span role="columnheader">Status</span>
            <span role="columnheader">Execution</span>
            {machines && <span role="columnheader">State machine</span>}
            <span role="columnheader">Started</span>
            <span role="columnheader">Duration</span>
          </div>
          <div ref={body} role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
            {shown.map(({ index, key, start, size }) => {
              const row = rows[index];
              if (row === undefined) return null;
              return (
                <div
                  key={key}
                  role="row"
                  aria-rowindex={index + 2}
                  className={styles.row}
                  data-machines={machines}
                  data-fresh={Date.now() / 1000 - row.startDate < FRESH}
                  style={{ height: size, transform: `translateY(${start - top}px)` }}
                >
                  <Cells row={row} name={name} text={text} machines={machines} regions={regions} linkOf={keys.linkOf} />
                </div>
              );
            })}
          </div>
        </div>
      )}
      {more && (
        <p className={styles.foot}>
          <span role="status">
            {sought
              ? `${countText(list.examined)} executions examined, ${countText(rows.length)} found.`
              : `${countText(rows.length)} executions read.`}
          </span>
          <button type="button" disabled={goingOn} onClick={goOn}>
            {goingOn ? "Reading …" : sought ? "Search on" : "Read on"}
          </button>
        </p>
      )}
      {!more && rows.length > 0 && (
        <p className={`${styles.foot} faint`}>
          {rows.length === 1 ? "One execution" : `${rows.length.toLocaleString("en-US")} executions`}
          {sought ? " found" : ""}, no more.
        </p>
      )}
    </div>
  );
}

const NONE: ExecutionRow[] = [];

interface CellsProps {
  row: ExecutionRow;
  name: string;
  text: string;
  machines: boolean;
  regions: boolean;
  linkOf: Rows["linkOf"];
}

const Cells = memo(function Cells({ row, name, text, machines, regions, linkOf }: CellsProps) {
  const { executionArn, stateMachineArn, startDate, stopDate, found, redriveCount, express } = row;
  return (
    <>
      <span role="cell" className={styles.status}>
        <StatusBadge status={row.status} aside={row.aside} />
      </span>
      <span role="cell" className={styles.name}>
        <Link href={executionPath(executionArn)} title={row.name} {...linkOf(executionArn)}>
          <Marked text={row.name} sought={name} />
        </Link>
        {redriveCount > 0 && (
          <span className={styles.note} title={`Redriven ${redriveCount} ${redriveCount === 1 ? "time" : "times"}`}>
            <Icon name="redrive" /> {redriveCount}
          </span>
        )}
        {express && <span className={styles.note}>Express</span>}
      </span>
      {machines && (
        <span role="cell" className={styles.machine}>
          <Link href={machinePath(stateMachineArn)} title={stateMachineArn}>
            {nameOf(stateMachineArn)}
          </Link>
          {regions && <span className={styles.region}>{regionOf(stateMachineArn)}</span>}
        </span>
      )}
      <span role="cell" className={styles.started}>
        <Ago at={startDate} />
      </span>
      <span role="cell" className={styles.duration}>
        <Duration from={startDate} to={stopDate} />
      </span>
      {found !== undefined && text !== "" && (
        <span role="cell" className={styles.found}>
          <span className={styles.where}>{found.in}</span>
          <code>
            <Marked text={found.excerpt} sought={text} />
          </code>
        </span>
      )}
    </>
  );
});

/** What one looks at stays where it is when rows come in above it or go; at the top they come into view. */
function useStill(rows: ExecutionRow[], heightOf: (row: ExecutionRow) => number, top: number): void {
  const before = useRef(rows);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = rows;
    let above = window.scrollY - top;
    if (old === rows || above <= 0) return;
    const anchor = old.find((row) => (above -= heightOf(row)) < 0)?.executionArn;
    const offset = (list: ExecutionRow[]): number | null => {
      let sum = 0;
      for (const row of list) {
        if (row.executionArn === anchor) return sum;
        sum += heightOf(row);
      }
      return null;
    };
    const [was, is] = [offset(old), offset(rows)];
    if (was !== null && is !== null && was !== is) window.scrollBy(0, is - was);
  }, [rows, heightOf, top]);
}

function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const see = (): void => setNarrow(query.matches);
    query.addEventListener("change", see);
    return () => query.removeEventListener("change", see);
  }, []);
  return narrow;
}
