/** The tries of a task: from the event that schedules one to the event that tells what came of it. */
import { type Details, type HistoryEvent, isFailureCut, numberOf, payloadOf, textOf } from "./events";
import { type Try, type TryStatus, type Visit, forgive } from "./visits";

const FAMILIES = ["LambdaFunction", "Activity", "Task"] as const;

const FAILURES: Readonly<Record<string, TryStatus>> = {
  Failed: "failed",
  TimedOut: "timedOut",
  ScheduleFailed: "failed",
  StartFailed: "failed",
  SubmitFailed: "failed",
};

/** Notes an event of one of the visit's tries; what is no event of a task changes nothing. */
export function takeTaskEvent(visit: Visit, event: HistoryEvent, details: Details): void {
  const family = FAMILIES.find((name) => event.type.startsWith(name));
  if (family === undefined) return;
  visit.events.push(event.id);
  const what = event.type.slice(family.length);
  if (what === "Scheduled") {
    visit.tries.push(scheduled(visit, event, details, family));
    forgive(visit);
    return;
  }
  const last = visit.tries.at(-1);
  if (last === undefined) return;
  last.events.push(event.id);
  const failure = FAILURES[what];
  if (failure !== undefined) failed(visit, last, event, details, failure);
  else if (what === "Started") started(last, event, details);
  else if (what === "Submitted") submitted(last, event, details);
  else if (what === "Succeeded") succeeded(last, event, details);
}

function scheduled(visit: Visit, event: HistoryEvent, details: Details, family: Try["family"]): Try {
  const before = visit.tries.at(-1);
  return {
    number: visit.tries.length + 1,
    status: "scheduled",
    scheduledAt: event.timestamp,
    startedAt: null,
    submittedAt: null,
    endedAt: null,
    eventId: event.id,
    events: [event.id],
    family,
    resource: resourceOf(details),
    region: textOf(details, "region"),
    arguments: payloadOf(event, details, family === "Task" ? "parameters" : "input"),
    submitted: null,
    result: null,
    error: null,
    cause: null,
    failureCut: false,
    worker: null,
    timeoutSeconds: numberOf(details, "timeoutInSeconds"),
    heartbeatSeconds: numberOf(details, "heartbeatInSeconds"),
    delay: before === undefined ? null : event.timestamp - (before.endedAt ?? before.scheduledAt),
    childExecutionArn: null,
  };
}

function resourceOf(details: Details): string {
  const service = textOf(details, "resourceType");
  const resource = textOf(details, "resource") ?? "";
  return service === null ? resource : `${service}:${resource}`;
}

function started(last: Try, event: HistoryEvent, details: Details): void {
  last.status = "started";
  last.startedAt = event.timestamp;
  last.worker = textOf(details, "workerName");
}

function submitted(last: Try, event: HistoryEvent, details: Details): void {
  last.status = "submitted";
  last.submittedAt = event.timestamp;
  last.submitted = payloadOf(event, details, "output");
  last.childExecutionArn ??= childOf(last);
}

function succeeded(last: Try, event: HistoryEvent, details: Details): void {
  last.status = "succeeded";
  last.endedAt = event.timestamp;
  last.result = payloadOf(event, details, "output");
  last.childExecutionArn ??= childOf(last);
}

function failed(visit: Visit, last: Try, event: HistoryEvent, details: Details, status: TryStatus): void {
  last.status = status;
  last.endedAt = event.timestamp;
  last.error = visit.error = textOf(details, "error");
  last.cause = visit.cause = textOf(details, "cause");
  last.failureCut = visit.failureCut = isFailureCut(details);
  visit.failureEventId = event.id;
}

/** Also found in a text that was cut: the answer of startExecution is short, and its ARN has no escapes. */
function childOf(last: Try): string | null {
  if (!last.resource.startsWith("states:startExecution") && !last.resource.includes("sfn:startExecution")) return null;
  const text = last.submitted?.text ?? last.result?.text ?? "";
  return /"executionArn"\s*:\s*"([^"\\]+)"/i.exec(text)?.[1] ?? null;
}
