import { describe, expect, it } from "vitest";
import { barsOf, lineOf } from "./spark";

const SIZE = { width: 30, height: 10 };

describe("bars", () => {
  it("fill the height with the tallest, and leave out what is nothing", () =>
    expect(barsOf([4, 0, 2], SIZE)).toEqual([
      { x: 0, y: 0, width: 9.5, height: 10 },
      { x: 20, y: 5, width: 9.5, height: 5 },
    ]));

  it("are seen however small", () => expect(barsOf([1, 1000], SIZE)[0]?.height).toBe(1));

  it("can be measured by what others reach", () => expect(barsOf([5], SIZE, 10)[0]?.height).toBe(5));

  it("are none where all is nothing", () => expect(barsOf([0, 0], SIZE)).toEqual([]));
});

describe("a line", () => {
  it("goes from the least to the most", () => expect(lineOf([1, 3], { width: 20, height: 10 })).toBe("M0 9H10L15 1"));

  it("has gaps where nothing is known", () => expect(lineOf([2, null, 2], SIZE)).toBe("M0 5H10M20 5H30"));

  it("is nothing of nothing", () => expect(lineOf([null], SIZE)).toBe(""));
});
