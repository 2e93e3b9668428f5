/** A text with what was sought in it marked. */
import { useMemo } from "react";
import { piecesOf } from "../model/excerpt";
import styles from "./Marked.module.css";

export function Marked({ text, sought }: { text: string; sought: string }) {
  const pieces = useMemo(() => piecesOf(text, sought), [text, sought]);
  return pieces.map((piece, at) =>
    piece.found ? (
      <mark key={at} className={styles.found}>
        {piece.text}
      </mark>
    ) : (
      <span key={at}>{piece.text}</span>
    ),
  );
}
