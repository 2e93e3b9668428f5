/** A payload to be read: JSON in folds, anything else as text; its size, and a button that copies it. */
import { type ReactNode, useMemo, useState } from "react";
import { Copy } from "./Copy";
import { Problem } from "./Problem";
import { Tree } from "./json/Tree";
import { firstDepth, treeOf } from "./json/parsed";
import { bytesOf, bytesText } from "../model/sizes";
import styles from "./JsonView.module.css";

export interface JsonViewProps {
  /** Its heading. */
  label: string;
  text: string;
  /** Of the whole, in UTF-8; counted where it is not told. */
  bytes?: number | null | undefined;
  /** `text` is only its beginning. */
  truncated?: boolean | undefined;
  /** Fetches the whole. */
  onWhole?: (() => Promise<string>) | undefined;
  /** Beside the size. */
  beside?: ReactNode;
}

export function JsonView({ label, text, bytes, truncated = false, onWhole, beside }: JsonViewProps) {
  const [whole, setWhole] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [fetching, setFetching] = useState(false);
  const shown = whole ?? text;
  const cut = truncated && whole === null;
  const fetchWhole = async (): Promise<void> => {
    setFetching(true);
    try {
      setWhole((await onWhole?.()) ?? text);
      setProblem(null);
    } catch (refusal) {
      setProblem(refusal);
    } finally {
      setFetching(false);
    }
  };
  return (
    <section className={styles.view} aria-label={label}>
      <header className={styles.head}>
        <h3>{label}</h3>
        <Size text={shown} bytes={bytes} cut={cut} />
        {beside}
        <Copy text={shown} label={`Copy ${label.toLowerCase()}`} />
      </header>
      <Payload key={whole === null ? "" : "whole"} text={shown} cut={cut} />
      {cut && (
        <div className={styles.cut}>
          <span>This is its beginning.</span>
          {onWhole !== undefined && (
            <button type="button" disabled={fetching} onClick={() => void fetchWhole()}>
              Show all of it
            </button>
          )}
        </div>
      )}
      <Problem problem={problem} />
    </section>
  );
}

function Size({ text, bytes, cut }: { text: string; bytes: number | null | undefined; cut: boolean }) {
  const size = useMemo(() => bytes ?? (cut ? null : bytesOf(text)), [text, bytes, cut]);
  if (size === null) return null;
  return (
    <span className={styles.size} title={`${size.toLocaleString("en")} bytes`}>
      {bytesText(size)}
    </span>
  );
}

function Payload({ text, cut }: { text: string; cut: boolean }) {
  const tree = useMemo(() => (cut ? null : treeOf(text)), [text, cut]);
  if (tree === null) return <Plain text={text} />;
  return (
    <div className={styles.body}>
      <Tree value={tree} depth={firstDepth(tree)} />
    </div>
  );
}

/** Characters that a browser lays out without being felt. */
const PIECE = 20_000;

function Plain({ text }: { text: string }) {
  const [shown, setShown] = useState(PIECE);
  return (
    <div className={styles.body}>
      <pre className={styles.plain} tabIndex={0}>
        {text.slice(0, shown)}
      </pre>
      {text.length > shown && (
        <button type="button" className={styles.more} onClick={() => setShown(shown * 5)}>
          {(text.length - shown).toLocaleString("en")} more characters
        </button>
      )}
    </div>
  );
}
