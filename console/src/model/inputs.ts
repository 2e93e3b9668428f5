/** Inputs to begin with: what a definition reads of its execution's input, each with a value of the kind it is read as. */
import type { Definition, State } from "./definition";
import { isObject, type Json, type JsonObject } from "./json";

/** An example as text, indented; `{}` for a definition that reads nothing of its input. */
export function exampleOf(definition: Definition): string {
  const example: JsonObject = {};
  for (const { path, value } of readsOf(definition)) put(example, path, value);
  return JSON.stringify(example, null, 2);
}

interface Read {
  path: string[];
  /** An example of what is read there. */
  value: Json;
}

function readsOf(definition: Definition): Read[] {
  const untouched = withInput(definition);
  return definition.states.flatMap((state) => {
    const found: Read[] = [];
    collect(state.raw, state.language === "JSONata", untouched.has(state), found);
    return found;
  });
}

/** The states that are given the execution's own input: those before the first that makes something else of it. */
function withInput({ root }: Definition): ReadonlySet<State> {
  const reached = new Set<State>();
  const next = [root.startAt];
  while (next.length > 0) {
    const name = next.pop();
    const state = root.states.find((one) => one.name === name);
    if (state === undefined || reached.has(state)) continue;
    reached.add(state);
    if (keepsInput(state)) next.push(...state.transitions.map(({ to }) => to));
    else next.push(...state.transitions.filter(({ kind }) => kind === "catch").map(({ to }) => to));
  }
  return reached;
}

function keepsInput({ type, language, raw }: State): boolean {
  if (raw["Output"] !== undefined || raw["OutputPath"] !== undefined) return false;
  if (type === "Choice" || type === "Wait") return raw["InputPath"] === undefined;
  if (type === "Pass" && (language === "JSONata" || (raw["Result"] === undefined && raw["Parameters"] === undefined))) {
    return raw["InputPath"] === undefined;
  }
  const resultPath = raw["ResultPath"];
  return language === "JSONPath" && (resultPath === null || (typeof resultPath === "string" && resultPath !== "$"));
}

/** Fields of states that hold other states: these are looked at by themselves. */
const SCOPES: ReadonlySet<string> = new Set(["Branches", "ItemProcessor", "Iterator"]);

function collect(value: Json, jsonata: boolean, untouched: boolean, found: Read[]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, jsonata, untouched, found);
    return;
  }
  if (!isObject(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (SCOPES.has(name)) continue;
    if (typeof inner !== "string") collect(inner, jsonata, untouched, found);
    else if (jsonata) found.push(...expressionReads(inner, name, untouched));
    else found.push(...pathReads(inner, name, value, untouched));
  }
}

const MEMBERS = String.raw`((?:\.(?:[A-Za-z_]\w*|${"`[^`]+`"}))+)`;
const EXPRESSION = new RegExp(
  String.raw`\$states\.(context\.Execution\.Input|input)${MEMBERS}(\s*(?:[<>]=?|[-+*/])?\s*)`,
  "g",
);

function expressionReads(text: string, field: string, untouched: boolean): Read[] {
  if (!text.trim().startsWith("{%")) return [];
  return [...text.matchAll(EXPRESSION)].flatMap(([, root, members, operator]) => {
    if (root === "input" && !untouched) return [];
    const path = (members ?? "")
      .slice(1)
      .split(".")
      .map((name) => name.replaceAll("`", ""));
    return [{ path, value: operator?.trim() ? 1 : (BY_FIELD.get(field) ?? "text") }];
  });
}

const PATH = /(\$\$\.Execution\.Input|\$)((?:\.[A-Za-z_][\w-]*|\['[^']+'\])+)(\[[^\]]*\])?/g;
const FILTERED_MEMBER = /\.([\w-]+)|\['([^']+)'\]/g;

function pathReads(text: string, field: string, around: JsonObject, untouched: boolean): Read[] {
  if (!text.startsWith("$") && !text.startsWith("States.")) return [];
  return [...text.matchAll(PATH)].flatMap(([, root, members, index]) => {
    if (root === "$" && !untouched) return [];
    const path = [...(members ?? "").matchAll(FILTERED_MEMBER)].map(([, plain, quoted]) => plain ?? quoted ?? "");
    if (field === "ResultPath") return [];
    return [{ path, value: index === undefined ? valueOf(field, around) : ["text"] }];
  });
}

const BY_FIELD: ReadonlyMap<string, Json> = new Map<string, Json>([
  ["ItemsPath", [{}]],
  ["Items", [{}]],
  ["SecondsPath", 5],
  ["Seconds", 5],
  ["TimeoutSecondsPath", 60],
  ["TimeoutSeconds", 60],
  ["HeartbeatSecondsPath", 30],
  ["MaxConcurrencyPath", 2],
  ["TimestampPath", "2030-01-01T00:00:00Z"],
  ["Timestamp", "2030-01-01T00:00:00Z"],
]);

/** A rule's operand tells what its variable may be: the very value it compares with, for one that is equal. */
function valueOf(field: string, around: JsonObject): Json {
  const known = BY_FIELD.get(field);
  if (known !== undefined) return known;
  if (field !== "Variable") return "text";
  for (const [name, operand] of Object.entries(around)) {
    if (name.startsWith("Numeric")) return typeof operand === "number" ? operand : 1;
    if (name.startsWith("Boolean") || name === "IsBoolean") return true;
    if (name.startsWith("Timestamp") || name === "IsTimestamp") return "2030-01-01T00:00:00Z";
    if (name === "IsNumeric") return 1;
    if (name === "StringMatches") return String(operand).replaceAll("*", "text");
    if (name.startsWith("String") && typeof operand === "string" && !name.endsWith("Path")) return operand;
  }
  return "text";
}

/** What is read more closely wins: of `$.order` and `$.order.total` the second says more. */
function put(target: JsonObject, path: readonly string[], value: Json): void {
  let at = target;
  for (const [depth, name] of path.entries()) {
    const there = Object.hasOwn(at, name) ? at[name] : undefined;
    if (Array.isArray(there)) return; // it is walked as a list elsewhere
    if (depth === path.length - 1) {
      if (there === undefined || (there === "text" && value !== "text")) set(at, name, value);
      return;
    }
    const inner = isObject(there) ? there : {};
    if (inner !== there) set(at, name, inner);
    at = inner;
  }
}

/** A member called `__proto__` is one like others. */
function set(target: JsonObject, name: string, value: Json): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
