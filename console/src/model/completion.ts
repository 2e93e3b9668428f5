/**
 * What can be written at a place of a definition: fields of what it is in, names of states, errors, resources, functions.
 * The tables are the server's (GET /console/language); where in the definition the cursor is, is worked out here.
 */
import { getLocation, type Location } from "jsonc-parser";
import { definitionOf, type Definition } from "./definition";
import { isObject, type Json, type JsonObject, listOf, stringOf, tolerant } from "./json";
import { stateAt } from "./pointer";
import { kindOf, type Path, scopeAround, STATE_TYPES, valueAt } from "./whereabouts";

export interface FieldTold {
  type: string;
  required: boolean;
  doc: string;
  languages: readonly string[];
  values?: readonly string[];
}

export interface LanguageTold {
  fields: Readonly<Record<string, Readonly<Record<string, FieldTold>>>>;
  errors: readonly string[];
  intrinsics: readonly string[];
  jsonata: readonly string[];
  resources: readonly string[];
}

export interface Option {
  /** What it is called: what has been typed so far is matched with it. */
  label: string;
  kind: "field" | "state" | "value" | "function" | "variable";
  /** What is written for it. */
  insert: string;
  /** Where the cursor stands in `insert` afterwards; behind it unless said. */
  cursor?: number;
  detail?: string;
  info?: string;
  /** More is nearer the top. */
  boost?: number;
}

export interface Completions {
  /** Where what has been typed so far begins. */
  from: number;
  /** What is replaced. */
  replace: { from: number; to: number };
  options: Option[];
}

/** null: nothing is known to belong there. `asked`: by a key; otherwise only what stands in quotes is completed. */
export function completionsAt(text: string, offset: number, told: LanguageTold, asked: boolean): Completions | null {
  const place = placeAt(text, offset);
  if (place === null || (!place.quoted && !asked)) return null;
  const found = place.location.isAtPropertyKey ? keys(place, told) : values(place, told);
  return found !== null && found.options.length > 0 ? found : null;
}

interface Place {
  text: string;
  offset: number;
  location: Location;
  raw: Json | undefined;
  /** The string that the cursor is in; none: at the cursor. Its quotes are within. */
  from: number;
  to: number;
  quoted: boolean;
  language: "JSONPath" | "JSONata";
  definition: Definition;
}

function placeAt(text: string, offset: number): Place | null {
  let location: Location;
  try {
    location = getLocation(text, offset);
  } catch {
    return null; // nested beyond all sense
  }
  const node = location.previousNode;
  const inside = node !== undefined && (node.type === "string" || node.type === "property") && node.offset < offset;
  // The scanner lets a text without a closing quote go on to the end of the line.
  const closed = inside && node.length > 1 && text[node.offset + node.length - 1] === '"';
  const end = node === undefined ? offset : closed ? node.offset + node.length : offset;
  const quoted = inside && text[node.offset] === '"' && offset <= (closed ? end - 1 : end);
  const [from, to] = quoted ? [node.offset, end] : [offset, offset];
  const mended = text.slice(0, from) + filler(text.slice(to), location.isAtPropertyKey) + text.slice(to);
  const definition = definitionOf(mended);
  const state = definition.byPointer.get(stateAt(text, offset) ?? "");
  return {
    text,
    offset,
    location,
    raw: tolerant(mended),
    from,
    to,
    quoted,
    language: state?.language ?? definition.root.language,
    definition,
  };
}

/** What is being typed, as something whole: a name without its value would hide all that stands behind it. */
function filler(behind: string, isName: boolean): string {
  if (isName) return /^\s*:/.test(behind) ? '""' : '"": 0,';
  return /^\s*(?:[,}\]]|$)/.test(behind) ? '""' : '"",';
}

// -- names of members --------------------------------------------------------------------------------------------------

