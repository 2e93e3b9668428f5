/** The conditions of Choice rules in words: `$.total > 100 and $.country is "NL"`. The words are those of `stepwell graph`. */
import { type Json, isObject } from "./json";

type Words = readonly [yes: string, no: string];

const RELATIONS: Readonly<Record<string, Words>> = {
  Equals: ["=", "≠"],
  LessThan: ["<", ""],
  GreaterThan: [">", ""],
  LessThanEquals: ["≤", ""],
  GreaterThanEquals: ["≥", ""],
};
const MOMENTS: Readonly<Record<string, Words>> = {
  Equals: ["is", "is not"],
  LessThan: ["is before", ""],
  GreaterThan: ["is after", ""],
  LessThanEquals: ["is not after", ""],
  GreaterThanEquals: ["is not before", ""],
};

/**
 * Words between a variable and its operand, and those for the opposite. Where there are none, "not (…)" says it:
 * the opposite of `<` is not `≥` for a value that is no number at all.
 */
const COMPARISONS: ReadonlyMap<string, Words> = new Map<string, Words>([
  ...Object.entries(RELATIONS).map(([name, words]): [string, Words] => [`Numeric${name}`, words]),
  ...Object.entries(RELATIONS).map(([name, words]): [string, Words] => [`String${name}`, words]),
  ...Object.entries(MOMENTS).map(([name, words]): [string, Words] => [`Timestamp${name}`, words]),
  ["StringEquals", ["is", "is not"]],
  ["BooleanEquals", ["is", "is not"]],
  ["StringMatches", ["matches", "does not match"]],
]);

const KINDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  ["IsPresent", ["is present", "is missing"]],
  ["IsNull", ["is null", "is not null"]],
  ["IsNumeric", ["is a number", "is not a number"]],
  ["IsString", ["is a string", "is not a string"]],
  ["IsBoolean", ["is a boolean", "is not a boolean"]],
  ["IsTimestamp", ["is a timestamp", "is not a timestamp"]],
]);

/** Stands for a part that is not written yet, or not as it should be. */
export const UNKNOWN = "…";

const DEEPEST = 20;

/** A rule's condition, in JSONata its text. Never fails: what cannot be told is an ellipsis. */
export function condition(rule: Json | undefined): string {
  if (!isObject(rule)) return UNKNOWN;
  return rule["Condition"] === undefined ? words(rule, 0, false) : jsonata(rule["Condition"]);
}

/** What stands between `{%` and `%}`, on one line; any other value as JSON. */
export function jsonata(text: Json): string {
  if (typeof text !== "string") return literal(text);
  const bare = text.trim().replace(/^\{%/, "").replace(/%\}$/, "");
  return bare.trim().split(/\s+/).join(" ") || UNKNOWN;
}

export function literal(value: Json): string {
  return JSON.stringify(value);
}

function words(rule: Json | undefined, depth: number, negated: boolean): string {
  if (!isObject(rule) || depth > DEEPEST) return UNKNOWN;
  if (rule["Not"] !== undefined) return words(rule["Not"], depth + 1, !negated);
  for (const name of ["And", "Or"]) {
    const parts = rule[name];
    if (parts === undefined) continue;
    const told = Array.isArray(parts) ? parts.map((part) => partOf(part, depth + 1)) : [];
    const joined = told.join(` ${name.toLowerCase()} `) || UNKNOWN;
    return negated ? `not (${joined})` : joined;
  }
  return comparison(rule, negated);
}

/** One of several parts: one that has parts itself stands in brackets. */
function partOf(rule: Json, depth: number): string {
  const told = words(rule, depth, false);
  return isObject(rule) && (Array.isArray(rule["And"]) || Array.isArray(rule["Or"])) ? `(${told})` : told;
}

function comparison(rule: Readonly<Record<string, Json>>, negated: boolean): string {
  const variable = typeof rule["Variable"] === "string" ? rule["Variable"] : UNKNOWN;
  for (const [name, value] of Object.entries(rule)) {
    const kind = KINDS.get(name);
    if (kind !== undefined) return `${variable} ${kind[(value === false) !== negated ? 1 : 0]}`;
    const told = COMPARISONS.get(name.replace(/Path$/, ""));
    if (told === undefined) continue;
    const operand = name.endsWith("Path") && typeof value === "string" ? value : literal(value);
    if (!negated) return `${variable} ${told[0]} ${operand}`;
    return told[1] === "" ? `not (${variable} ${told[0]} ${operand})` : `${variable} ${told[1]} ${operand}`;
  }
  return variable === UNKNOWN ? UNKNOWN : `${variable} ${UNKNOWN}`;
}
