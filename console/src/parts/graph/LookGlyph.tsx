/** How a state stands, as a small drawing: nobody must tell colours apart. */
import { LOOK_WORDS, type LookStatus } from "./look";
import styles from "../Graph.module.css";

const STROKES: Record<LookStatus, string> = {
  running: "M8.2 6.5l5.3 3.5-5.3 3.5z",
  waiting: "M7.5 7v6M12.5 7v6",
  succeeded: "M6 10.5l2.7 2.7L14 7.5",
  failed: "M7 7l6 6M13 7l-6 6",
  caught: "M12.5 7H9a2.75 2.75 0 0 0 0 5.5h3.5M10.5 10.5l2 2-2 2",
  aborted: "M6.5 10h7",
  "timed-out": "M10 6v5M10 14v.01",
};

export function LookGlyph({ status }: { status: LookStatus }) {
  return (
    <svg className={styles.glyph} data-look={status} width="18" height="18" viewBox="0 0 20 20" role="img">
      <title>{LOOK_WORDS[status]}</title>
      <circle cx="10" cy="10" r="9" />
      <path d={STROKES[status]} />
    </svg>
  );
}
