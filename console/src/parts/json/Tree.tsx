/** JSON in folds: what is folded is not there at all, and long lists come in pieces. */
import { useState } from "react";
import { type Branch, folded, isBranch, type Leaf, type Member, type Tree as TreeModel } from "./parsed";
import styles from "../JsonView.module.css";

/** Members shown at once; the rest comes on demand. */
const PIECE = 100;
/** Characters of a string shown at once. */
const LONG = 1_000;

export interface TreeProps {
  value: TreeModel;
  /** How many levels are unfolded at first. */
  depth: number;
}

export function Tree({ value, depth }: TreeProps) {
  return (
    <ul className={styles.tree}>
      <Line member={{ name: null, value }} depth={depth} last />
    </ul>
  );
}

function Line({ member, depth, last }: { member: Member; depth: number; last: boolean }) {
  const { name, value } = member;
  const comma = last ? "" : ",";
  return (
    <li>
      {isBranch(value) && value.members.length > 0 ? (
        <Fold name={name} value={value} depth={depth} comma={comma} />
      ) : (
        <div className={styles.line}>
          <Name name={name} />
          {isBranch(value) ? folded(value) : <Plain value={value} />}
          {comma}
        </div>
      )}
    </li>
  );
}

interface FoldProps {
  name: string | null;
  value: Branch;
  depth: number;
  comma: string;
}

function Fold({ name, value, depth, comma }: FoldProps) {
  const [open, setOpen] = useState(depth > 0);
  const [shown, setShown] = useState(PIECE);
  const { kind, members } = value;
  const [left, right] = kind === "object" ? "{}" : "[]";
  const more = members.length - shown;
  return (
    <>
      <button type="button" className={styles.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Name name={name} />
        {open ? left : <span className={styles.folded}>{folded(value)}</span>}
        {!open && comma}
      </button>
      {open && (
        <>
          <ul>
            {members.slice(0, shown).map((member, number) => (
              <Line key={number} member={member} depth={depth - 1} last={number === members.length - 1} />
            ))}
            {more > 0 && (
              <li className={styles.line}>
                <button type="button" className={styles.more} onClick={() => setShown(shown + 10 * PIECE)}>
                  {more} more
                </button>
              </li>
            )}
          </ul>
          <div className={styles.line}>
            {right}
            {comma}
          </div>
        </>
      )}
    </>
  );
}

function Name({ name }: { name: string | null }) {
  if (name === null) return null;
  return (
    <>
      <span className={styles.name}>{JSON.stringify(name)}</span>
      {": "}
    </>
  );
}

function Plain({ value: { kind, text } }: { value: Leaf }) {
  const [whole, setWhole] = useState(text.length <= LONG);
  return (
    <>
      <span className={styles[kind]}>{whole ? text : text.slice(0, LONG)}</span>
      {!whole && (
        <button type="button" className={styles.more} onClick={() => setWhole(true)}>
          {text.length - LONG} more characters
        </button>
      )}
    </>
  );
}
