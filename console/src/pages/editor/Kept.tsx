/** Says what became of changes that were not saved. */
import { Ago } from "../../parts/Ago";
import type { DraftState } from "./useDraft";
import styles from "./Editor.module.css";

export function Kept({ kept }: { kept: DraftState }) {
  const { restored, elsewhere, unkept, changed } = kept;
  return (
    <>
      {restored !== null && changed && (
        <div className={styles.kept} role="status">
          <span>
            These are changes that you had not saved, kept in this browser: the last from <Ago at={restored.at} />.
          </span>
          <button type="button" onClick={kept.settle}>
            Go on with them
          </button>
          <button type="button" onClick={kept.discard}>
            Discard them
          </button>
        </div>
      )}
      {elsewhere && (
        <div className={styles.kept} role="status">
          <span>
            Another definition has been saved meanwhile. The dialog that saves shows how yours differs from it.
          </span>
          <button type="button" onClick={kept.discard}>
            Take that one
          </button>
        </div>
      )}
      {unkept && (
        <div className={styles.kept} role="status">
          This browser keeps nothing: changes that are not saved are lost with the page.
        </div>
      )}
    </>
  );
}
