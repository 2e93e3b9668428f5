/** uPlot as a React part: drawn anew with other series, fed with new figures otherwise. */
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { absoluteText, clockText } from "../../model/times";
import { colourOf, useScheme } from "../colours";
import styles from "./Plot.module.css";

export interface Drawn {
  name: string;
  values: readonly (number | null)[];
  /** A token of styles/tokens.css, `failed` for `--failed`. */
  colour: string;
  /** Bars stand on the bars of the series before. */
  kind: "bars" | "line";
}

export interface PlotProps {
  /** What it says, for those who do not see it. */
  label: string;
  /** Where the buckets begin, in seconds since the epoch, and how long they are. */
  times: readonly number[];
  seconds: number;
  series: readonly Drawn[];
  /** How a figure is written. */
  text: (value: number) => string;
  /** For figures of which some are many times the others. */
  logarithmic?: boolean;
}

interface Pointed {
  at: number;
  left: number;
}

/** Fills the element it stands in. */
export default function Plot(props: PlotProps) {
  const { label, times, series, text } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(props);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const scheme = useScheme();
  const shape = JSON.stringify([scheme, series.map(({ name, colour, kind }) => [name, colour, kind])]);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const size = (): { width: number; height: number } => ({
      width: element.clientWidth,
      height: element.clientHeight,
    });
    const drawn = new uPlot({ ...optionsOf(latest.current, setPointed), ...size() }, dataOf(latest.current), element);
    plot.current = drawn;
    const resizing = new ResizeObserver(() => drawn.setSize(size()));
    resizing.observe(element);
    return () => {
      resizing.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [shape]);

  useEffect(() => {
    plot.current?.setData(dataOf(latest.current));
  }, [times, series]);

  return (
    <div className={styles.plot} role="img" aria-label={label}>
      <div ref={place} className={styles.place} />
      {pointed !== null && (
        <div className={styles.tip} style={{ left: pointed.left }} aria-hidden="true">
          <strong>{absoluteText(times[pointed.at] ?? 0).slice(11, 16)}</strong>
          {series.map(({ name, values, colour }) => {
            const value = values[pointed.at] ?? null;
            return value === null ? null : (
              <span key={name}>
                <span className={styles.dot} style={{ background: `var(--${colour})` }} />
                {name} <b>{text(value)}</b>
              </span>
            );
          })}
        </div>
      )}
    </div>
  );
}

/** Bars are stacked, so the sums are drawn, the tallest first. */
function dataOf({ times, seconds, series }: PlotProps): uPlot.AlignedData {
  const sums = times.map(() => 0);
  const columns = series.map(({ values, kind }) =>
    values.map((value, at) => {
      if (kind === "line") return value;
      sums[at] = (sums[at] ?? 0) + (value ?? 0);
      return sums[at] ?? null;
    }),
  );
  const middles = times.map((time) => time + seconds / 2);
  return [middles, ...inOrder(series).map((at) => columns[at] ?? [])];
}

/** In which order they are drawn: bars from the top of the pile to its foot, then lines over them. */
function inOrder(series: readonly Drawn[]): number[] {
  const places = series.map((_, at) => at);
  const of = (kind: Drawn["kind"]): number[] => places.filter((at) => series[at]?.kind === kind);
  return [...of("bars").reverse(), ...of("line")];
}

function optionsOf(
  props: PlotProps,
  point: (pointed: Pointed | null) => void,
): Omit<uPlot.Options, "width" | "height"> {
  const { series, text, logarithmic = false } = props;
  const [ink, line] = [colourOf("ink-faint"), colourOf("line")];
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis: uPlot.Axis = { stroke: ink, font, ticks: { show: false }, grid: { stroke: line, width: 1 } };
  return {
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true },
      y: logarithmic ? { distr: 3, log: 10 } : { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.05))] },
    },
    axes: [
      {
        ...axis,
        size: 24,
        grid: { show: false },
        space: 64,
        values: (_, marks) => marks.map((mark) => clockText(mark)),
      },
      {
        ...axis,
        grid: {
          stroke: line,
          width: 1,
          filter: (_, marks) => marks.map((mark) => (isRound(mark, logarithmic) ? mark : null)),
        },
        size: (_, marks) => 12 + 6.5 * Math.max(0, ...(marks ?? []).map((mark) => mark.length)),
        space: 32,
        values: (_, marks) => marks.map((mark) => (mark === null || !isRound(mark, logarithmic) ? "" : text(mark))),
      },
    ],
    series: [{}, ...inOrder(series).map((at) => seriesOf(series[at] as Drawn))],
    hooks: {
      setCursor: [
        ({ cursor, over }) => {
          const { idx, left = -1 } = cursor;
          if (idx === null || idx === undefined || left < 0) return point(null);
          point({ at: idx, left: Math.min(over.clientWidth - 60, Math.max(60, left)) + over.offsetLeft });
        },
      ],
    },
  };
}

/** Counts have no parts; on a logarithmic axis only powers of ten are written. */
function isRound(mark: number, logarithmic: boolean): boolean {
  if (!logarithmic) return Number.isInteger(mark);
  const power = Math.log10(mark);
  return Math.abs(power - Math.round(power)) < 1e-9;
}

function seriesOf({ name, colour, kind }: Drawn): uPlot.Series {
  const shade = colourOf(colour);
  if (kind === "line")
    return {
      label: name,
      stroke: shade,
      width: 1.75,
      points: { show: true, filter: alone, size: 4, fill: shade, width: 0 },
    };
  return {
    label: name,
    fill: shade,
    width: 0,
    points: { show: false },
    ...(uPlot.paths.bars === undefined ? {} : { paths: uPlot.paths.bars({ size: [0.8, 40], radius: 0.1 }) }),
  };
}

/** A figure alone between gaps has no line: a dot shows it. */
function alone(plot: uPlot, column: number, show: boolean): number[] | null {
  if (!show) return null;
  const values = plot.data[column] ?? [];
  const known = (at: number): boolean => (values[at] ?? null) !== null;
  return [...values.keys()].filter((at) => known(at) && !known(at - 1) && !known(at + 1));
}
