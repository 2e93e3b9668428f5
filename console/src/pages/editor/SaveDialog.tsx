/** Saves a definition: what changes by it, and whether it becomes a version at once. */
import { useState } from "react";
import { nameOf, regionOf } from "../../api/aws";
import { ActDialog } from "../../parts/ActDialog";
import { Differences } from "./Differences";
import type { Draft } from "./draft";
import styles from "./Editor.module.css";

export interface SaveDialogProps {
  /** null: it is created. */
  arn: string | null;
  saved: Draft;
  draft: Draft;
  /** Where a new one comes to be. */
  region: string;
  /** Why it cannot be saved yet. */
  reason: string | null;
  /** With the ARN of what was saved. */
  onDone: (arn: string) => void;
  onClose: () => void;
}

export function SaveDialog(props: SaveDialogProps) {
  return props.arn === null ? <Create {...props} /> : <Update {...props} arn={props.arn} />;
}

function Create({ draft, region, reason, onDone, onClose }: SaveDialogProps) {
  const { name, type, roleArn, definition } = draft;
  return (
    <ActDialog
      title={name === "" ? "Create a state machine" : `Create ${name}`}
      operation="CreateStateMachine"
      input={{ name, type, roleArn, definition }}
      region={region}
      actLabel="Create"
      reason={reason}
      onDone={({ stateMachineArn }) => onDone(stateMachineArn)}
      onClose={onClose}
    >
      <dl className={styles.facts}>
        <dt>Name</dt>
        <dd>{name === "" ? "—" : name}</dd>
        <dt>Type</dt>
        <dd>{type === "EXPRESS" ? "Express" : "Standard"}</dd>
        <dt>Region</dt>
        <dd>{region}</dd>
        <dt>Role</dt>
        <dd>
          <code>{roleArn}</code>
        </dd>
      </dl>
    </ActDialog>
  );
}

function Update({ arn, saved, draft, reason, onDone, onClose }: SaveDialogProps & { arn: string }) {
  const [publish, setPublish] = useState(false);
  const [says, setSays] = useState("");
  return (
    <ActDialog
      title={`Save ${nameOf(arn)}`}
      wide
      operation="UpdateStateMachine"
      input={{
        stateMachineArn: arn,
        ...(draft.definition !== saved.definition && { definition: draft.definition }),
        ...(draft.roleArn !== saved.roleArn && { roleArn: draft.roleArn }),
        ...(publish && { publish }),
        ...(publish && says !== "" && { versionDescription: says }),
      }}
      region={regionOf(arn)}
      actLabel={publish ? "Save and publish" : "Save"}
      reason={reason}
      onDone={() => onDone(arn)}
      onClose={onClose}
    >
      <p className="faint">Executions that run go on by the definition they began with.</p>
      <Differences before={saved.definition} after={draft.definition} />
      {draft.roleArn !== saved.roleArn && (
        <p>
          The role becomes <code>{draft.roleArn}</code>.
        </p>
      )}
      <label className={styles.check}>
        <input type="checkbox" checked={publish} onChange={({ target }) => setPublish(target.checked)} />
        Publish it as a version
      </label>
      {publish && (
        <label>
          What the version is about, if you like
          <input value={says} maxLength={256} onChange={({ target }) => setSays(target.value)} />
        </label>
      )}
    </ActDialog>
  );
}
