import { describe, expect, it } from "vitest";
import { absoluteText, agoText, clockText, durationText } from "./times";

describe("a length of time", () => {
  it.each([
    [0, "< 1 ms"],
    [-0.2, "< 1 ms"], // clocks of two machines
    [0.0124, "12 ms"],
    [0.9996, "1 s"],
    [1.234, "1.23 s"],
    [12.34, "12.3 s"],
    [20, "20 s"],
    [42.4, "42 s"],
    [59.6, "1 min"],
    [75, "1 min 15 s"],
    [3600, "1 h"],
    [10_920, "3 h 2 min"],
    [3 * 3600 - 1, "3 h"],
    [198_000, "2 d 7 h"],
  ])("of %d seconds is %s", (seconds, text) => expect(durationText(seconds)).toBe(text));
});

describe("a point in time", () => {
  it.each([
    [0.4, "just now"],
    [12.9, "12 s ago"],
    [3599, "59 min ago"],
    [7200, "2 h ago"],
    [86_400 * 3, "3 d ago"],
    [-90, "in 1 min"],
  ])("%d seconds back is %s", (past, text) => expect(agoText(1_000_000 - past, 1_000_000)).toBe(text));

  it("is told to the millisecond, with its zone", () =>
    expect(absoluteText(1_790_000_000.25, "UTC")).toBe("2026-09-21 14:13:20.250 UTC"));

  it("is short on an axis", () => expect(clockText(1_790_000_000, "UTC")).toBe("14:13"));
});
