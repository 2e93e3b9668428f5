import { describe, expect, test } from "vitest";
import { legible, tidied } from "./tidy";

describe("a text made legible", () => {
  test("has a line for each member, and its numbers as they were written", () => {
    expect(legible('{"a": 1.50, "b": [{}]}')).toBe('{\n  "a": 1.50,\n  "b": [\n    {}\n  ]\n}');
  });

  test("stays as it is when it has lines already", () => {
    const text = '{ "a": 1,\n "b": 2 }';
    expect(legible(text)).toBe(text);
    expect(tidied(text)).toBe('{\n  "a": 1,\n  "b": 2\n}');
  });
});
