/** How long something took, or takes so far. */
import { durationText } from "../model/times";
import { useNow } from "./useNow";

/** Seconds since the epoch; without `to` it goes on. */
export function Duration({ from, to }: { from: number; to?: number | undefined }) {
  const text = useNow((now) => (to === undefined ? soFar(now - from) : durationText(to - from)));
  return <span>{text}</span>;
}

/** In whole seconds: parts of one would flicker. */
function soFar(seconds: number): string {
  return seconds < 1 ? "0 s" : durationText(Math.floor(seconds));
}