function keys(place: Place, told: LanguageTold): Completions | null {
  const path = place.location.path.slice(0, -1);
  const around = valueAt(place.raw, path);
  const own = String(place.location.path.at(-1) ?? "");
  const named = /^\s*:/.test(place.text.slice(place.to)); // its value stands there already
  if (path.at(-1) === "States" && kindOf(place.raw, path.slice(0, -1)) !== null) {
    return completions(place, missingStates(place, path.slice(0, -1), named));
  }
  const kind = kindOf(place.raw, path);
  const fields = kind === null ? undefined : fieldsOf(kind, told);
  if (fields === undefined) return null;
  const there = isObject(around) ? Object.keys(around) : [];
  const options = Object.entries(fields)
    .filter(([name]) => name === own || !there.includes(name))
    .filter(([, { languages }]) => languages.length === 0 || languages.includes(place.language))
    .map(([name, field]) => fieldOption(name, field, named));
  return completions(place, options);
}

/** A state whose Type is not known has what any of them has; a branch and a processor what a machine has of states. */
function fieldsOf(kind: string, told: LanguageTold): Readonly<Record<string, FieldTold>> | undefined {
  if (kind === "State")
    return { Type: ANY_TYPE, ...Object.assign({}, ...STATE_TYPES.map((type) => told.fields[type])) };
  const own = told.fields[kind];
  if (own !== undefined || (kind !== "Branch" && kind !== "ItemProcessor")) return own;
  const machine = told.fields["Machine"] ?? {};
  return Object.fromEntries(
    ["StartAt", "States", "Comment"].flatMap((name) => (machine[name] ? [[name, machine[name]]] : [])),
  );
}

const ANY_TYPE: FieldTold = { type: "string", required: true, doc: "Which kind of state it is.", languages: [] };

const EMPTY: Readonly<Record<string, string>> = { string: '""', object: "{}", array: "[]", boolean: "true" };

function fieldOption(name: string, { type, required, doc }: FieldTold, named: boolean): Option {
  const value = named ? null : (EMPTY[type] ?? "");
  const insert = value === null ? JSON.stringify(name) : `${JSON.stringify(name)}: ${value}`;
  const within = value !== null && value.length === 2;
  return {
    label: name,
    kind: "field",
    insert,
    ...(within && { cursor: insert.length - 1 }),
    detail: required ? `${type}, required` : type,
    ...(doc !== "" && { info: doc }),
    boost: required ? 1 : 0,
  };
}

/** States that transitions name and that are not there yet. */
function missingStates(place: Place, scope: Path, named: boolean): Option[] {
  const raw = valueAt(place.raw, scope);
  const inner = isObject(raw) ? raw : {};
  const there = isObject(inner["States"]) ? inner["States"] : {};
  const wanted = new Set<string>();
  const start = stringOf(inner["StartAt"]);
  if (start !== null) wanted.add(start);
  for (const state of Object.values(there)) for (const to of targetsOf(state)) wanted.add(to);
  return [...wanted]
    .filter((name) => name !== "" && !Object.hasOwn(there, name))
    .map((name) => {
      const insert = named ? JSON.stringify(name) : `${JSON.stringify(name)}: { "Type": "" }`;
      return {
        label: name,
        kind: "state",
        insert,
        ...(!named && { cursor: insert.length - 3 }),
        detail: "not there yet",
      };
    });
}

function targetsOf(state: Json): string[] {
  if (!isObject(state)) return [];
  const inner = [...listOf(state["Choices"]), ...listOf(state["Catch"])].map((one) =>
    isObject(one) ? one["Next"] : undefined,
  );
  return [state["Next"], state["Default"], ...inner].filter((name) => typeof name === "string");
}

// -- values ------------------------------------------------------------------------------------------------------------

function values(place: Place, told: LanguageTold): Completions | null {
  const { path } = place.location;
  const written = place.quoted ? place.text.slice(place.from, place.to) : "";
  if (written.startsWith('"{%')) return words(place, expressionWords(place, told));
  const exact = exactValues(place, path, told);
  if (exact !== null && exact.length > 0) return completions(place, exact);
  const field = String(path.at(-1) ?? "");
  if (place.quoted && place.language === "JSONPath" && (field.endsWith(".$") || /Path$|^Variable$/.test(field))) {
    return words(place, pathWords(field.endsWith(".$") ? told.intrinsics : []));
  }
  return null;
}

