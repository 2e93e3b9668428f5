/** How a visit is left: with an output, with variables, maybe by a Catch. */
import { close, closeWithin, failUpwards, upTo } from "./ends";
import { type Details, type HistoryEvent, type Payload, payloadOf, textOf } from "./events";
import { NOWHERE, type Place } from "./places";
import { GROUPS, type Visit, forgive } from "./visits";

export function exited(event: HistoryEvent, details: Details, before: Place): Place {
  const visit = upTo(before.visit, textOf(details, "name"));
  if (visit === null) return NOWHERE;
  const at = event.timestamp;
  visit.events.push(event.id);
  visit.exitEventId = event.id;
  visit.output = payloadOf(event, details, "output");
  visit.assigned = assignedBy(event, details);
  const caught = wasCaught(visit);
  if (caught) failUpwards(before.visit, visit, at);
  closeWithin(visit, at, "aborted");
  close(visit, at, caught ? "caught" : "succeeded");
  if (!caught) forgive(visit);
  return { visit, iteration: visit.iteration, opens: false };
}

/** Whether a Catch let the state be left: what it does was not done in the end. */
function wasCaught(visit: Visit): boolean {
  if (visit.type === "Task") return visit.failureEventId !== null || visit.tries.at(-1)?.status !== "succeeded";
  if (GROUPS.has(visit.type)) return visit.failureEventId !== null || visit.rounds.at(-1)?.status !== "succeeded";
  return false;
}

/** Characters that the server's live stream leaves of long texts. */
const CUTS: ReadonlySet<number> = new Set([256, 1_024]);

function assignedBy(event: HistoryEvent, details: Details): Visit["assigned"] {
  const values = details["assignedVariables"];
  if (typeof values !== "object" || values === null) return null;
  const about = details["assignedVariablesDetails"] as { truncated?: unknown } | undefined;
  const anyCut = about?.truncated === true;
  const found: Record<string, Payload> = Object.create(null) as Record<string, Payload>;
  for (const [name, text] of Object.entries(values)) {
    if (typeof text !== "string") continue;
    // Said of all together: those of the lengths that texts are cut to are meant.
    const truncated = anyCut && CUTS.has([...text].length);
    found[name] = { text, truncated, bytes: null, eventId: event.id, member: `assignedVariables.${name}` };
  }
  return found;
}
