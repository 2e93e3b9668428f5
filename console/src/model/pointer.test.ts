import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { membersOf, pointerAt, pointerTo, rangeOfDiagnostic, rangeOfPointer, stateAt } from "./pointer";

const TEXT = `{
  "StartAt": "a/b",
  "States": {
    "a/b": {"Type": "Task", "Retry": [{"MaxAttempts": -1}, {"ErrorEquals": []}], "Next": "X"},
    "X": {"Type": "Parallel", "Branches": [{"StartAt": "Y", "States": {"Y": {"Type": "Pass", "End": true}}}], "End": true}
  }
}`;

function at(location: string | null, message = ""): string | null {
  const range = rangeOfDiagnostic(TEXT, { location, message });
  return range === null ? null : TEXT.slice(range.from, range.to);
}

describe("a diagnostic's place", () => {
  it("is the value that it names", () => {
    expect(at("/States/a/b/Retry[0]/MaxAttempts")).toBe("-1");
    expect(at("/States/a~1b/Retry/0/MaxAttempts")).toBe("-1");
    expect(at("/States/X/Branches[0]/States/Y/Type")).toBe('"Pass"');
  });

  it("is the key of an object or a list, and only a bracket where there is none", () => {
    expect(at("/States/X")).toBe('"X"');
    expect(at("/States/a/b/Retry")).toBe('"Retry"');
    expect(at("/States/a/b/Retry[1]")).toBe("{");
    expect(at("/")).toBe("{");
  });

  it("is the field that the message tells of", () => {
    expect(at("/States/a/b", "Field 'Next' is not supported")).toBe('"Next"');
    expect(at("/States/a/b", "Field 'Gone' is not supported")).toBe('"a/b"');
  });

  it("is the nearest thing there is, where it is missing", () => {
    expect(at("/States/X/Next")).toBe('"X"');
    expect(at("/States/Gone/Type")).toBe('"States"');
  });

  it("is nowhere when nothing is said", () => {
    expect([at(null), at("")]).toEqual([null, null]);
  });

  it("never fails", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        (text, location) => void rangeOfDiagnostic(text, { location, message: "" }),
      ),
    );
  });
});

describe("pointers", () => {
  it("escape what they are made of", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (members) => {
        expect(membersOf(pointerTo("", ...members))).toEqual(members);
      }),
    );
  });

  it("lead to a range in the text and back", () => {
    const range = rangeOfPointer(TEXT, "/States/X/Branches/0/StartAt");
    expect(range && TEXT.slice(range.from, range.to)).toBe('"Y"');
    expect(range && pointerAt(TEXT, range.from + 1)).toBe("/States/X/Branches/0/StartAt");
    expect(rangeOfPointer(TEXT, "/States/Gone")).toBeNull();
  });

  it("tell which state a place is in, the innermost one", () => {
    expect(stateAt(TEXT, TEXT.indexOf("MaxAttempts"))).toBe("/States/a~1b");
    expect(stateAt(TEXT, TEXT.indexOf('"Pass"'))).toBe("/States/X/Branches/0/States/Y");
    expect(stateAt(TEXT, TEXT.indexOf("StartAt"))).toBeNull();
  });
});
