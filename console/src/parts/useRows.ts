/** Keys in lists: j and k or the arrows go from row to row, Enter opens the row that has the focus, as links do. */
import { type RefCallback, useCallback, useEffect, useRef, useState } from "react";
import { isTyping } from "./isTyping";

const STEPS: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

export interface Rows {
  /** The id of the row that was gone to last. */
  chosen: string | null;
  /** For the link of each row. */
  linkOf: (id: string) => { ref: RefCallback<HTMLElement>; onFocus: () => void };
}

/** `ids` in their order; `show` brings the row at a place into view, where not all are drawn. */
export function useRows(ids: readonly string[], show?: (at: number) => void): Rows {
  const [chosen, setChosen] = useState<string | null>(null);
  const links = useRef(new Map<string, HTMLElement>());
  const wanted = useRef<string | null>(null);
  const latest = useRef({ ids, chosen, show });
  useEffect(() => {
    latest.current = { ids, chosen, show };
  });

  useEffect(() => {
    const step = (event: KeyboardEvent): void => {
      const by = STEPS[event.key];
      const onRow = [...links.current.values()].includes(document.activeElement as HTMLElement);
      // Arrows scroll the page, unless one is in the list already.
      if (by === undefined || isTyping(event) || (event.key.startsWith("Arrow") && !onRow)) return;
      const { ids, chosen, show } = latest.current;
      const at = Math.max(0, Math.min(ids.length - 1, ids.indexOf(chosen ?? "") + by));
      const id = ids[at];
      if (id === undefined) return;
      event.preventDefault();
      setChosen(id);
      show?.(at);
      const link = links.current.get(id);
      if (link === undefined) wanted.current = id;
      else link.focus();
    };
    document.addEventListener("keydown", step);
    return () => document.removeEventListener("keydown", step);
  }, []);

  const linkOf = useCallback(
    (id: string) => ({
      ref: (element: HTMLElement | null) => {
        if (element === null) return;
        links.current.set(id, element);
        if (wanted.current === id) {
          wanted.current = null;
          element.focus();
        }
        return () => void links.current.delete(id);
      },
      onFocus: () => setChosen(id),
    }),
    [],
  );
  return { chosen, linkOf };
}