function exactValues(place: Place, path: Path, told: LanguageTold): Option[] | null {
  const inList = typeof path.at(-1) === "number";
  const field = String(path.at(inList ? -2 : -1) ?? "");
  const around = path.slice(0, inList ? -2 : -1);
  const kind = kindOf(place.raw, around);
  if (kind === null) return null;
  if (field === "ErrorEquals" && inList)
    return [...ownErrors(place.definition), ...told.errors].map((name) => value(name));
  if (field === "StartAt") return stateNames(place, around);
  if (["Next", "Default"].includes(field)) return stateNames(place, scopeAround(around));
  if (field === "Type" && STATE_TYPES.includes(kind === "State" ? "Task" : kind))
    return STATE_TYPES.map((name) => value(name));
  if (field === "Resource" && kind === "Task") return told.resources.map((name) => value(name));
  const known = fieldsOf(kind, told)?.[field];
  if (known?.values !== undefined) return known.values.map((name) => value(name));
  if (known?.type === "boolean" && !place.quoted) return [{ label: "true", kind: "value", insert: "true" }];
  return null;
}

function value(name: string): Option {
  return { label: name, kind: "value", insert: JSON.stringify(name) };
}

function stateNames({ raw, definition, text, offset }: Place, scope: Path): Option[] {
  const around = valueAt(raw, [...scope, "States"]);
  const self = definition.byPointer.get(stateAt(text, offset) ?? "");
  return Object.entries(isObject(around) ? around : {})
    .filter(([name]) => name !== self?.name)
    .map(([name, state]) => {
      const type = isObject(state) ? stringOf(state["Type"]) : null;
      return { label: name, kind: "state", insert: JSON.stringify(name), ...(type !== null && { detail: type }) };
    });
}

function ownErrors({ states }: Definition): string[] {
  const named = states.flatMap(({ raw, type }) =>
    type === "Fail" && typeof raw["Error"] === "string" ? [raw["Error"]] : [],
  );
  return [...new Set(named)].filter((name) => !name.startsWith("{%"));
}

const CONTEXT = [
  "Execution.Id",
  "Execution.Input",
  "Execution.Name",
  "Execution.StartTime",
  "State.Name",
  "State.EnteredTime",
];
const TASK_CONTEXT = [
  "State.RetryCount",
  "StateMachine.Id",
  "StateMachine.Name",
  "Task.Token",
  "Map.Item.Index",
  "Map.Item.Value",
];

function expressionWords({ definition }: Place, told: LanguageTold): Option[] {
  return [
    ...["$states.input", "$states.result", "$states.errorOutput"].map(variable),
    ...[...CONTEXT, ...TASK_CONTEXT].map((name) => variable(`$states.context.${name}`)),
    ...assigned(definition).map((name) => ({ ...variable(`$${name}`), detail: "assigned", boost: 1 })),
    ...told.jsonata.map(aFunction),
  ];
}

function pathWords(intrinsics: readonly string[]): Option[] {
  return [
    ...["$", "$$", ...[...CONTEXT, ...TASK_CONTEXT].map((name) => `$$.${name}`)].map(variable),
    ...intrinsics.map(aFunction),
  ];
}

function assigned({ states }: Definition): string[] {
  const of = (raw: JsonObject): string[] => {
    const own = isObject(raw["Assign"]) ? Object.keys(raw["Assign"]) : [];
    return [
      ...own,
      ...[...listOf(raw["Catch"]), ...listOf(raw["Choices"])].flatMap((one) => (isObject(one) ? of(one) : [])),
    ];
  };
  return [...new Set(states.flatMap(({ raw }) => of(raw)).map((name) => name.replace(/\.\$$/, "")))];
}

function variable(name: string): Option {
  return { label: name, kind: "variable", insert: name };
}

function aFunction(name: string): Option {
  return { label: name, kind: "function", insert: `${name}()`, cursor: name.length + 1 };
}

function completions({ from, to, quoted }: Place, options: Option[]): Completions {
  return { from: quoted ? from + 1 : from, replace: { from, to }, options };
}

/** Of a string only the word before the cursor is replaced. */
function words({ text, offset }: Place, options: Option[]): Completions {
  const typed = /[$\w.]*$/.exec(text.slice(Math.max(0, offset - 200), offset))?.[0] ?? "";
  const from = offset - typed.length;
  return { from, replace: { from, to: offset }, options };
}
