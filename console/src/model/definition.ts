/**
 * A definition's text as scopes and states, as far as it is written: one that is wrong or half typed can be drawn too.
 *
 * A scope is the states from one StartAt: the machine's own, a branch of a Parallel, a Map's processor. A transition never
 * leaves its scope.
 */
import { condition } from "./conditions";
import { type Json, type JsonObject, isObject, listOf, stringOf, tolerant } from "./json";
import { distributed, failure, note, retries } from "./notes";
import { pointerTo } from "./pointer";

export type Language = "JSONPath" | "JSONata";
export type TransitionKind = "next" | "choice" | "default" | "catch";

export interface Transition {
  kind: TransitionKind;
  /** Name of a state of the same scope, if there is one of that name. */
  to: string;
  /** A rule's condition or a catcher's errors in words; "" where nothing is to be said. */
  label: string;
  /** JSON pointer to the text that names the target. */
  pointer: string;
}

export interface State {
  name: string;
  /** JSON pointer into the definition, and the state's id. */
  pointer: string;
  /** As written: "" where there is none yet. */
  type: string;
  language: Language;
  comment: string;
  /** What a person wants to know besides: the resource, how long, each of what. */
  note: string;
  /** Its Retry in words, a line each Retrier. */
  retries: string;
  distributed: boolean;
  transitions: Transition[];
  /** Whether it says `"End": true`, or is of a type that ends. */
  ends: boolean;
  /** A Parallel's branches, a Map's processor. */
  scopes: Scope[];
  /** The state that it is within; null outermost. */
  parent: State | null;
  /** The state as it is written. */
  raw: JsonObject;
}

export interface Scope {
  pointer: string;
  startAt: string | null;
  comment: string;
  language: Language;
  /** In the definition's order. */
  states: State[];
}

export interface Definition {
  root: Scope;
  /** All states, those of inner scopes behind the state they are in. */
  states: State[];
  /** The first state of each name: names are unique over a whole machine. */
  byName: ReadonlyMap<string, State>;
  byPointer: ReadonlyMap<string, State>;
}

/** More are not read: nobody could look at them. */
export const MOST_STATES = 2_000;
/** Scopes within scopes; deeper ones are left out. */
const DEEPEST = 25;

/** Never fails; a text with nothing in it has no states. */
export function definitionOf(text: string): Definition {
  return read(tolerant(text));
}

export function read(raw: Json | undefined): Definition {
  const states: State[] = [];
  const root = scopeOf(raw, "", "JSONPath", null, 0, states);
  const byName = new Map<string, State>();
  for (const state of states) if (!byName.has(state.name)) byName.set(state.name, state);
  return { root, states, byName, byPointer: new Map(states.map((state) => [state.pointer, state])) };
}

function scopeOf(
  raw: Json | undefined,
  pointer: string,
  outer: Language,
  parent: State | null,
  depth: number,
  all: State[],
): Scope {
  const given = isObject(raw) ? raw : {};
  const language = depth === 0 ? languageOf(given, outer) : outer;
  const scope: Scope = {
    pointer,
    startAt: stringOf(given["StartAt"]),
    comment: stringOf(given["Comment"]) ?? "",
    language,
    states: [],
  };
  const states = isObject(given["States"]) ? given["States"] : {};
  for (const [name, state] of Object.entries(states)) {
    if (all.length >= MOST_STATES) break;
    scope.states.push(stateOf(name, state, pointerTo(pointer, "States", name), language, parent, depth, all));
  }
  return scope;
}

function stateOf(
  name: string,
  value: Json,
  pointer: string,
  outer: Language,
  parent: State | null,
  depth: number,
  all: State[],
): State {
  const raw = isObject(value) ? value : {};
  const language = languageOf(raw, outer);
  const type = stringOf(raw["Type"]) ?? "";
  const state: State = {
    name,
    pointer,
    type,
    language,
    comment: stringOf(raw["Comment"]) ?? "",
    note: note(raw),
    retries: retries(raw["Retry"]),
    distributed: type === "Map" && distributed(raw),
    transitions: transitionsOf(raw, type, pointer),
    ends: type === "Succeed" || type === "Fail" || (raw["End"] === true && type !== "Choice"),
    scopes: [],
    parent,
    raw,
  };
  all.push(state);
  if (depth < DEEPEST) {
    // Within a Parallel or Map, too, it is the machine's language that holds where nothing is said, never the state's.
    for (const [where, inner] of innerOf(raw, type)) {
      state.scopes.push(scopeOf(inner, pointerTo(pointer, ...where), outer, state, depth + 1, all));
    }
  }
  return state;
}

function languageOf(raw: JsonObject, outer: Language): Language {
  const named = raw["QueryLanguage"];
  return named === "JSONata" || named === "JSONPath" ? named : outer;
}

function innerOf(raw: JsonObject, type: string): [where: string[], scope: Json][] {
  if (type === "Parallel") return listOf(raw["Branches"]).map((branch, index) => [["Branches", String(index)], branch]);
  if (type !== "Map") return [];
  return ["ItemProcessor", "Iterator"].flatMap((name): [string[], Json][] => {
    const inner = raw[name];
    return isObject(inner) ? [[[name], inner]] : [];
  });
}

function transitionsOf(raw: JsonObject, type: string, pointer: string): Transition[] {
  const found: Transition[] = [];
  const add = (kind: TransitionKind, to: Json | undefined, label: string, ...where: string[]): void => {
    if (typeof to === "string") found.push({ kind, to, label, pointer: pointerTo(pointer, ...where) });
  };
  if (type === "Choice") {
    listOf(raw["Choices"]).forEach((rule, index) => {
      if (isObject(rule)) add("choice", rule["Next"], condition(rule), "Choices", String(index), "Next");
    });
    add("default", raw["Default"], "otherwise", "Default");
  } else if (type !== "Succeed" && type !== "Fail") {
    add("next", raw["Next"], "", "Next");
  }
  listOf(raw["Catch"]).forEach((catcher, index) => {
    if (isObject(catcher))
      add("catch", catcher["Next"], failure(catcher["ErrorEquals"]), "Catch", String(index), "Next");
  });
  return found;
}
