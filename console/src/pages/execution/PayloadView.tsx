/** A text that an event carries; its whole, where the stream brought the beginning only. */
import { JsonView } from "../../parts/JsonView";
import type { Payload } from "../../model/events";
import { wholeOf } from "./wholeOf";

export interface PayloadViewProps {
  label: string;
  execution: string;
  payload: Payload | null;
}

export function PayloadView({ label, execution, payload }: PayloadViewProps) {
  if (payload === null) return null;
  const { text, bytes, truncated } = payload;
  const whole = (): Promise<string> => wholeOf(execution, payload);
  return <JsonView label={label} text={text} bytes={bytes} truncated={truncated} onWhole={whole} />;
}
