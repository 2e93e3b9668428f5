import { describe, expect, it } from "vitest";
import { piecesOf } from "./excerpt";

describe("an excerpt", () => {
  it("is in pieces, those that were sought among them, in any case", () =>
    expect(piecesOf('…"id": "Order-7", "x": "order"…', "order")).toEqual([
      { text: '…"id": "', found: false },
      { text: "Order", found: true },
      { text: '-7", "x": "', found: false },
      { text: "order", found: true },
      { text: '"…', found: false },
    ]));

  it("takes what is sought literally", () =>
    expect(piecesOf("a.c abc $1", ".c")).toEqual([
      { text: "a", found: false },
      { text: ".c", found: true },
      { text: " abc $1", found: false },
    ]));

  it("is whole when nothing is sought", () => expect(piecesOf("abc", "")).toEqual([{ text: "abc", found: false }]));
});
