/** What a state machine does: drawn, and as it was written. */
import type { EditorView } from "@codemirror/view";
import { useMemo, useRef, useState } from "react";
import { definitionOf } from "../../model/definition";
import { graphOf } from "../../model/graph";
import { strict } from "../../model/json";
import { rangeOfPointer } from "../../model/pointer";
import { Copy } from "../../parts/Copy";
import { Graph } from "../../parts/Graph";
import { JsonEditor } from "../../parts/JsonEditor";
import styles from "./Definition.module.css";

export function Definition({ text }: { text: string }) {
  const written = useMemo(() => indented(text), [text]);
  const graph = useMemo(() => graphOf(definitionOf(written)), [written]);
  const [selected, setSelected] = useState<string | null>(null);
  const view = useRef<EditorView>(null);
  const select = (path: string | null): void => {
    setSelected(path);
    const range = path === null ? null : rangeOfPointer(written, path);
    if (range === null || view.current === null) return;
    view.current.dispatch({ selection: { anchor: range.from, head: range.to } });
    const block = view.current.lineBlockAt(range.from);
    view.current.scrollDOM.scrollTo({ top: block.top - 8, behavior: "smooth" });
  };
  return (
    <div className={styles.definition}>
      <div className={`card ${styles.graph}`}>
        <Graph graph={graph} selected={selected} onSelect={select} />
      </div>
      <div className={styles.text}>
        <div className={styles.copy}>
          <Copy text={text} label="Copy the definition" />
        </div>
        <JsonEditor
          label="Definition"
          height="100%"
          value={written}
          onChange={() => {}}
          readOnly
          lints={false}
          onView={(made) => (view.current = made)}
        />
      </div>
    </div>
  );
}

/** One that came in a single line is laid out; one that somebody laid out is theirs. */
function indented(text: string): string {
  const value = text.trim().includes("\n") ? undefined : strict(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}
