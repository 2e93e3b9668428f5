/** Places in a JSON text: JSON pointers, and locations as diagnostics write them, to ranges of characters and back. */
import { type Node, getLocation, findNodeAtLocation } from "jsonc-parser";
import { treeOf } from "./json";

export interface Range {
  from: number;
  to: number;
}

/** The pointer to a member further in. */
export function pointerTo(pointer: string, ...members: string[]): string {
  return pointer + members.map((member) => `/${member.replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
}

export function membersOf(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .split("/")
    .slice(1)
    .map((member) => member.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** Where the value at a JSON pointer stands; null where there is none. */
export function rangeOfPointer(text: string, pointer: string): Range | null {
  const root = treeOf(text);
  const node = root === undefined ? undefined : nodeAt(root, membersOf(pointer));
  return node === undefined ? null : rangeOf(node);
}

function nodeAt(root: Node, members: readonly string[]): Node | undefined {
  let node: Node | undefined = root;
  for (const member of members) {
    if (node === undefined) return undefined;
    node = findNodeAtLocation(node, [node.type === "array" ? Number(member) : member]);
  }
  return node;
}

/**
 * Where a diagnostic of ValidateStateMachineDefinition is to be underlined. Its `location` is written as AWS does:
 * `/States/X/Retry[0]/MaxAttempts`; names are not escaped, so that one with `/` or `[0]` is found by trying. What names
 * something that is not there (a missing field) is the nearest thing around it; of objects and arrays the key is
 * underlined, since nobody wants a page in red. Null for a location that says nothing.
 */
export function rangeOfDiagnostic(
  text: string,
  { location, message }: { location?: string | null | undefined; message: string },
): Range | null {
  const root = treeOf(text);
  if (root === undefined || location === null || location === undefined || location === "") return null;
  const { node } = nearest(root, location);
  const field = /^(?:The QueryLanguage is set to '\w+', but f|F)ield '(.+?)' is (?:not|only) supported/.exec(
    message,
  )?.[1];
  const key = node.children?.find((property) => field !== undefined && property.children?.[0]?.value === field)
    ?.children?.[0];
  return key === undefined ? shown(node) : rangeOf(key);
}

interface Found {
  node: Node;
  /** How much of the location was understood. */
  depth: number;
}

function nearest(node: Node, rest: string): Found {
  let best: Found = { node, depth: 0 };
  for (const [inner, length] of inside(node, rest)) {
    const found = nearest(inner, rest.slice(length));
    if (found.depth + length > best.depth) best = { node: found.node, depth: found.depth + length };
  }
  return best;
}

/** The members or items whose name the rest of a location may begin with, and how long that is. */
function inside(node: Node, rest: string): [inner: Node, length: number][] {
  if (node.type === "array") {
    const index = /^(?:\/(\d+)|\[(\d+)\])(?=[/[]|$)/.exec(rest);
    const item = index === null ? undefined : node.children?.[Number(index[1] ?? index[2])];
    return index === null || item === undefined ? [] : [[item, index[0].length]];
  }
  if (node.type !== "object" || !rest.startsWith("/")) return [];
  const found: [Node, number][] = [];
  for (const property of node.children ?? []) {
    const name = String(property.children?.[0]?.value ?? "");
    const value = property.children?.[1];
    for (const written of new Set([name, name.replace(/~/g, "~0").replace(/\//g, "~1")])) {
      const follows = rest[written.length + 1];
      if (
        value !== undefined &&
        rest.startsWith(written, 1) &&
        (follows === undefined || follows === "/" || follows === "[")
      ) {
        found.push([value, written.length + 1]);
      }
    }
  }
  return found;
}

function shown(node: Node): Range {
  if (node.type !== "object" && node.type !== "array") return rangeOf(node);
  const key = node.parent?.type === "property" ? node.parent.children?.[0] : undefined;
  return key === undefined ? { from: node.offset, to: node.offset + 1 } : rangeOf(key);
}

function rangeOf(node: Node): Range {
  return { from: node.offset, to: node.offset + node.length };
}

/** The pointer to the value that a position in the text is in, as far as it is written. */
export function pointerAt(text: string, offset: number): string {
  try {
    return pointerTo("", ...getLocation(text, offset).path.map(String));
  } catch (problem) {
    if (problem instanceof RangeError) return "";
    throw problem;
  }
}

/** The pointer of the state that a position in the text is in; null outside of states. */
export function stateAt(text: string, offset: number): string | null {
  const members = membersOf(pointerAt(text, offset));
  let end = 0;
  // A state's name follows a `States` that stands where scopes have theirs.
  for (let at = 0; at + 1 < members.length && members[at] === "States";) {
    end = at + 2;
    at =
      end + (members[end] === "Branches" ? 2 : members[end] === "ItemProcessor" || members[end] === "Iterator" ? 1 : 0);
  }
  return end === 0 ? null : pointerTo("", ...members.slice(0, end));
}
