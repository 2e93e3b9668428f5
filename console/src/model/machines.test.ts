import { describe, expect, it } from "vitest";
import type { MachineFigures, Series } from "../api/reads";
import { type Order, type Wanted, wantedMachines } from "./machines";

const EMPTY: Series = {
  seconds: 60,
  from: 0,
  started: [],
  succeeded: [],
  failed: [],
  p50: [],
  p95: [],
  complete: true,
};

function machine(name: string, region: string, part: Partial<Series> = {}, running = 0): MachineFigures {
  const stateMachineArn = `arn:aws:states:${region}:123456789012:stateMachine:${name}`;
  const type = name.startsWith("x") ? "EXPRESS" : "STANDARD";
  return { stateMachineArn, name, type, creationDate: 1, running, hour: { ...EMPTY, ...part }, day: EMPTY };
}

const MACHINES = [
  machine("xray", "us-east-1", { started: [9] }),
  machine("Pay", "eu-west-1", { started: [1, 2], failed: [2] }),
  machine("pack", "eu-west-1", { started: [3] }, 7),
];

const ALL: Wanted = { name: "", type: null, region: "all", order: "name", span: "hour" };
const names = (wanted: Partial<Wanted>): string[] =>
  wantedMachines(MACHINES, { ...ALL, ...wanted }).map(({ name }) => name);

describe("state machines", () => {
  it("are found by part of their names in any case", () => expect(names({ name: "PA" })).toEqual(["pack", "Pay"]));

  it("are those of a type", () => expect(names({ type: "EXPRESS" })).toEqual(["xray"]));

  it("are those of a region", () => expect(names({ region: "eu-west-1" })).toEqual(["pack", "Pay"]));

  it.each<[Order, string[]]>([
    ["name", ["pack", "Pay", "xray"]],
    ["started", ["xray", "pack", "Pay"]],
    ["failed", ["Pay", "pack", "xray"]],
    ["running", ["pack", "Pay", "xray"]],
  ])("are ordered by %s, equals by name", (order, ordered) => expect(names({ order })).toEqual(ordered));
});
