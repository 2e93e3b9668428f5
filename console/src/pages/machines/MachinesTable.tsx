/** State machines side by side; cards one below the other where there is little room. */
import { useMemo } from "react";
import { Link } from "wouter";
import { regionOf } from "../../api/aws";
import type { MachineFigures } from "../../api/reads";
import type { Order } from "../../model/machines";
import { countText, type Span, shareText, totalsOf, usualDuration } from "../../model/series";
import { durationText } from "../../model/times";
import { Marked } from "../../parts/Marked";
import { machinePath } from "../../parts/paths";
import { Sparkline } from "../../parts/Sparkline";
import { type Rows, useRows } from "../../parts/useRows";
import styles from "./MachinesTable.module.css";

export interface MachinesTableProps {
  machines: MachineFigures[];
  span: Span;
  order: Order;
  onOrder: (order: Order) => void;
  /** Whether they are of several regions. */
  regions: boolean;
  sought: string;
}

const COLUMNS: { name: string; order?: Order }[] = [
  { name: "State machine", order: "name" },
  { name: "Started", order: "started" },
  { name: "Failed", order: "failed" },
  { name: "Usually takes" },
  { name: "Running", order: "running" },
];

export function MachinesTable({ machines, span, order, onOrder, regions, sought }: MachinesTableProps) {
  const ids = useMemo(() => machines.map(({ stateMachineArn }) => stateMachineArn), [machines]);
  const { linkOf } = useRows(ids);
  return (
    <div className="card">
      <table className={styles.table}>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column.name} aria-sort={column.order === order ? sortOf(order) : undefined}>
                {column.order === undefined ? (
                  column.name
                ) : (
                  <Sort {...column} order={column.order} now={order} onOrder={onOrder} />
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {machines.map((machine) => (
            <Row key={machine.stateMachineArn} {...{ machine, span, regions, sought, linkOf }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sortOf(order: Order): "ascending" | "descending" {
  return order === "name" ? "ascending" : "descending";
}

interface SortProps {
  name: string;
  order: Order;
  now: Order;
  onOrder: (order: Order) => void;
}

function Sort({ name, order, now, onOrder }: SortProps) {
  return (
    <button type="button" className={`quiet ${styles.sort}`} onClick={() => onOrder(order)}>
      {name}
      <span aria-hidden="true">{order === now ? (order === "name" ? "↑" : "↓") : ""}</span>
    </button>
  );
}

interface RowProps {
  machine: MachineFigures;
  span: Span;
  regions: boolean;
  sought: string;
  linkOf: Rows["linkOf"];
}

function Row({ machine, span, regions, sought, linkOf }: RowProps) {
  const { stateMachineArn, name, type, running } = machine;
  const series = machine[span];
  const { started, failed, failedShare } = totalsOf(series);
  const usual = usualDuration(series);
  const most = Math.max(...series.started);
  return (
    <tr className={styles.row}>
      <td className={styles.name}>
        <Link href={machinePath(stateMachineArn)} title={name} {...linkOf(stateMachineArn)}>
          <Marked text={name} sought={sought} />
        </Link>
        <span className={styles.notes}>
          {type === "EXPRESS" && <span>Express</span>}
          {regions && <span>{regionOf(stateMachineArn)}</span>}
        </span>
      </td>
      <td data-name="Started">
        <div className={styles.figure}>
          <span>{countText(started)}</span>
          <Sparkline values={series.started} label={`${started} started in the last ${span}`} most={most} />
        </div>
      </td>
      <td data-name="Failed">
        <div className={styles.figure}>
          <span className={failed > 0 ? styles.bad : "faint"}>
            {countText(failed)}
            {failedShare !== null && failed > 0 && <small> {shareText(failedShare)}</small>}
          </span>
          <Sparkline
            values={series.failed}
            colour="failed"
            label={`${failed} failed in the last ${span}`}
            most={Math.max(most, ...series.failed)}
          />
        </div>
      </td>
      <td data-name="Usually takes">
        <div className={styles.figure}>
          <span className={usual === null ? "faint" : undefined}>{usual === null ? "–" : durationText(usual)}</span>
          <Sparkline
            values={series.p50}
            kind="line"
            colour="ink"
            label={usual === null ? "No duration yet" : `Medians of durations over the last ${span}`}
          />
        </div>
      </td>
      <td data-name="Running" className={styles.running}>
        {running > 0 ? (
          <Link href={`${machinePath(stateMachineArn)}?status=RUNNING`}>{countText(running)} running</Link>
        ) : (
          <span className="faint" data-none>
            –
          </span>
        )}
      </td>
    </tr>
  );
}
