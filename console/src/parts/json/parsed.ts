/** JSON as it was written, to be shown: numbers keep every digit, and a member that stands twice is there twice. */
import { type Node, parseTree } from "jsonc-parser";

export interface Leaf {
  kind: "string" | "number" | "literal";
  /** As written, quotes and escapes with it. */
  text: string;
}

export interface Branch {
  kind: "object" | "array";
  members: Member[];
}

export type Tree = Leaf | Branch;

export interface Member {
  /** null in an array. */
  name: string | null;
  value: Tree;
}

/** Texts beyond this are shown as they are: a tree of them would take long, and nobody would walk it. */
export const LARGEST_TREE = 400_000;

/** null: the text is not JSON, or too large. */
export function treeOf(text: string): Tree | null {
  if (text.length > LARGEST_TREE) return null;
  try {
    JSON.parse(text); // what follows would make something of anything
    const root = parseTree(text);
    return root === undefined ? null : read(root, text);
  } catch {
    return null; // no JSON, or nested too deeply for a parser that calls itself
  }
}

function read(node: Node, text: string): Tree {
  if (node.type === "object") {
    const members = (node.children ?? []).map(({ children }): Member => {
      const [name, value] = children ?? [];
      return { name: String(name?.value), value: value === undefined ? NULL : read(value, text) };
    });
    return { kind: "object", members };
  }
  if (node.type === "array") {
    return { kind: "array", members: (node.children ?? []).map((item) => ({ name: null, value: read(item, text) })) };
  }
  const kind = node.type === "string" || node.type === "number" ? node.type : "literal";
  return { kind, text: text.slice(node.offset, node.offset + node.length) };
}

const NULL: Leaf = { kind: "literal", text: "null" };

/** Lines that the first look shows at most. */
const FIRST_LINES = 60;

/** How deep to unfold at first: as deep as fits into a few dozen lines, and the outermost always. */
export function firstDepth(tree: Tree): number {
  let level = [tree];
  let lines = 1;
  for (let depth = 0; depth < 12; depth++) {
    const inner = level.flatMap((one) => (isBranch(one) ? one.members.map(({ value }) => value) : []));
    lines += inner.length;
    if (inner.length === 0) return depth;
    if (lines > FIRST_LINES && depth > 0) return depth;
    level = inner;
  }
  return 12;
}

export function isBranch(tree: Tree): tree is Branch {
  return tree.kind === "object" || tree.kind === "array";
}

/** What a folded object or array says about itself: `{ id, total, … }`, `[ 12 items ]`. */
export function folded({ kind, members }: Branch): string {
  if (members.length === 0) return kind === "object" ? "{}" : "[]";
  if (kind === "array") return `[ ${members.length} ${members.length === 1 ? "item" : "items"} ]`;
  const names = members.slice(0, 3).map(({ name }) => (name ?? "").slice(0, 24));
  return `{ ${names.join(", ")}${members.length > 3 ? ", …" : ""} }`;
}
