import { expect, test } from "vitest";
import { bytesOf, bytesText, payloadBytes, shareOf } from "./sizes";

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

test("a payload is as large as the server says, else as its text, if that is whole", () => {
  const payload = { text: "é", truncated: false, bytes: null, eventId: 1, member: "input" };
  expect(payloadBytes(payload)).toBe(2);
  expect(payloadBytes({ ...payload, truncated: true })).toBeNull();
  expect(payloadBytes({ ...payload, truncated: true, bytes: 5_000 })).toBe(5_000);
});

test("the share of the limit is told, and when it comes close", () => {
  expect(shareOf(0, 262_144)?.text).toBe("0 % of the limit");
  expect(shareOf(100, 262_144)?.text).toBe("under 1 % of the limit");
  expect(shareOf(262_143, 262_144)).toMatchObject({ text: "99 % of the limit", close: true });
  expect(shareOf(131_072, 262_144)).toMatchObject({ text: "50 % of the limit", close: false });
  expect(shareOf(5, null)).toBeNull();
});
