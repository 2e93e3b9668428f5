/** Ends an execution before its time, with an error and a cause to be read later. */
import { useState } from "react";
import { nameOf, regionOf } from "../api/aws";
import { ActDialog } from "./ActDialog";

export interface StopDialogProps {
  /** Its ARN. */
  execution: string;
  onClose: () => void;
}

export function StopDialog({ execution, onClose }: StopDialogProps) {
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  return (
    <ActDialog
      title={`Stop ${nameOf(execution)}`}
      operation="StopExecution"
      input={{ executionArn: execution, ...(error !== "" && { error }), ...(cause !== "" && { cause }) }}
      region={regionOf(execution)}
      actLabel="Stop it"
      danger
      onDone={onClose}
      onClose={onClose}
    >
      <p className="faint">
        It ends as aborted. Tasks that workers have are taken from them at their next heartbeat; what they have done
        stays done.
      </p>
      <label>
        Error, if you like
        <input value={error} maxLength={256} onChange={(event) => setError(event.target.value)} autoFocus />
      </label>
      <label>
        Cause, if you like
        <textarea rows={3} value={cause} maxLength={32_768} onChange={(event) => setCause(event.target.value)} />
      </label>
    </ActDialog>
  );
}
