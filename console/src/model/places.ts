/** Which place an event has: the visit it belongs to, the Map item it is in, and whether it opens a scope. */
import { type HistoryEvent } from "./events";
import { failUpwards } from "./ends";
import { type Iteration, type Visit, isOpen } from "./visits";

export interface Place {
  visit: Visit | null;
  iteration: Iteration | null;
  /** Whether what follows is the first state of a scope: a branch of a Parallel, or a Map's iteration. */
  opens: boolean;
}

export const NOWHERE: Place = { visit: null, iteration: null, opens: false };

/** Siblings are stopped because this one failed; the events do not say which siblings. */
export function failedOnItsWay(event: HistoryEvent, before: Place): Place {
  if (before.visit !== null && isOpen(before.visit)) failUpwards(before.visit, before.visit.parent, event.timestamp);
  return { visit: before.visit, iteration: before.iteration, opens: false };
}
