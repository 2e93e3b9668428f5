import { expect, test } from "vitest";
import { mistakesIn } from "./mistakes";

test.each(["", "  \n", "{}", '{"a": [1, 2.5e3, "\\u00e9", null, true]}', "7"])("nothing is wrong with %j", (text) => {
  expect(mistakesIn(text)).toEqual([]);
});

test.each([
  ['{"a": tru}', 6, 9, /true, false and null/],
  ['{"a": 1 "b": 2}', 8, 11, /comma/],
  ['{"a": 1,}', 8, 9, /name in double quotes/],
  ["[1, 2", 5, 5, /] is missing/],
  ["{a: 1}", 1, 2, /double quotes/],
  ['// yes\n{"a": 1}', 0, 6, /no comments/],
])("in %j it stands where the mistake is", (text, from, to, words) => {
  const [first] = mistakesIn(text);
  expect([first?.from, first?.to]).toEqual([from, to]);
  expect(first?.text).toMatch(words);
});
