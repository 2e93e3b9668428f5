import { describe, expect, it } from "vitest";
import { routingOf, splitOf, versionOf } from "./routing";

const [ONE, TWO] = ["1", "2"].map((version) => `arn:aws:states:eu-west-1:123456789012:stateMachine:pay:${version}`) as [
  string,
  string,
];

describe("an alias", () => {
  it("divides what is started between two versions", () =>
    expect(routingOf({ first: ONE, second: TWO, percent: 20 })).toEqual([
      { stateMachineVersionArn: ONE, weight: 80 },
      { stateMachineVersionArn: TWO, weight: 20 },
    ]));

  it.each([
    ["there is no second", { first: ONE, second: "", percent: 20 }, ONE],
    ["both are the same", { first: ONE, second: ONE, percent: 20 }, ONE],
    ["the second gets nothing", { first: ONE, second: TWO, percent: 0 }, ONE],
    ["the second gets all", { first: ONE, second: TWO, percent: 100 }, TWO],
  ])("leads to one version when %s", (_, split, only) =>
    expect(routingOf(split)).toEqual([{ stateMachineVersionArn: only, weight: 100 }]),
  );

  it("is read as it is written", () => {
    const split = { first: ONE, second: TWO, percent: 35 };
    expect(splitOf(routingOf(split))).toEqual(split);
    expect(splitOf(routingOf({ ...split, second: "" }))).toEqual({ first: ONE, second: "", percent: 0 });
  });

  it("calls versions by their numbers", () => expect(versionOf(TWO)).toBe("2"));
});
