/** What changed between two JSON values: one line for each member that was added, removed or changed. */
import { type Json, isObject, strict } from "./json";
import { bytesOf } from "./sizes";

export interface Change {
  /** As a JSONPath: `$.order.lines[2].price`. */
  path: string;
  kind: "added" | "removed" | "changed";
  /** JSON texts; null where there is none. */
  before: string | null;
  after: string | null;
}

export interface Difference {
  changes: Change[];
  /** Changes that are not in the list, since it would be endless. */
  more: number;
  bytesBefore: number;
  bytesAfter: number;
}

const MOST = 2_000;

/** Null where one of the texts is no JSON (a cut payload): then nothing can be said. */
export function differenceOf(before: string, after: string): Difference | null {
  const [old, now] = [strict(before), strict(after)];
  if (old === undefined || now === undefined) return null;
  const changes = before === after ? [] : [...compared("$", old, now)];
  return {
    changes: changes.slice(0, MOST),
    more: Math.max(0, changes.length - MOST),
    bytesBefore: bytesOf(before),
    bytesAfter: bytesOf(after),
  };
}

function* compared(path: string, old: Json, now: Json): Generator<Change> {
  if (isObject(old) && isObject(now)) yield* members(path, old, now);
  else if (Array.isArray(old) && Array.isArray(now)) yield* items(path, old, now);
  else if (old !== now) yield { path, kind: "changed", before: JSON.stringify(old), after: JSON.stringify(now) };
}

function* members(
  path: string,
  old: Readonly<Record<string, Json>>,
  now: Readonly<Record<string, Json>>,
): Generator<Change> {
  for (const [name, value] of Object.entries(old)) {
    const at = path + memberPath(name);
    if (Object.hasOwn(now, name)) yield* compared(at, value, now[name] as Json);
    else yield removed(at, value);
  }
  for (const [name, value] of Object.entries(now))
    if (!Object.hasOwn(old, name)) yield added(path + memberPath(name), value);
}

/** What is the same at the beginning and at the end is left out first: so an item put in between is one line. */
function* items(path: string, old: readonly Json[], now: readonly Json[]): Generator<Change> {
  const texts = [old, now].map((list) => list.map((item) => JSON.stringify(item))) as [string[], string[]];
  const shorter = Math.min(old.length, now.length);
  let begin = 0;
  while (begin < shorter && texts[0][begin] === texts[1][begin]) begin += 1;
  let end = 0;
  while (end < shorter - begin && texts[0].at(-1 - end) === texts[1].at(-1 - end)) end += 1;
  const both = shorter - end;
  for (let index = begin; index < both; index += 1) {
    yield* compared(`${path}[${index}]`, old[index] as Json, now[index] as Json);
  }
  for (let index = both; index < old.length - end; index += 1) yield removed(`${path}[${index}]`, old[index] as Json);
  for (let index = both; index < now.length - end; index += 1) yield added(`${path}[${index}]`, now[index] as Json);
}

function added(path: string, value: Json): Change {
  return { path, kind: "added", before: null, after: JSON.stringify(value) };
}

function removed(path: string, value: Json): Change {
  return { path, kind: "removed", before: JSON.stringify(value), after: null };
}

function memberPath(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
