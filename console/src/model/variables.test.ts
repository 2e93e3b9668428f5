import { expect, it } from "vitest";
import { historyOf } from "./history";
import { recorded } from "./recorded";
import { variablesAt } from "./variables";
import type { Visit } from "./visits";

const history = historyOf(recorded("loop").events);

function seen(name: string, which: number): string[] {
  const visit = history.visits.filter((found) => found.name === name).at(which) as Visit;
  return variablesAt(visit).map(({ name: variable, payload, assignedBy, outer }) => {
    return `${variable} = ${payload.text} by ${assignedBy.name}${outer ? " outside" : ""}`;
  });
}

it("a state sees the variables assigned before it, as they were then", () => {
  expect(seen("Begin", 0)).toEqual([]);
  expect(seen("Again", 0)).toEqual(["round = 0 by Begin", 'who = "Ada" by Begin']);
  expect(seen("Again", 2)).toEqual(["round = 2 by Again", 'who = "Ada" by Begin']);
});

it("a state within a Map sees its own item's variables and those around", () => {
  expect(seen("Look", 1)).toEqual(["item = 8 by Inner", "round = 3 by Again outside", 'who = "Ada" by Begin outside']);
});

it("what was assigned within a Map is not seen after it", () => {
  expect(seen("Done", 0)).toEqual(["round = 3 by Again", "sum = 15 by Each", 'who = "Ada" by Begin']);
});
