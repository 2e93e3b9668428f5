/** The time, as everything on the page that shows how long ago something was sees it: one clock for all. */
import { useSyncExternalStore } from "react";

const TICK = 1_000; // ms
const listeners = new Set<() => void>();
let now = Date.now() / 1000;
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (ticking === undefined) {
    now = Date.now() / 1000;
    ticking = setInterval(tick, TICK);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticking);
    ticking = undefined;
  };
}

function tick(): void {
  now = Date.now() / 1000;
  listeners.forEach((listener) => listener());
}

/** What `shown` makes of the time (seconds): rendered anew only when that changes. */
export function useNow<Shown extends string | number>(shown: (now: number) => Shown): Shown {
  return useSyncExternalStore(subscribe, () => shown(now));
}
