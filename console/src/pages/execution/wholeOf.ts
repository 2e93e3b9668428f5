/** The whole of a payload of which the stream may have brought the beginning only. */
import { read } from "../../api/reads";
import { detailsOf, type Payload } from "../../model/events";

export async function wholeOf(execution: string, payload: Payload): Promise<string> {
  if (!payload.truncated) return payload.text;
  let found: unknown = detailsOf(await read("event", { execution, id: payload.eventId }));
  for (const member of payload.member.split(".")) found = (found as Record<string, unknown>)[member];
  return String(found);
}
