/** The variables that a state sees: those assigned before it in its scope, and before the states around it. */
import type { Payload } from "./events";
import type { Visit } from "./visits";

export interface Variable {
  name: string;
  /** Its JSON text. */
  payload: Payload;
  assignedBy: Visit;
  /** Whether a scope around assigned it: it can be read here, not changed. */
  outer: boolean;
}

/** As they were when the visit began, by name. */
export function variablesAt(visit: Visit): Variable[] {
  const found = new Map<string, Variable>();
  let outer = false;
  let at: Visit | null = visit;
  while (at !== null) {
    for (let before: Visit | null = at.before; before !== null; before = before.before) collect(found, before, outer);
    at = at.parent;
    outer = true;
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The latest assignment counts, and those nearest are looked at first. */
function collect(found: Map<string, Variable>, visit: Visit, outer: boolean): void {
  for (const [name, payload] of Object.entries(visit.assigned ?? {})) {
    if (!found.has(name)) found.set(name, { name, payload, assignedBy: visit, outer });
  }
}
