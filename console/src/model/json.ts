/** JSON as values, read tolerantly: a text that is half typed gives what it has so far. */
import { type Node, getNodeValue, parseTree } from "jsonc-parser";

export type Json = null | boolean | number | string | Json[] | JsonObject;

export interface JsonObject {
  [member: string]: Json;
}

const TOLERANT = { allowTrailingComma: true, allowEmptyContent: true, disallowComments: false } as const;

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

export function stringOf(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

export function numberIn(value: Json | undefined): number | null {
  return typeof value === "number" ? value : null;
}

/** What a text that need not be right says; undefined where there is nothing, or where it is nested beyond all sense. */
export function tolerant(text: string): Json | undefined {
  const root = treeOf(text);
  // By way of the tree, whose objects have no prototype: a member called __proto__ is one like any other.
  return root === undefined ? undefined : recursing(() => getNodeValue(root) as Json);
}

/** The same as a tree with places in the text. */
export function treeOf(text: string): Node | undefined {
  return recursing(() => parseTree(text, [], TOLERANT));
}

/** The parser is recursive: undefined where the stack is at its end. */
function recursing<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (problem) {
    if (problem instanceof RangeError) return undefined;
    throw problem;
  }
}

/** What a text that should be JSON says; undefined for one that is none. */
export function strict(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
