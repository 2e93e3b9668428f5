/** How large texts are, as Step Functions counts them: in bytes of UTF-8. */
import type { Payload } from "./events";

/** Counted, not encoded: payloads are large, and there are many. */
export function bytesOf(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    // A pair of surrogates is four bytes; a surrogate alone is sent as U+FFFD, three.
    if (code < 0x800) bytes += 1;
    else if (isHigh(code) && isLow(text.charCodeAt(at + 1))) {
      bytes += 2;
      at += 1;
    } else bytes += 2;
  }
  return bytes;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

/** `812 B`, `1.2 KiB`, `256 KiB`: the limits of Step Functions are in such units. */
export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const [size, unit] = bytes < 1_048_576 ? [bytes / 1_024, "KiB"] : [bytes / 1_048_576, "MiB"];
  return `${size < 10 ? size.toFixed(1).replace(".0", "") : Math.round(size)} ${unit}`;
}

/** Of the whole payload; null where it was cut and nobody said how large it is. */
export function payloadBytes(payload: Payload): number | null {
  return payload.bytes ?? (payload.truncated ? null : bytesOf(payload.text));
}

export interface Share {
  /** From 0; over 1 beyond the limit. */
  share: number;
  text: string;
  /** Whether somebody should look: above four fifths. */
  close: boolean;
}

/** How much of the limit this is; null without one. Rounded so that it never reads as all of it before it is. */
export function shareOf(bytes: number, limit: number | null): Share | null {
  if (limit === null || limit <= 0) return null;
  const share = bytes / limit;
  const percent = share < 1 ? Math.min(99, Math.round(share * 100)) : Math.round(share * 100);
  const text = share > 0 && percent < 1 ? "under 1 % of the limit" : `${percent} % of the limit`;
  return { share, text, close: share > 0.8 };
}
