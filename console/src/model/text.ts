/**
 * How wide a text will be, and where to break it: estimates, since fonts differ and the model knows no screen.
 *
 * The widths are those of a wide sans-serif; in others there is a little more room.
 */

const WIDTHS: readonly (readonly [chars: string, ems: number])[] = [
  ["ijl'|!.,:; \u00a0", 0.32],
  ["Ift[]()/\\-r", 0.4],
  ['"csvxyz*?JkL_', 0.57],
  ["aeghnopqubdFTE$0123456789", 0.64],
  ["ABCKPRSVXYZ&", 0.69],
  ["DGHNOQUw+<>=≤≥≠~^#", 0.83],
  ["mMW@%", 0.98],
];
const WIDTH: ReadonlyMap<string, number> = new Map(
  WIDTHS.flatMap(([chars, ems]) => [...chars].map((char): [string, number] => [char, ems])),
);
const OTHER = 0.7;
const WIDE = 1.1; // of East Asian letters and pictures
const BOLD = 1.08;
const PART = /[^._:/\-,]*[._:/\-,]*/g;

/** Of one line, in pixels, at a font size in pixels. */
export function widthOf(text: string, size: number, bold = false): number {
  let ems = 0;
  for (const char of text) ems += WIDTH.get(char) ?? otherWidth(char);
  return ems * size * (bold ? BOLD : 1);
}

function otherWidth(char: string): number {
  if (/\p{M}/u.test(char)) return 0;
  return /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u.test(char)
    ? WIDE
    : OTHER;
}

/** The text in at most so many lines no wider than `most`; what is left over ends in an ellipsis. */
export function wrap(text: string, size: number, most: number, lines: number, bold = false): string[] {
  const found: string[] = [];
  let line = "";
  for (const [space, piece] of pieces(text, size, most, bold)) {
    if (line !== "" && widthOf(line + space + piece, size, bold) > most) {
      found.push(line);
      line = piece;
    } else {
      line += (line === "" ? "" : space) + piece;
    }
  }
  found.push(line);
  if (found.length <= lines) return found;
  return [...found.slice(0, lines - 1), cut(found.slice(lines - 1).join(" "), size, most, bold)];
}

/** What stays together, and what stands before it: a word; where it is too wide for any line, parts of a name, or letters. */
function* pieces(text: string, size: number, most: number, bold: boolean): Generator<[space: string, piece: string]> {
  const fits = (piece: string): boolean => widthOf(piece, size, bold) <= most;
  for (const word of text.split(/\s+/).filter((found) => found !== "")) {
    let space = " ";
    for (const part of fits(word) ? [word] : (word.match(PART) ?? []).filter((found) => found !== "")) {
      for (const piece of fits(part) ? [part] : part) {
        yield [space, piece];
        space = "";
      }
    }
  }
}

function cut(line: string, size: number, most: number, bold: boolean): string {
  const chars = [...line];
  while (chars.length > 0 && widthOf(`${chars.join("")}…`, size, bold) > most) chars.pop();
  return `${chars.join("").trimEnd()}…`;
}
