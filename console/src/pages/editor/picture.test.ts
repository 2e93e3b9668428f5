import { expect, test } from "vitest";
import { nextPicture } from "./picture";

const TWO = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}';
const names = (text: string, before = TWO) => {
  const { definition, old } = nextPicture(nextPicture(null, before), text);
  return [definition.states.map(({ name }) => name), old];
};

test("a text without mistakes is drawn as it is, also when states are gone", () => {
  expect(names('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}')).toEqual([["A"], false]);
});

test("a mistake that hides states leaves the picture as it was", () => {
  expect(names(TWO.replace('"Pass"', '"Pas'))).toEqual([["A", "B"], true]);
});

test("a mistake that makes states of fields leaves it so too", () => {
  expect(names(TWO.replace('"Type": "Succeed"}', '"Type": "Succeed", "" "Comment": {"a": 1}, "X": {}}'))).toEqual([
    ["A", "B"],
    true,
  ]);
});

test("a mistake that hides nothing does not keep the picture from being drawn", () => {
  expect(names(TWO.replace('"B": {', '"C": {"Type": "Pass" "End": true}, "B": {'))).toEqual([["A", "C", "B"], false]);
});

test("what is not drawn does not have the graph laid out anew", () => {
  const before = nextPicture(null, TWO);
  const text = TWO.replace('"Succeed"', '"Succeed", "Comment": "the end"');
  expect(nextPicture(before, text).graph).toBe(before.graph);
  expect(nextPicture(before, TWO.replace('"Pass"', '"Task", "Resource": "r"')).graph).not.toBe(before.graph);
});

test("a text with nothing in it has nothing to draw", () => {
  expect(nextPicture(null, "").graph.nodes).toEqual([]);
});
