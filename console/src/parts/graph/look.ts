/** How a state stands in an execution, as far as a graph shows it. */
export type LookStatus = "running" | "succeeded" | "failed" | "caught" | "aborted" | "timed-out" | "waiting";

export interface Look {
  /** null: not reached. */
  status: LookStatus | null;
  /** A few characters: "37/100", "×3". */
  badge?: string;
}

export const LOOK_WORDS: Record<LookStatus, string> = {
  running: "running",
  succeeded: "succeeded",
  failed: "failed",
  caught: "failed, and was caught",
  aborted: "aborted",
  "timed-out": "timed out",
  waiting: "waiting",
};
