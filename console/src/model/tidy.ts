/** JSON texts as people like to read them: indented anew, and nothing else in them changed. */
import { applyEdits, format } from "jsonc-parser";

export function tidied(text: string): string {
  return applyEdits(text, format(text, undefined, { tabSize: 2, insertSpaces: true }));
}

/** Programs write a definition on one line, which nobody can read; what has lines is left as it was written. */
export function legible(text: string): string {
  return text.trim().includes("\n") ? text : tidied(text);
}
