/** The model's completions as CodeMirror wants them. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  startCompletion,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { type Completions, completionsAt, type LanguageTold, type Option } from "../../model/completion";

/** `told` is asked each time: the tables come after the editor. */
export function completes(told: () => LanguageTold | undefined): Extension {
  const source = ({ state, pos, explicit }: CompletionContext): CompletionResult | null => {
    const tables = told();
    const found = tables === undefined ? null : completionsAt(state.doc.toString(), pos, tables, explicit);
    if (found === null) return null;
    const behind = found.replace.to - pos; // what is typed meanwhile stands before the cursor, and moves this along
    return {
      from: found.from,
      options: found.options.map((option) => entry(option, found, behind)),
      validFor: /^[\w.$:\- ]*$/,
    };
  };
  return autocompletion({ override: [source], icons: false });
}

const TYPES: Record<Option["kind"], string> = {
  field: "property",
  state: "class",
  value: "constant",
  function: "function",
  variable: "variable",
};

function entry(
  { label, kind, insert, cursor, detail, info, boost }: Option,
  found: Completions,
  behind: number,
): Completion {
  const before = found.from - found.replace.from;
  return {
    label,
    type: TYPES[kind],
    ...(detail !== undefined && { detail }),
    ...(info !== undefined && { info }),
    ...(boost !== undefined && { boost }),
    apply: (view: EditorView, _: Completion, from: number, to: number) => {
      const start = from - before;
      view.dispatch({
        changes: { from: start, to: Math.min(to + behind, view.state.doc.length), insert },
        selection: { anchor: start + (cursor ?? insert.length) },
        userEvent: "input.complete",
      });
      // Between quotes that are empty yet there is more to choose from.
      if (cursor !== undefined && insert.slice(cursor - 1, cursor + 1) === '""') startCompletion(view);
    },
  };
}
