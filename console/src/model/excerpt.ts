/** A text cut where something was found in it, so that the finds can be marked. */

export interface Piece {
  text: string;
  found: boolean;
}

/** All of `text` in pieces; finds in any case. Nothing is found by "". */
export function piecesOf(text: string, sought: string): Piece[] {
  if (sought === "") return [{ text, found: false }];
  // A regular expression, since lower case may have another length ("İ"), and places would not fit the text.
  const pattern = new RegExp(`(${sought.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "giu");
  return text
    .split(pattern)
    .map((piece, at) => ({ text: piece, found: at % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
