/** Events of Parallel and Map states: their rounds, and the items of a Map. */
import { closeWithin, close, failUpwards, fault, openGroup, upTo } from "./ends";
import { type Details, type HistoryEvent, numberOf, textOf } from "./events";
import { type Place, failedOnItsWay } from "./places";
import { type Iteration, type Status, type Visit, forgive } from "./visits";

export function grouped(event: HistoryEvent, details: Details, before: Place): Place {
  const type = event.type.startsWith("Map") ? "Map" : "Parallel";
  const visit = openGroup(before.visit, type);
  if (visit === null || event.type.endsWith("Aborted")) {
    return failedOnItsWay(event, before);
  }
  const at = event.timestamp;
  visit.events.push(event.id);
  if (event.type.endsWith("Started")) {
    failUpwards(before.visit === visit ? null : before.visit, visit, at);
    closeWithin(visit, at, "aborted");
    begin(visit, event, type === "Map" ? (numberOf(details, "length") ?? 0) : null);
    return { visit, iteration: visit.iteration, opens: true };
  }
  const round = visit.rounds.at(-1);
  if (event.type.endsWith("Failed")) {
    const cause = before.visit;
    failUpwards(cause === visit ? null : cause, visit, at);
    closeWithin(visit, at, "aborted");
    // Why is told by the state within; where the Map itself went wrong, by the event before.
    fault(visit, cause?.error ?? null, cause?.cause ?? null, cause?.failureEventId ?? event.id);
  } else if (round !== undefined) {
    close(round, at, "succeeded");
  }
  return { visit, iteration: visit.iteration, opens: false };
}

function begin(visit: Visit, event: HistoryEvent, length: number | null): void {
  const last = visit.rounds.at(-1);
  forgive(visit);
  visit.rounds.push({
    number: visit.rounds.length + 1,
    status: "running",
    startedAt: event.timestamp,
    endedAt: null,
    eventId: event.id,
    length,
    iterations: [],
    visits: [],
    delay: last === undefined ? null : event.timestamp - (last.endedAt ?? last.startedAt),
  });
}

export function iterated(event: HistoryEvent, details: Details, before: Place): Place {
  const map = upTo(before.visit, textOf(details, "name"));
  const round = map?.rounds.at(-1);
  const index = numberOf(details, "index");
  if (map === null || round === undefined || index === null) return before;
  const at = event.timestamp;
  map.events.push(event.id);
  if (event.type === "MapIterationStarted") {
    const { id: eventId } = event;
    const iteration: Iteration = {
      index,
      status: "running",
      startedAt: at,
      endedAt: null,
      eventId,
      map,
      round,
      visits: [],
    };
    round.iterations[index] = iteration;
    return { visit: map, iteration, opens: true };
  }
  const iteration = round.iterations[index];
  if (iteration === undefined) return before;
  const failed = event.type === "MapIterationFailed";
  if (failed) failUpwards(before.visit, map, at);
  const left: Status = event.type === "MapIterationSucceeded" ? "succeeded" : failed ? "failed" : "aborted";
  for (const visit of iteration.visits) {
    closeWithin(visit, at, "aborted");
    close(visit, at, "aborted");
  }
  // failUpwards has closed the one that failed.
  iteration.status = left;
  iteration.endedAt = at;
  return { visit: before.visit, iteration, opens: false };
}

/** A distributed Map's items are executions of their own: there is one round without visits. */
export function mapRun(event: HistoryEvent, before: Place): Place {
  const visit = before.visit;
  if (visit === null) return before;
  visit.events.push(event.id);
  if (event.type === "MapRunStarted" && visit.rounds.length === 0) begin(visit, event, null);
  return { visit, iteration: visit.iteration, opens: false };
}
