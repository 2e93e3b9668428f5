/** Creates an alias, or shifts one: to another version, or by and by from one to another. */
import { useState } from "react";
import { nameOf, regionOf } from "../../api/aws";
import type { Alias } from "../../api/versions";
import { routingOf, type Split, splitOf, versionOf } from "../../model/routing";
import { ActDialog } from "../../parts/ActDialog";
import { Routing } from "./Routing";
import styles from "./AliasDialog.module.css";

export interface AliasDialogProps {
  machine: string;
  /** null: a new one. */
  alias: Alias | null;
  /** The machine's versions, newest first. */
  arns: readonly string[];
  descriptions: ReadonlyMap<string, string>;
  onClose: () => void;
}

export function AliasDialog({ machine, alias, arns, descriptions, onClose }: AliasDialogProps) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState(alias?.description ?? "");
  const [split, setSplit] = useState<Split>(
    alias === null ? { first: arns[0] ?? "", second: "", percent: 0 } : splitOf(alias.routingConfiguration),
  );
  const routingConfiguration = routingOf(split);
  const shared = {
    region: regionOf(machine),
    onDone: onClose,
    onClose,
    children: (
      <>
        {alias === null && (
          <label>
            Name, such as live
            <input
              value={name}
              autoFocus
              maxLength={80}
              autoComplete="off"
              spellCheck={false}
              onChange={({ target }) => setName(target.value)}
            />
          </label>
        )}
        <label>
          Description
          <input value={description} maxLength={256} onChange={({ target }) => setDescription(target.value)} />
        </label>
        <SplitFields split={split} onChange={setSplit} arns={withUsed(arns, split)} descriptions={descriptions} />
        <Routing routing={routingConfiguration} />
      </>
    ),
  };
  const described = description === "" && alias?.description === undefined ? {} : { description };
  if (alias === null)
    return (
      <ActDialog
        title={`Create an alias of ${nameOf(machine)}`}
        operation="CreateStateMachineAlias"
        input={{ name, ...described, routingConfiguration }}
        actLabel="Create"
        reason={name === "" ? "It needs a name." : null}
        {...shared}
      />
    );
  return (
    <ActDialog
      title={`Shift ${nameOf(alias.stateMachineAliasArn)}`}
      operation="UpdateStateMachineAlias"
      input={{ stateMachineAliasArn: alias.stateMachineAliasArn, ...described, routingConfiguration }}
      actLabel="Shift"
      {...shared}
    />
  );
}

/** An alias may lead to a version that is on a page of the list not read yet. */
function withUsed(arns: readonly string[], { first, second }: Split): string[] {
  return [...new Set([...arns, first, second])].filter((arn) => arn !== "");
}

interface SplitFieldsProps {
  split: Split;
  onChange: (split: Split) => void;
  arns: readonly string[];
  descriptions: ReadonlyMap<string, string>;
}

function SplitFields({ split, onChange, arns, descriptions }: SplitFieldsProps) {
  const { first, second, percent } = split;
  const options = arns.map((arn) => (
    <option key={arn} value={arn}>
      {[versionOf(arn), descriptions.get(arn)].filter(Boolean).join(": ")}
    </option>
  ));
  return (
    <div className={styles.split}>
      <label>
        Version
        <select value={first} onChange={({ target }) => onChange({ ...split, first: target.value })}>
          {options}
        </select>
      </label>
      <label>
        and version
        <select
          value={second}
          onChange={({ target: { value } }) =>
            onChange({ ...split, second: value, percent: value === "" ? 0 : percent || 10 })
          }
        >
          <option value="">no other</option>
          {options}
        </select>
      </label>
      {second !== "" && (
        <label className={styles.weight}>
          {percent} % of what is started go to version {versionOf(second)}
          <input
            type="range"
            min={0}
            max={100}
            value={percent}
            onChange={({ target }) => onChange({ ...split, percent: Number(target.value) })}
          />
        </label>
      )}
    </div>
  );
}
