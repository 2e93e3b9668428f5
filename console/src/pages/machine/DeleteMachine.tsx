/** Deletes a state machine once its name has been typed: nothing brings it back. */
import { useState } from "react";
import { useLocation } from "wouter";
import { nameOf, regionOf } from "../../api/aws";
import type { MachineFigures } from "../../api/reads";
import { ActDialog } from "../../parts/ActDialog";

export interface DeleteMachineProps {
  arn: string;
  figures: MachineFigures | undefined;
  onClose: () => void;
}

export function DeleteMachine({ arn, figures, onClose }: DeleteMachineProps) {
  const [, go] = useLocation();
  const [typed, setTyped] = useState("");
  const name = nameOf(arn);
  const running = figures?.running ?? 0;
  return (
    <ActDialog
      title={`Delete ${name}`}
      operation="DeleteStateMachine"
      input={{ stateMachineArn: arn }}
      region={regionOf(arn)}
      actLabel="Delete it for good"
      danger
      reason={typed === name ? null : "Type the name to go on."}
      onDone={() => go("/machines")}
      onClose={onClose}
    >
      <p>
        Its definition, versions and aliases are deleted, and nothing can be started any more.
        {running > 0 && ` ${running === 1 ? "One execution runs" : `${running} executions run`} on to the end first.`}
      </p>
      <label>
        <span>
          Type <strong>{name}</strong>
        </span>
        <input
          value={typed}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
    </ActDialog>
  );
}
