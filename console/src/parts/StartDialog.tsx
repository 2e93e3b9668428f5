/** Starts an execution of a machine, a version or an alias: its input checked as one types, earlier ones at hand. */
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { nameOf, regionOf } from "../api/aws";
import type { Operations } from "../api/operations";
import { useCall, useOverview } from "../api/use";
import { definitionOf } from "../model/definition";
import { exampleOf } from "../model/inputs";
import { bytesOf, bytesText } from "../model/sizes";
import { ActDialog } from "./ActDialog";
import { Dialog } from "./Dialog";
import { mistakesIn } from "./json/mistakes";
import { JsonEditor } from "./JsonEditor";
import { JsonView } from "./JsonView";
import { executionPath } from "./paths";
import { Problem } from "./Problem";
import { type Beginning, useEarlierInputs } from "./start/earlier";
import { machineOf } from "./start/qualified";
import { StatusBadge } from "./StatusBadge";
import styles from "./ActDialog.module.css";

export interface StartDialogProps {
  /** Of a machine, a version or an alias. */
  arn: string;
  onClose: () => void;
}

export function StartDialog({ arn, onClose }: StartDialogProps) {
  const region = regionOf(arn);
  const overview = useOverview().data;
  const machine = useCall("DescribeStateMachine", { stateMachineArn: machineOf(arn) }, region);
  const express = machine.data?.type === "EXPRESS";
  const [sync, setSync] = useState(true);
  const [name, setName] = useState("");
  const [typed, setTyped] = useState<string | null>(null);
  const [answer, setAnswer] = useState<Operations["StartSyncExecution"]["output"] | null>(null);
  const [, go] = useLocation();

  const definition = machine.data?.definition;
  const example = useMemo(() => (definition === undefined ? "{}" : exampleOf(definitionOf(definition))), [definition]);
  const earlier = useEarlierInputs(arn, machine.data !== undefined && (!express || overview?.keepsExpress === true));
  const text = typed ?? example;

  if (answer !== null) return <Answered answer={answer} onAgain={() => setAnswer(null)} onClose={onClose} />;
  const limit = overview?.limits.payloadBytes ?? null;
  const common = {
    title: `Start ${nameOf(machineOf(arn))}${machineOf(arn) === arn ? "" : ` · ${nameOf(arn)}`}`,
    input: { stateMachineArn: arn, ...(name !== "" && { name }), ...(text.trim() !== "" && { input: text }) },
    region,
    reason: reasonNotTo(text, limit),
    onClose,
  };
  const fields = (
    <>
      <Problem problem={machine.error} />
      {express && <Waiting sync={sync} onChange={setSync} />}
      <div className={styles.field}>
        <div className={styles.fieldHead}>
          <span>Input</span>
          <Beginnings example={example} earlier={earlier} onChoose={setTyped} />
        </div>
        <JsonEditor label="Input" value={text} onChange={setTyped} height="min(20rem, 40dvh)" autoFocus />
      </div>
      <label>
        Name, if you like: the same name with the same input is the same execution
        <input
          value={name}
          maxLength={80}
          placeholder="chosen by the server"
          onChange={({ target }) => setName(target.value)}
        />
      </label>
    </>
  );
  if (express && sync) {
    return (
      <ActDialog {...common} operation="StartSyncExecution" actLabel="Start and wait" onDone={setAnswer}>
        {fields}
      </ActDialog>
    );
  }
  return (
    <ActDialog
      {...common}
      operation="StartExecution"
      actLabel="Start"
      onDone={({ executionArn }) => {
        onClose();
        if (!express || overview?.keepsExpress === true) go(executionPath(executionArn));
      }}
    >
      {fields}
      {express && overview?.keepsExpress === false && (
        <p className="faint">
          Express executions leave nothing to look at here: start the server with <code>--keep-express</code> to keep
          them.
        </p>
      )}
    </ActDialog>
  );
}

function reasonNotTo(text: string, limit: number | null): string | null {
  if (mistakesIn(text).length > 0) return "The input is not JSON yet.";
  const bytes = bytesOf(text);
  if (limit !== null && bytes > limit) return `The input has ${bytesText(bytes)}, the limit is ${bytesText(limit)}.`;
  return null;
}

function Waiting({ sync, onChange }: { sync: boolean; onChange: (sync: boolean) => void }) {
  return (
    <fieldset className={styles.choices}>
      <legend className="visually-hidden">Whether to wait for the result</legend>
      <label>
        <input type="radio" name="sync" checked={sync} onChange={() => onChange(true)} />
        Start and wait for the result
      </label>
      <label>
        <input type="radio" name="sync" checked={!sync} onChange={() => onChange(false)} />
        Only start
      </label>
    </fieldset>
  );
}

interface BeginningsProps {
  example: string;
  earlier: readonly Beginning[];
  onChoose: (text: string) => void;
}

function Beginnings({ example, earlier, onChoose }: BeginningsProps) {
  return (
    <select
      aria-label="Begin with"
      value=""
      onChange={({ target }) => {
        const chosen = target.value === "example" ? example : earlier[Number(target.value)]?.input;
        if (chosen !== undefined) onChoose(chosen);
      }}
    >
      <option value="" disabled>
        Begin with …
      </option>
      <option value="example">An example, from the definition</option>
      {earlier.length > 0 && (
        <optgroup label="As before">
          {earlier.map(({ name, preview }, number) => (
            <option key={name} value={number}>
              {preview} · {name}
            </option>
          ))}
        </optgroup>
      )}
    </select>
  );
}

interface AnsweredProps {
  answer: Operations["StartSyncExecution"]["output"];
  onAgain: () => void;
  onClose: () => void;
}

function Answered({ answer, onAgain, onClose }: AnsweredProps) {
  const { status, output, error, cause, executionArn } = answer;
  return (
    <Dialog title={nameOf(executionArn)} onClose={onClose}>
      <div>
        <StatusBadge status={status} />
      </div>
      {error !== undefined && <Problem problem={error} />}
      {cause !== undefined && <JsonView label="Cause" text={cause} />}
      {output !== undefined && <JsonView label="Output" text={output} />}
      <footer className={styles.foot}>
        <button type="button" onClick={onAgain}>
          Once more
        </button>
        <button type="button" className="primary" onClick={onClose} autoFocus>
          Close
        </button>
      </footer>
    </Dialog>
  );
}
