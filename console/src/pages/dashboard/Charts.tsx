/** What began and ended, and how long things take, over the last hour or day. */
import { useMemo } from "react";
import type { MachineFigures } from "../../api/reads";
import { added, busiest, countText, type Span, startsOf, totalsOf } from "../../model/series";
import { durationText } from "../../model/times";
import { Chart, type Drawn } from "../../parts/Chart";
import styles from "./Dashboard.module.css";

const COLOURS = ["accent", "running", "waiting", "timed-out", "aborted"];

export function Charts({ machines, span }: { machines: MachineFigures[]; span: Span }) {
  const all = useMemo(() => added(machines.map((machine) => machine[span])), [machines, span]);
  const times = useMemo(() => (all === null ? [] : startsOf(all)), [all]);
  const ends = useMemo((): Drawn[] => {
    if (all === null) return [];
    return [
      { name: "Succeeded", values: all.succeeded, colour: "succeeded", kind: "bars" },
      { name: "Failed", values: all.failed, colour: "failed", kind: "bars" },
      { name: "Started", values: all.started, colour: "ink-soft", kind: "line" },
    ];
  }, [all]);
  const durations = useMemo(
    () =>
      busiest(machines, span, COLOURS.length).map(({ name, [span]: { p50 } }, at): Drawn => ({
        name,
        values: p50,
        colour: COLOURS[at] ?? "ink",
        kind: "line",
      })),
    [machines, span],
  );
  if (all === null) return null;
  const { started, succeeded, failed } = totalsOf(all);
  const bucket = span === "hour" ? "minute" : "half an hour";
  return (
    <div className={styles.charts}>
      <Chart
        title={`Executions, each ${bucket}`}
        label={`In the last ${span} ${started} started, ${succeeded} succeeded and ${failed} failed.`}
        times={times}
        seconds={all.seconds}
        series={ends}
        text={countText}
      />
      <Chart
        title="How long they take (median)"
        label={`Medians of durations of ${durations.map(({ name }) => name).join(", ") || "nothing: none ended"}`}
        times={times}
        seconds={all.seconds}
        series={durations}
        text={durationText}
        logarithmic
      />
      {!all.complete && (
        <p className={styles.note}>There were more than are counted here: the newest ones, of each machine, are.</p>
      )}
    </div>
  );
}
