/** An editor for JSON, loaded when it is first needed. */
import { lazy, Suspense } from "react";
import type { CodeEditorProps } from "./json/CodeEditor";
import styles from "./JsonEditor.module.css";

const CodeEditor = lazy(() => import("./json/CodeEditor"));

export interface JsonEditorProps extends CodeEditorProps {
  /** CSS; "100%" fills the element it stands in. */
  height?: string;
}

export function JsonEditor({ height = "12rem", ...props }: JsonEditorProps) {
  return (
    <div className={styles.editor} style={{ height }}>
      <Suspense fallback={<pre className={styles.before}>{props.value.slice(0, 10_000)}</pre>}>
        <CodeEditor {...props} />
      </Suspense>
    </div>
  );
}
