/** How a state looks in the graph, by what all its visits came to. */
import type { Look, LookStatus } from "../../parts/Graph";
import type { Summary } from "../../model/summary";
import { doing, type Status } from "../../model/visits";

const LOOKS: Record<Status, LookStatus> = {
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  caught: "caught",
  aborted: "aborted",
  timedOut: "timed-out",
};

const WAITS = new Set(["callback", "waiting", "queued", "betweenTries"]);

export function lookOf(summary: Summary): Look {
  const badge = badgeOf(summary);
  return { status: statusOf(summary), ...(badge === null ? {} : { badge }) };
}

/** What goes on is shown before what went wrong, and that before what went well. */
function statusOf({ open, failed, last }: Summary): LookStatus {
  if (open > 0) {
    const waits = doing(last);
    return open === 1 && waits !== null && WAITS.has(waits) ? "waiting" : "running";
  }
  return failed > 0 && last.status === "succeeded" && last.iteration !== null ? "failed" : LOOKS[last.status];
}

function badgeOf({ entered, retried, items }: Summary): string | null {
  if (items !== null) {
    const done = items.total - items.open - items.pending;
    return `${done.toLocaleString()}/${items.total.toLocaleString()}`;
  }
  if (entered > 1) return `×${entered.toLocaleString()}`;
  return retried > 0 ? `↻${retried}` : null;
}
