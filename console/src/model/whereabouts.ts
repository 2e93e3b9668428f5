/** What kind of thing stands at a path of a definition: a state by its type, a Retrier, a rule; as far as it is written. */
import { isObject, type Json, stringOf } from "./json";

export type Path = readonly (string | number)[];

export const STATE_TYPES: readonly string[] = ["Task", "Pass", "Choice", "Wait", "Parallel", "Map", "Succeed", "Fail"];

type Step = (key: string | number) => string | null;

/** What each part of a definition holds, by the part's kind. Every state is "State" until its Type is known. */
const WITHIN: Readonly<Record<string, Step>> = {
  Machine: (key) => (key === "States" ? "States" : null),
  States: () => "State",
  State: (key) => PARTS[String(key)] ?? null,
  Branches: () => "Branch",
  Retriers: () => "Retrier",
  Catchers: () => "Catcher",
  Choices: () => "ChoiceRule",
  ChoiceRule: (key) => (key === "And" || key === "Or" ? "Choices" : key === "Not" ? "ChoiceRule" : null),
  Branch: (key) => (key === "States" ? "States" : null),
  ItemProcessor: (key) => (key === "States" ? "States" : key === "ProcessorConfig" ? "ProcessorConfig" : null),
  ItemReader: (key) => (key === "ReaderConfig" ? "ReaderConfig" : null),
};

const PARTS: Readonly<Record<string, string>> = {
  Branches: "Branches",
  ItemProcessor: "ItemProcessor",
  Iterator: "ItemProcessor",
  Retry: "Retriers",
  Catch: "Catchers",
  Choices: "Choices",
  ItemReader: "ItemReader",
  ItemBatcher: "ItemBatcher",
  ResultWriter: "ResultWriter",
};

/** The kind of what stands at a path; a state's is its Type. null: something a workflow's author is free in, or a list. */
export function kindOf(raw: Json | undefined, path: Path): string | null {
  const kind = partAt(path);
  if (kind === null || ["States", "Branches", "Retriers", "Catchers", "Choices"].includes(kind)) return null;
  if (kind !== "State") return kind;
  const state = valueAt(raw, path);
  const type = isObject(state) ? stringOf(state["Type"]) : null;
  return type !== null && STATE_TYPES.includes(type) ? type : "State";
}

function partAt(path: Path): string | null {
  let kind: string | null = "Machine";
  for (const key of path) kind = kind === null ? null : (WITHIN[kind]?.(key) ?? null);
  return kind;
}

function isScope(path: Path): boolean {
  return ["Machine", "Branch", "ItemProcessor"].includes(partAt(path) ?? "");
}

export function valueAt(raw: Json | undefined, path: Path): Json | undefined {
  let at = raw;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return undefined;
  }
  return at;
}

/** The path of the scope that something in a state belongs to. */
export function scopeAround(path: Path): Path {
  for (let end = path.length - 1; end >= 0; end--) {
    if (path[end] === "States" && isScope(path.slice(0, end))) return path.slice(0, end);
  }
  return [];
}
