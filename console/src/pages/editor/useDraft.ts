/** The draft of a machine: what is saved, what is written, and whether they differ. */
import { useEffect, useState } from "react";
import { type Draft, dropDraft, keepDraft, type KeptDraft, keptDraft } from "./draft";

const PAUSE = 400; // ms: storing a text of a megabyte at each key would be felt

export interface DraftState {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  /** Whether it differs from what is saved. */
  changed: boolean;
  /** What was taken up from an earlier visit; null once that has been settled. */
  restored: KeptDraft | null;
  /** Keep the restored draft, and say no more about it. */
  settle: () => void;
  /** Back to what is saved. */
  discard: () => void;
  /** Somebody else has saved another definition since this draft was begun. */
  elsewhere: boolean;
  /** The browser does not keep it. */
  unkept: boolean;
}

/** `saved`: as the server has it; for a new machine what one begins with. */
export function useDraft(arn: string | null, saved: Draft): DraftState {
  const [restored, setRestored] = useState(() => worthRestoring(keptDraft(arn), saved));
  const [draft, setDraft] = useState<Draft>(() => (restored === null ? saved : draftOf(restored)));
  const [unkept, setUnkept] = useState(false);
  const [base, setBase] = useState(restored?.base ?? saved.definition);
  const [known, setKnown] = useState(saved);
  if (differs(known, saved)) {
    // Another was saved. Where nothing was written here, or it was this one, it is the one to go on from.
    setKnown(saved);
    if (!differs(draft, known) || draft.definition === saved.definition) setBase(saved.definition);
    if (!differs(draft, known)) setDraft(saved);
  }
  const changed = differs(draft, saved);

  useEffect(() => {
    const store = (): void => {
      if (changed) setUnkept(!keepDraft(arn, draft, base));
      else dropDraft(arn);
    };
    const later = setTimeout(store, PAUSE);
    const warn = (event: BeforeUnloadEvent): void => {
      if (!changed) return;
      store();
      event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      clearTimeout(later);
      window.removeEventListener("beforeunload", warn);
      store();
    };
  }, [arn, draft, base, changed]);

  return {
    draft,
    change: (part) => setDraft((before) => ({ ...before, ...part })),
    changed,
    restored,
    settle: () => setRestored(null),
    discard: () => {
      setDraft(saved);
      setBase(saved.definition);
      setRestored(null);
    },
    elsewhere: changed && base !== saved.definition,
    unkept,
  };
}

function worthRestoring(kept: KeptDraft | null, saved: Draft): KeptDraft | null {
  return kept !== null && differs(kept, saved) ? kept : null;
}

function draftOf({ name, type, roleArn, definition }: Draft): Draft {
  return { name, type, roleArn, definition };
}

function differs(one: Draft, other: Draft): boolean {
  return (["name", "type", "roleArn", "definition"] as const).some((member) => one[member] !== other[member]);
}
