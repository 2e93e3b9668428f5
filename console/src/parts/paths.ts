/** Addresses of pages. ARNs need no encoding: names have none of the characters that addresses have a meaning for. */

export type MachineTab = "executions" | "definition" | "versions" | "start";

export function machinePath(arn: string, tab?: MachineTab): string {
  return tab === undefined ? `/machines/${arn}` : `/machines/${arn}/${tab}`;
}

export function editPath(arn: string): string {
  return `/machines/${arn}/edit`;
}

export type ExecutionTab = "graph" | "timeline" | "events" | "items";

/** `event`: the id of the event with which a state was entered, so that a link leads to this visit of it. */
export function executionPath(arn: string, tab: ExecutionTab = "graph", event?: number): string {
  const path = tab === "graph" && event === undefined ? `/executions/${arn}` : `/executions/${arn}/${tab}`;
  return event === undefined ? path : `${path}/${event}`;
}

/** `task`: its id in model/waiting.ts; without one all that wait. */
export function waitingPath(task?: string): string {
  return task === undefined ? "/waiting" : `/waiting?task=${encodeURIComponent(task)}`;
}
