import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differenceOf } from "./difference";

function told(before: unknown, after: unknown): string[] {
  const found = differenceOf(JSON.stringify(before), JSON.stringify(after));
  return (found?.changes ?? []).map(
    ({ path, kind, before: old, after: now }) => `${kind} ${path} ${old ?? ""}→${now ?? ""}`,
  );
}

describe("the difference of two JSON texts", () => {
  it("names what was added, removed and changed", () => {
    expect(told({ a: 1, b: { c: [1, 2] }, d: null }, { a: 2, b: { c: [1, 3], e: "x" }, "f g": {} })).toEqual([
      "changed $.a 1→2",
      "changed $.b.c[1] 2→3",
      'added $.b.e →"x"',
      "removed $.d null→",
      'added $["f g"] →{}',
    ]);
  });

  it("tells of a changed kind as one change", () => {
    expect(told({ a: [1] }, { a: { b: 1 } })).toEqual(['changed $.a [1]→{"b":1}']);
    expect(told(null, {})).toEqual(["changed $ null→{}"]);
  });

  it("knows an item put in between or at an end", () => {
    expect(told([1, 2, 3], [1, 9, 2, 3])).toEqual(["added $[1] →9"]);
    expect(told([1, 2, 3], [2, 3])).toEqual(["removed $[0] 1→"]);
    expect(told([{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }])).toEqual(["changed $[1].a 2→3"]);
  });

  it("says how large both are, in bytes", () => {
    expect(differenceOf('"é"', '"😀"')).toMatchObject({ bytesBefore: 4, bytesAfter: 6 });
  });

  it("has nothing to say of what is cut, or the same", () => {
    expect(differenceOf('{"a":', "{}")).toBeNull();
    expect(differenceOf("{}", " {}")?.changes).toEqual([]);
  });

  it("stops at what nobody could read", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => index);
    expect(differenceOf("[]", JSON.stringify(many))).toMatchObject({ more: 3_000, changes: { length: 2_000 } });
  });

  it("is empty for the same value, and only then", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
        expect(differenceOf(a, a)?.changes).toEqual([]);
        if (a !== b && told(one, other).length === 0) expect(JSON.parse(a)).toEqual(JSON.parse(b));
      }),
    );
  });
});
