/** Figures of state machines over an hour or a day: added up, compared, put into words. */
import type { MachineFigures, Series } from "../api/reads";

export type Span = "hour" | "day";

export interface Totals {
  started: number;
  succeeded: number;
  failed: number;
  /** Of those that ended; null when none did. */
  failedShare: number | null;
}

export type Counts = Pick<Series, "seconds" | "from" | "started" | "succeeded" | "failed" | "complete">;

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function totalsOf(series: Counts): Totals {
  const [started, succeeded, failed] = [sum(series.started), sum(series.succeeded), sum(series.failed)];
  const ended = succeeded + failed;
  return { started, succeeded, failed, failedShare: ended === 0 ? null : failed / ended };
}

/** All of them as if they were one. They begin at the same time, as those of one answer do. */
export function added(all: readonly Counts[]): Counts | null {
  const [first] = all;
  if (first === undefined) return null;
  const add = (of: "started" | "succeeded" | "failed"): number[] =>
    first[of].map((_, bucket) => sum(all.map((series) => series[of][bucket] ?? 0)));
  return {
    seconds: first.seconds,
    from: first.from,
    started: add("started"),
    succeeded: add("succeeded"),
    failed: add("failed"),
    complete: all.every(({ complete }) => complete),
  };
}

/** Where the buckets begin. */
export function startsOf({ from, seconds, started }: Counts): number[] {
  return started.map((_, bucket) => from + bucket * seconds);
}

/** The middle one of the buckets' medians, each as heavy as what ended in it: what an execution usually takes. */
export function usualDuration(series: Series): number | null {
  const weighed = series.p50.flatMap((seconds, bucket) => {
    const weight = (series.succeeded[bucket] ?? 0) + (series.failed[bucket] ?? 0);
    return seconds === null || weight === 0 ? [] : [{ seconds, weight }];
  });
  weighed.sort((one, other) => one.seconds - other.seconds);
  let left = sum(weighed.map(({ weight }) => weight)) / 2;
  for (const { seconds, weight } of weighed) {
    left -= weight;
    if (left <= 0) return seconds;
  }
  return null;
}

export interface Failing {
  machine: MachineFigures;
  totals: Totals;
}

/** Those with failures: the most failures first, and of equally many the one whose executions fail more often. */
export function failing(machines: readonly MachineFigures[], span: Span): Failing[] {
  return machines
    .map((machine) => ({ machine, totals: totalsOf(machine[span]) }))
    .filter(({ totals }) => totals.failed > 0)
    .sort(
      (one, other) =>
        other.totals.failed - one.totals.failed ||
        (other.totals.failedShare ?? 0) - (one.totals.failedShare ?? 0) ||
        one.machine.name.localeCompare(other.machine.name),
    );
}

/** Those of which most ended, the busiest first: as many lines as eyes can tell apart. */
export function busiest(machines: readonly MachineFigures[], span: Span, most: number): MachineFigures[] {
  const ended = (machine: MachineFigures): number => sum(machine[span].succeeded) + sum(machine[span].failed);
  return machines
    .filter((machine) => ended(machine) > 0)
    .sort((one, other) => ended(other) - ended(one) || one.name.localeCompare(other.name))
    .slice(0, most);
}

/** `12`, `1,234`, `12.3k`, `4.5M`. */
export function countText(count: number): string {
  if (count < 10_000) return count.toLocaleString("en-US");
  const [divisor, letter] = count < 999_950 ? [1e3, "k"] : [1e6, "M"];
  return `${(count / divisor).toFixed(1).replace(/\.0$/, "")}${letter}`;
}

/** `0 %`, `0.3 %`, `12 %`: what is not nothing is not shown as nothing, and what is not all not as all. */
export function shareText(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent > 99 && percent < 100) return "> 99 %";
  return `${percent < 10 ? percent.toFixed(1).replace(/\.0$/, "") : percent.toFixed(0)} %`;
}
