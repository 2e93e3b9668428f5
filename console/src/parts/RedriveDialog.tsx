/** Goes on with an execution that came to no good end, from the states that failed. */
import { useState } from "react";
import { nameOf, regionOf } from "../api/aws";
import { useCall } from "../api/use";
import { ActDialog } from "./ActDialog";

export interface RedriveDialogProps {
  /** Its ARN. */
  execution: string;
  onClose: () => void;
}

export function RedriveDialog({ execution, onClose }: RedriveDialogProps) {
  const { data } = useCall("DescribeExecution", { executionArn: execution }, regionOf(execution));
  const [clientToken] = useState(newToken);
  const not = data?.redriveStatus !== undefined && data.redriveStatus !== "REDRIVABLE";
  return (
    <ActDialog
      title={`Redrive ${nameOf(execution)}`}
      operation="RedriveExecution"
      input={{ executionArn: execution, clientToken }}
      region={regionOf(execution)}
      actLabel="Redrive it"
      reason={not ? (data.redriveStatusReason ?? "It cannot be redriven.") : null}
      onDone={onClose}
      onClose={onClose}
    >
      <p>
        States that succeeded keep their results. Those that failed, timed out or were aborted run again with the input
        they had, by the same definition.
      </p>
      {data?.redriveCount !== undefined && data.redriveCount > 0 && (
        <p className="faint">It has been redriven {data.redriveCount === 1 ? "once" : `${data.redriveCount} times`}.</p>
      )}
    </ActDialog>
  );
}

/** The same dialog redrives once, however often its button is pressed. crypto.randomUUID is not there over plain HTTP. */
function newToken(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
