import { expect, test } from "vitest";
import { bytesOf, bytesText } from "./sizes";

test.each(["", "plain", "é", "€uro", "a😀b", "\ud800", "\udc00x", "日本\n"])(
  "%j has as many bytes as its UTF-8",
  (text) => {
    expect(bytesOf(text)).toBe(new TextEncoder().encode(text).length);
  },
);

test.each([
  [0, "0 B"],
  [1_023, "1023 B"],
  [1_024, "1 KiB"],
  [1_290, "1.3 KiB"],
  [262_144, "256 KiB"],
  [1_048_576, "1 MiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
