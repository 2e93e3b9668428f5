/** CodeMirror for JSON, as a React part: what is typed is told, what is given from outside replaces it. */
import { json } from "@codemirror/lang-json";
import { type Diagnostic, linter, lintGutter } from "@codemirror/lint";
import { Compartment, type Extension, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { styleNonce } from "../nonce";
import { mistakesIn } from "./mistakes";
import { setup } from "./setup";
import { pageTheme } from "./theme";

export interface CodeEditorProps {
  value: string;
  onChange: (text: string) => void;
  /** What a screen reader calls it. */
  label: string;
  /** Ctrl or Cmd with Enter. */
  onAct?: () => void;
  hint?: string;
  readOnly?: boolean;
  autoFocus?: boolean;
  /** Besides: completion, problems that others find. Kept from the first time on. */
  extensions?: Extension;
  /** Whether it is looked after as JSON, red where it is none; on unless said otherwise. */
  lints?: boolean;
  /** Gives the view while it is there. */
  onView?: (view: EditorView | null) => void;
}

/** Fills the element it stands in. */
export default function CodeEditor(props: CodeEditorProps) {
  const { value, readOnly = false } = props;
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  const locks = useRef(new Compartment());
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    if (parent.current === null) return;
    const { value: doc, label, extensions = [], lints = true, hint, autoFocus } = latest.current;
    const made = new EditorView({
      doc,
      parent: parent.current,
      extensions: [
        EditorView.cspNonce.of(styleNonce()),
        Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => (latest.current.onAct?.(), true) }])),
        extensions,
        setup,
        json(),
        pageTheme,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) latest.current.onChange(update.state.doc.toString());
        }),
        hint === undefined ? [] : placeholder(hint),
        lints ? [linter(strictly, { delay: 250 }), lintGutter()] : [],
        locks.current.of(lockOf(latest.current.readOnly ?? false)),
      ],
    });
    view.current = made;
    if (autoFocus) made.focus();
    latest.current.onView?.(made);
    return () => {
      latest.current.onView?.(null);
      made.destroy();
    };
  }, []);

  useEffect(() => {
    const made = view.current;
    if (made === null || made.state.doc.toString() === value) return;
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({ effects: locks.current.reconfigure(lockOf(readOnly)) });
  }, [readOnly]);

  return <div ref={parent} style={{ height: "100%", minHeight: 0 }} />;
}

/** What cannot be edited keeps its place among what keys reach: it is scrolled with them. */
function lockOf(readOnly: boolean): Extension {
  return readOnly ? [EditorView.editable.of(false), EditorView.contentAttributes.of({ tabindex: "0" })] : [];
}

function strictly({ state }: EditorView): Diagnostic[] {
  return mistakesIn(state.doc.toString()).map(({ from, to, text }) => ({ from, to, severity: "error", message: text }));
}
