/** What is wrong with a text that should be JSON: where, and in words. */
import { parse, type ParseError, printParseErrorCode } from "jsonc-parser";

export interface Mistake {
  from: number;
  to: number;
  text: string;
}

const WORDS: Record<string, string> = {
  InvalidSymbol: "This is no JSON value: texts stand in double quotes; true, false and null are the only words.",
  InvalidNumberFormat: "This is no number as JSON writes them.",
  PropertyNameExpected: "A name in double quotes belongs here.",
  ValueExpected: "A value belongs here.",
  ColonExpected: "A colon belongs between a name and its value.",
  CommaExpected: "A comma belongs between this and what stands before it.",
  CloseBraceExpected: "A } is missing.",
  CloseBracketExpected: "A ] is missing.",
  EndOfFileExpected: "The JSON has ended before this.",
  InvalidCommentToken: "JSON has no comments.",
  UnexpectedEndOfComment: "JSON has no comments.",
  UnexpectedEndOfString: "The closing quote is missing.",
  UnexpectedEndOfNumber: "This number is not finished.",
  InvalidUnicode: "After \\u belong four hexadecimal digits.",
  InvalidEscapeCharacter: 'Only \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u may follow a backslash.',
  InvalidCharacter: "This character must be written with a backslash: \\n for a new line, \\t for a tab.",
};

/** Nothing is wrong with a text that has nothing in it yet. At most ten: the others mostly follow from the first. */
export function mistakesIn(text: string): Mistake[] {
  if (text.trim() === "") return [];
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    return [{ from: 0, to: text.length, text: "This is nested too deeply." }];
  }
  return errors.slice(0, 10).map(({ error, offset, length }) => ({
    from: Math.min(offset, text.length),
    to: Math.min(offset + Math.max(length, 1), text.length),
    text: WORDS[printParseErrorCode(error)] ?? "This is not JSON.",
  }));
}
