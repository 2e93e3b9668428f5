/** Which time figures are of: the last hour or the last day; kept in the address. */
import type { Span } from "../model/series";
import { Choice } from "./Choice";
import { useChoice } from "./useInAddress";

const SPANS = ["hour", "day"] as const;
const NAMES = [
  { value: "hour", name: "Last hour" },
  { value: "day", name: "Last day" },
] as const;

export function useSpan(): [Span, (span: Span) => void] {
  return useChoice("span", SPANS);
}

export function SpanChoice() {
  const [span, choose] = useSpan();
  return <Choice label="Figures of" value={span} options={NAMES} onChange={choose} />;
}
