import { describe, expect, it } from "vitest";
import { definitionOf } from "./definition";
import { orderAt, SAMPLE } from "./sample";

describe("the first workflow", () => {
  it("leads from each state to one that is there", () => {
    const { root, states, byName } = definitionOf(SAMPLE.definition);
    expect(states.map(({ name }) => name)).toEqual([
      "Set the table",
      "Cook",
      "Knead",
      "Bake",
      "Stir the sauce",
      "Serve",
    ]);
    const targets = [root.startAt, ...states.flatMap(({ transitions }) => transitions.map(({ to }) => to))];
    expect(targets.filter((name) => name === null || !byName.has(name))).toEqual([]);
  });

  it("is written for the server that the page came from", () =>
    expect(orderAt("http://10.0.0.7:8083")).toContain('stepwell.connect("http://10.0.0.7:8083")'));
});
