/** The geometry of small drawings of figures without axes. */

export interface Size {
  width: number;
  height: number;
}

/** A bar a value: its left, top and height; the tallest fills the height, what is not nothing is at least a pixel. */
export function barsOf(
  values: readonly number[],
  { width, height }: Size,
  most = Math.max(0, ...values),
): { x: number; y: number; width: number; height: number }[] {
  const step = width / Math.max(1, values.length);
  return values.flatMap((value, at) => {
    if (value <= 0) return [];
    const tall = Math.max(1, (value / most) * height);
    return [{ x: at * step, y: height - tall, width: Math.max(0.5, step - 0.5), height: tall }];
  });
}

/** A line through the values as the `d` of a path; gaps stay gaps, and a value alone is a short stroke. */
export function lineOf(values: readonly (number | null)[], { width, height }: Size): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "";
  const least = Math.min(...known);
  const most = Math.max(...known);
  const step = width / Math.max(1, values.length);
  const level = (value: number): number =>
    most === least ? height / 2 : height - 1 - ((value - least) / (most - least)) * (height - 2);
  let d = "";
  values.forEach((value, at) => {
    if (value === null) return;
    const begins = (values[at - 1] ?? null) === null;
    const y = round(level(value));
    d += begins ? `M${round(at * step)} ${y}H${round(at * step + step)}` : `L${round(at * step + step / 2)} ${y}`;
  });
  return d;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
