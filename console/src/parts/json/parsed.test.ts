import { expect, test } from "vitest";
import { firstDepth, folded, LARGEST_TREE, treeOf } from "./parsed";

test("numbers keep every digit, and members that stand twice are there twice", () => {
  expect(treeOf('{"id": 12345678901234567890, "a": 1.50, "a": "x\\u0041"}')).toEqual({
    kind: "object",
    members: [
      { name: "id", value: { kind: "number", text: "12345678901234567890" } },
      { name: "a", value: { kind: "number", text: "1.50" } },
      { name: "a", value: { kind: "string", text: '"x\\u0041"' } },
    ],
  });
});

test.each(["", "{", "{'a': 1}", "[1,]", "undefined", "// no\n1"])("%j is not JSON", (text) => {
  expect(treeOf(text)).toBeNull();
});

test("a name that means something to JavaScript is a name like others", () => {
  expect(treeOf('{"__proto__": 1}')).toEqual({
    kind: "object",
    members: [{ name: "__proto__", value: { kind: "number", text: "1" } }],
  });
});

test("a large text, and one nested beyond all sense, have no tree", () => {
  expect(treeOf(`"${"x".repeat(LARGEST_TREE)}"`)).toBeNull();
  expect(treeOf("[".repeat(100_000) + "]".repeat(100_000))).toBeNull();
});

const depthOf = (value: unknown) => firstDepth(treeOf(JSON.stringify(value)) ?? { kind: "literal", text: "" });

test("small ones are unfolded whole, large ones at their outermost", () => {
  expect(depthOf({ a: { b: { c: [1] } } })).toBe(4);
  expect(depthOf(Array.from({ length: 50 }, (_, n) => ({ n, m: [n] })))).toBe(1);
  expect(depthOf(Array.from({ length: 5_000 }, (_, n) => n))).toBe(1);
  expect(depthOf("text")).toBe(0);
});

const foldedOf = (text: string) => {
  const tree = treeOf(text);
  return tree !== null && "members" in tree ? folded(tree) : null;
};

test("what is folded says what is in it", () => {
  expect([
    foldedOf("[]"),
    foldedOf("{}"),
    foldedOf("[1]"),
    foldedOf("[1, 2]"),
    foldedOf('{"a": 1, "b": 2}'),
    foldedOf('{"a": 1, "b": 2, "c": 3, "d": 4}'),
  ]).toEqual(["[]", "{}", "[ 1 item ]", "[ 2 items ]", "{ a, b }", "{ a, b, c, … }"]);
});
