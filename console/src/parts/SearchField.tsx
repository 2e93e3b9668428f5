/** A field to filter by: what is typed takes effect when one pauses. */
import { type RefObject, useEffect, useState } from "react";
import { Icon } from "./Icon";
import styles from "./SearchField.module.css";

const PAUSE = 250; // ms

export interface SearchFieldProps {
  label: string;
  placeholder?: string;
  value: string;
  onChange: (value: string) => void;
  /** The field that / leads to. */
  input?: RefObject<HTMLInputElement | null>;
}

export function SearchField({ label, placeholder = label, value, onChange, input }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const [before, setBefore] = useState(value);
  if (value !== before) {
    setBefore(value);
    setTyped(value); // the address changed otherwise: a link, the way back
  }
  useEffect(() => {
    if (typed === value) return;
    const paused = setTimeout(() => onChange(typed), PAUSE);
    return () => clearTimeout(paused);
  }, [typed, value, onChange]);
  return (
    <span className={styles.field}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(typed);
          if (event.key === "Escape" && typed === "") event.currentTarget.blur();
        }}
      />
      {input !== undefined && typed === "" && <kbd>/</kbd>}
    </span>
  );
}
