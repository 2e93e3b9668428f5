/** Windows that publish and delete versions, and delete aliases. */
import { useState } from "react";
import { nameOf, regionOf } from "../../api/aws";
import { versionOf } from "../../model/routing";
import { ActDialog } from "../../parts/ActDialog";

export interface PublishVersionProps {
  arn: string;
  /** Of the definition that is looked at: another one is not published instead. */
  revision: string | undefined;
  onClose: () => void;
}

export function PublishVersion({ arn, revision, onClose }: PublishVersionProps) {
  const [description, setDescription] = useState("");
  return (
    <ActDialog
      title={`Publish a version of ${nameOf(arn)}`}
      operation="PublishStateMachineVersion"
      input={{
        stateMachineArn: arn,
        ...(revision === undefined ? {} : { revisionId: revision }),
        ...(description === "" ? {} : { description }),
      }}
      region={regionOf(arn)}
      actLabel="Publish"
      onDone={onClose}
      onClose={onClose}
    >
      <p>The definition as it stands now gets a number. A version never changes.</p>
      <label>
        Description: what is new
        <input value={description} maxLength={256} autoFocus onChange={({ target }) => setDescription(target.value)} />
      </label>
    </ActDialog>
  );
}

interface DeleteProps {
  arn: string;
  onClose: () => void;
}

export function DeleteVersion({ arn, onClose }: DeleteProps) {
  return (
    <ActDialog
      title={`Delete version ${versionOf(arn)}`}
      operation="DeleteStateMachineVersion"
      input={{ stateMachineVersionArn: arn }}
      region={regionOf(arn)}
      actLabel="Delete the version"
      danger
      onDone={onClose}
      onClose={onClose}
    >
      <p>It cannot be started any more, and its number is not given again. What runs goes on.</p>
    </ActDialog>
  );
}

export function DeleteAlias({ arn, onClose }: DeleteProps) {
  return (
    <ActDialog
      title={`Delete the alias ${nameOf(arn)}`}
      operation="DeleteStateMachineAlias"
      input={{ stateMachineAliasArn: arn }}
      region={regionOf(arn)}
      actLabel="Delete the alias"
      danger
      onDone={onClose}
      onClose={onClose}
    >
      <p>Whoever starts it by this name is refused from then on. The versions that it leads to stay.</p>
    </ActDialog>
  );
}
