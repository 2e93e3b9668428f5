/** What is being written, kept in this browser until it is saved: nothing is lost when the page is. */
import type { MachineType } from "../../api/operations";

export interface Draft {
  name: string;
  type: MachineType;
  roleArn: string;
  definition: string;
}

export interface KeptDraft extends Draft {
  /** When it was last changed: seconds since the epoch. */
  at: number;
  /** The definition that it began from: someone else may have saved another since. */
  base: string;
}

function keyOf(arn: string | null): string {
  return `stepwell.draft.${arn ?? "new"}`;
}

/** null: there is none, or none that can be read. */
export function keptDraft(arn: string | null): KeptDraft | null {
  const kept = localStorage.getItem(keyOf(arn));
  if (kept === null) return null;
  try {
    return { ...(JSON.parse(kept) as KeptDraft) };
  } catch {
    return null; // written by another version
  }
}

/** False: the browser's storage is full, or switched off. */
export function keepDraft(arn: string | null, draft: Draft, base: string): boolean {
  try {
    localStorage.setItem(keyOf(arn), JSON.stringify({ ...draft, base, at: Date.now() / 1000 } satisfies KeptDraft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(arn: string | null): void {
  localStorage.removeItem(keyOf(arn));
}
