/** The text of a definition: completed, underlined where it is wrong, and in step with the graph. */
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import type { Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { applyEdits, format } from "jsonc-parser";
import { useEffect, useMemo, useRef, useState } from "react";
import type { LanguageTold } from "../../model/completion";
import { type Range, rangeOfPointer, stateAt } from "../../model/pointer";
import { JsonEditor } from "../../parts/JsonEditor";
import { completes } from "./completes";
import type { Problems } from "./useProblems";
import styles from "./Editor.module.css";

/** What others can do with the editor: show a place in it. */
export interface DefinitionView {
  showPointer: (pointer: string) => void;
  showRange: (range: Range) => void;
  view: EditorView | null;
  setView: (view: EditorView | null) => void;
}

export function useDefinitionView(): DefinitionView {
  const [view, setView] = useState<EditorView | null>(null);
  return useMemo(
    () => ({
      view,
      setView,
      showPointer: (pointer) => {
        const range = view === null ? null : rangeOfPointer(view.state.doc.toString(), pointer);
        if (
          view === null ||
          range === null ||
          stateAt(view.state.doc.toString(), view.state.selection.main.head) === pointer
        )
          return;
        view.dispatch({
          selection: { anchor: range.from + 1 },
          effects: EditorView.scrollIntoView(range.from, { y: "start", yMargin: 60 }),
        });
      },
      showRange: ({ from, to }) => {
        if (view === null) return;
        const end = view.state.doc.length;
        view.dispatch({
          selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
          effects: EditorView.scrollIntoView(Math.min(from, end), { y: "center" }),
        });
        view.focus();
      },
    }),
    [view],
  );
}

export interface DefinitionEditorProps {
  value: string;
  onChange: (text: string) => void;
  told: LanguageTold | undefined;
  troubles: Problems;
  /** The state that the cursor has come to: its pointer. */
  onState: (pointer: string | null) => void;
  view: DefinitionView;
}

/** Milliseconds that the cursor rests before the graph follows it. */
const REST = 120;

export function DefinitionEditor({ value, onChange, told, troubles, onState, view }: DefinitionEditorProps) {
  const latest = useRef({ told, onState });
  useEffect(() => {
    latest.current = { told, onState };
  });
  const [extensions] = useState((): Extension => {
    let resting: ReturnType<typeof setTimeout> | undefined;
    return [
      completes(() => latest.current.told),
      lintGutter(),
      keymap.of([{ key: "Shift-Alt-f", run: tidy }]),
      EditorView.updateListener.of((update) => {
        if (!update.selectionSet || !update.view.hasFocus) return;
        clearTimeout(resting);
        const { state } = update;
        resting = setTimeout(
          () => latest.current.onState(stateAt(state.doc.toString(), state.selection.main.head)),
          REST,
        );
      }),
    ];
  });

  const shown = view.view;
  useEffect(() => {
    if (shown === null || shown.state.doc.toString() !== troubles.text) return; // it has been typed on
    const found = troubles.troubles.map(({ from, to, severity, text }) => ({ from, to, severity, message: text }));
    shown.dispatch(setDiagnostics(shown.state, found));
  }, [shown, troubles.troubles, troubles.text]);

  return (
    <div className={styles.definition}>
      <JsonEditor
        label="Definition"
        value={value}
        onChange={onChange}
        lints={false}
        extensions={extensions}
        onView={view.setView}
        height="100%"
      />
      <div className={styles.keys}>
        <span>
          <kbd>Ctrl</kbd> <kbd>Space</kbd> completes
        </span>
        <button type="button" className="quiet" disabled={shown === null} onClick={() => shown !== null && tidy(shown)}>
          Tidy up <kbd>⇧ Alt F</kbd>
        </button>
      </div>
    </div>
  );
}

/** Indents the text anew, and changes nothing else in it. */
function tidy(view: EditorView): boolean {
  const text = view.state.doc.toString();
  const tidied = applyEdits(text, format(text, undefined, { tabSize: 2, insertSpaces: true }));
  if (tidied !== text) view.dispatch({ changes: { from: 0, to: text.length, insert: tidied } });
  return true;
}
