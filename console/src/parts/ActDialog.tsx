/** A window in which something is done: what is asked for it, the call that it is, and the button that makes it. */
import type { ReactNode } from "react";
import type { Operation } from "../api/aws";
import type { Operations } from "../api/operations";
import { useAct } from "../api/use";
import { CallToCopy } from "./CallToCopy";
import { Dialog } from "./Dialog";
import { Problem } from "./Problem";
import { useActKey } from "./useActKey";
import { useReasonNotToAct } from "./useReasonNotToAct";
import styles from "./ActDialog.module.css";

export interface ActDialogProps<O extends Operation> {
  title: string;
  operation: O;
  input: Operations[O]["input"];
  region: string;
  actLabel: string;
  danger?: boolean;
  wide?: boolean;
  /** Why it cannot be done as things are: what is missing or wrong in what was typed. */
  reason?: string | null;
  children?: ReactNode;
  onDone: (answer: Operations[O]["output"]) => void;
  onClose: () => void;
}

export function ActDialog<O extends Operation>(props: ActDialogProps<O>) {
  const { title, operation, input, region, actLabel, danger = false, wide = false, children, onDone, onClose } = props;
  const act = useAct(operation, region);
  const forbidden = useReasonNotToAct();
  const reason = forbidden ?? props.reason ?? null;
  const may = reason === null && !act.isPending;
  const go = (): void => {
    if (may) act.mutate(input, { onSuccess: onDone });
  };
  useActKey(go);
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form
        className={styles.act}
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        {children}
        <CallToCopy operation={operation} input={{ ...input }} region={region} />
        <Problem problem={act.error} />
        <footer className={styles.foot}>
          <span className={styles.reason} role="status">
            {reason}
          </span>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button className={danger ? "danger" : "primary"} disabled={!may} title="Ctrl or ⌘ with Enter">
            {act.isPending ? "…" : actLabel}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
