/** How long ago something was, or how soon it will be; pointing at it tells the time itself. */
import { absoluteText, agoText } from "../model/times";
import { useNow } from "./useNow";

/** `at`: seconds since the epoch. */
export function Ago({ at }: { at: number }) {
  const text = useNow((now) => agoText(at, now));
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={absoluteText(at)}>
      {text}
    </time>
  );
}
