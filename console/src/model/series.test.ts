import { describe, expect, it } from "vitest";
import type { MachineFigures, Series } from "../api/reads";
import { added, busiest, countText, failing, shareText, startsOf, totalsOf, usualDuration } from "./series";

function series(part: Partial<Series> = {}): Series {
  return {
    seconds: 60,
    from: 600,
    started: [0, 0],
    succeeded: [0, 0],
    failed: [0, 0],
    p50: [null, null],
    p95: [null, null],
    complete: true,
    ...part,
  };
}

function machine(name: string, hour: Partial<Series>): MachineFigures {
  const stateMachineArn = `arn:aws:states:eu-west-1:123456789012:stateMachine:${name}`;
  return { stateMachineArn, name, type: "STANDARD", creationDate: 1, running: 0, hour: series(hour), day: series() };
}

describe("totals", () => {
  it("say which share of what ended failed", () =>
    expect(totalsOf(series({ started: [3, 2], succeeded: [1, 2], failed: [0, 1] }))).toEqual({
      started: 5,
      succeeded: 3,
      failed: 1,
      failedShare: 0.25,
    }));

  it("know no share while nothing ended", () => expect(totalsOf(series()).failedShare).toBeNull());
});

describe("several series as one", () => {
  it("add up bucket by bucket, and are complete if all are", () =>
    expect(
      added([series({ started: [1, 2] }), series({ started: [10, 20], failed: [1, 0], complete: false })]),
    ).toEqual({
      seconds: 60,
      from: 600,
      started: [11, 22],
      succeeded: [0, 0],
      failed: [1, 0],
      complete: false,
    }));

  it("are nothing when there are none", () => expect(added([])).toBeNull());

  it("have buckets that begin one after the other", () => expect(startsOf(series())).toEqual([600, 660]));
});

describe("the usual duration", () => {
  it("is that of the bucket in which most ended", () =>
    expect(usualDuration(series({ p50: [1, 9], succeeded: [1, 4], failed: [0, 1] }))).toBe(9));

  it("is unknown while nothing ended", () => expect(usualDuration(series({ p50: [null, null] }))).toBeNull());
});

describe("machines", () => {
  const healthy = machine("healthy", { succeeded: [100, 100] });
  const often = machine("often", { failed: [2, 0] });
  const seldom = machine("seldom", { failed: [0, 2], succeeded: [50, 0] });
  const most = machine("most", { failed: [3, 0], succeeded: [10, 0] });

  it("that fail are ordered by how many failed, then by how often", () =>
    expect(failing([healthy, seldom, often, most], "hour").map(({ machine: { name } }) => name)).toEqual([
      "most",
      "often",
      "seldom",
    ]));

  it("that are busiest come first", () =>
    expect(busiest([often, seldom, healthy, machine("idle", {})], "hour", 2).map(({ name }) => name)).toEqual([
      "healthy",
      "seldom",
    ]));
});

describe("figures in words", () => {
  it.each([
    [0, "0"],
    [1234, "1,234"],
    [12_345, "12.3k"],
    [999_999, "1M"],
    [4_512_000, "4.5M"],
  ])("%d is %s", (count, text) => expect(countText(count)).toBe(text));

  it.each([
    [0, "0 %"],
    [0.0001, "< 0.1 %"],
    [0.003, "0.3 %"],
    [0.05, "5 %"],
    [0.256, "26 %"],
    [0.999, "> 99 %"],
    [1, "100 %"],
  ])("a share of %d is %s", (share, text) => expect(shareText(share)).toBe(text));
});
