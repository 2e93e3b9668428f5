/** Round moments between two times, in seconds: some `wanted` of them, never many more. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];

export function ticksOf(from: number, to: number, wanted = 6): number[] {
  const step = stepFor((to - from) / wanted);
  const ticks: number[] = [];
  for (let number = Math.ceil(from / step); number * step < to; number += 1) ticks.push(number * step);
  return ticks;
}

/** Decimal below a second and above a day, in between what clocks have. */
function stepFor(least: number): number {
  const clock = STEPS.find((step) => step >= least);
  if (clock !== undefined && least > 0.5) return clock;
  const unit = least > 86_400 ? 86_400 : 1;
  const power = 10 ** Math.floor(Math.log10(least / unit));
  return ([1, 2, 5, 10].find((factor) => factor * power * unit >= least) ?? 10) * power * unit;
}
