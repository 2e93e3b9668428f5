import { expect, test } from "vitest";
import { hunksOf, lineChanges } from "./lines";

const shown = (before: string, after: string) =>
  lineChanges(before.replaceAll(" ", "\n"), after.replaceAll(" ", "\n")).map(
    ({ kind, text }) => ({ same: " ", removed: "-", added: "+" })[kind] + text,
  );

test.each([
  ["a b c", "a b c", [" a", " b", " c"]],
  ["a b c", "a x c", [" a", "-b", "+x", " c"]],
  ["a b c", "a c", [" a", "-b", " c"]],
  ["a c", "a b c", [" a", "+b", " c"]],
  ["a b c d", "b x d e", ["-a", " b", "-c", "+x", " d", "+e"]],
  ["a a", "a", [" a", "-a"]],
])("from %j to %j", (before, after, lines) => {
  expect(shown(before, after)).toEqual(lines);
});

test("texts that have very much apart are told as one taken away and another put in its place", () => {
  const long = (word: string) => Array.from({ length: 4_000 }, (_, n) => `${word}${n}`).join("\n");
  const changes = lineChanges(long("a"), long("b"));
  expect([changes.length, changes[0]?.kind, changes.at(-1)?.kind]).toEqual([8_000, "removed", "added"]);
});

test("far from a change lines are left out, and counted", () => {
  const before = Array.from({ length: 20 }, (_, n) => String(n)).join("\n");
  const hunks = hunksOf(lineChanges(before, before.replace("\n5\n", "\nX\n").replace("\n15\n", "\n")), 1);
  expect(hunks.map(({ skipped, lines }) => [skipped, lines.map(({ text }) => text)])).toEqual([
    [4, ["4", "5", "X", "6"]],
    [7, ["14", "15", "16"]],
  ]);
});
