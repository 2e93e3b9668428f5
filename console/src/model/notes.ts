/** What a drawing says about a state besides its name: the resource, how long, each of what, its Retry in words. */
import { UNKNOWN, jsonata, literal } from "./conditions";
import { type Json, type JsonObject, isObject, listOf, numberIn, stringOf } from "./json";

/** Names of errors in one line; the others are counted. */
const MOST_ERRORS = 3;

/** A few words, "" where the type says all. Never fails. */
export function note(state: JsonObject): string {
  const type = state["Type"];
  const tell = typeof type === "string" ? NOTES.get(type) : undefined;
  return tell === undefined ? "" : tell(state);
}

/** The errors of a Catch or Retry: `any error`, `Card.Declined, States.Timeout`. */
export function failure(names: Json | undefined): string {
  const found = listOf(names).filter((name) => typeof name === "string");
  if (found.includes("States.ALL")) return "any error";
  const more = found.length > MOST_ERRORS ? ` and ${found.length - MOST_ERRORS} more` : "";
  return found.slice(0, MOST_ERRORS).join(", ") + more || UNKNOWN;
}

/** A Retry in words: `any error: up to 3 times, after 2 s, each time 2 times as long`. A line each Retrier. */
export function retries(raw: Json | undefined): string {
  return listOf(raw).filter(isObject).map(retrier).join("\n");
}

function retrier(raw: JsonObject): string {
  // Defaults as the States Language gives them.
  const times = numberIn(raw["MaxAttempts"]) ?? 3;
  const errors = failure(raw["ErrorEquals"]);
  if (times === 0) return `${errors}: never again`;
  const factor = numberIn(raw["BackoffRate"]) ?? 2;
  const grows = factor !== 1 && times !== 1 ? `, each time ${factor} times as long` : "";
  const often = times === 1 ? "once" : `up to ${times} times`;
  return `${errors}: ${often}, after ${span(numberIn(raw["IntervalSeconds"]) ?? 1)}${grows}`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** `30 s`, `5 min`, `2 h`, `30 d`: only whole numbers of the larger units. */
export function span(seconds: number): string {
  const unit = UNITS.find(([size]) => seconds >= size && seconds % size === 0);
  return unit === undefined ? `${seconds} s` : `${seconds / unit[0]} ${unit[1]}`;
}

function taskNote(state: JsonObject): string {
  const resource = stringOf(state["Resource"]);
  if (resource === null) return "";
  const parts = resource.split(":");
  if (parts.length < 6) return jsonata(resource);
  const [service, rest] = [parts[2] ?? "", parts.slice(5).join(":")];
  if (service === "states") return rest.replace(/^aws-sdk:/, "").replace("activity:", "activity ");
  return `${service} ${rest.replace(/^function:/, "")}`;
}

function waitNote(state: JsonObject): string {
  const seconds = state["Seconds"];
  if (typeof seconds === "number") return span(seconds);
  if (seconds !== undefined) return `${jsonata(seconds)} seconds`;
  const path = stringOf(state["SecondsPath"]);
  if (path !== null) return `${path} seconds`;
  const until = state["Timestamp"] ?? state["TimestampPath"];
  return until === undefined ? "" : `until ${jsonata(until)}`;
}

function failNote(state: JsonObject): string {
  const error = state["Error"] ?? state["ErrorPath"];
  return error === undefined ? "" : jsonata(error);
}

function mapNote(state: JsonObject): string {
  return [distributed(state) ? "distributed" : "", items(state), atOnce(state)]
    .filter((part) => part !== "")
    .join(", ");
}

/** Whether a Map's iterations are executions of their own. */
export function distributed(state: JsonObject): boolean {
  const processor = state["ItemProcessor"];
  const settings = isObject(processor) ? processor["ProcessorConfig"] : undefined;
  return isObject(settings) && settings["Mode"] === "DISTRIBUTED";
}

function items(state: JsonObject): string {
  const reader = state["ItemReader"];
  if (isObject(reader)) {
    const resource = stringOf(reader["Resource"]);
    return resource === null ? "" : `each of ${resource.split(":::").at(-1) ?? ""}`;
  }
  const given = state["Items"];
  if (given !== undefined) return Array.isArray(given) ? `each of ${given.length} items` : `each of ${jsonata(given)}`;
  const path = stringOf(state["ItemsPath"]);
  return path === null ? "" : `each of ${path}`;
}

function atOnce(state: JsonObject): string {
  const most = state["MaxConcurrency"] ?? state["MaxConcurrencyPath"];
  if (most === undefined || most === 0) return "";
  if (most === 1) return "one at a time";
  return `${typeof most === "string" ? jsonata(most) : literal(most)} at once`;
}

const NOTES: ReadonlyMap<string, (state: JsonObject) => string> = new Map([
  ["Task", taskNote],
  ["Wait", waitNote],
  ["Fail", failNote],
  ["Map", mapNote],
]);
