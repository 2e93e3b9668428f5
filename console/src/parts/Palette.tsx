/** Everything common by keyboard: pages, machines, executions by name, and what can be done. */
import { Command } from "cmdk";
import { useState } from "react";
import { useLocation } from "wouter";
import { regionOf } from "../api/aws";
import { chooseTheme } from "../api/session";
import { useExecutions, useOverview } from "../api/use";
import { executionPath, machinePath } from "./paths";
import { StatusBadge } from "./StatusBadge";
import styles from "./Palette.module.css";

export function Palette({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const machines = useOverview().data?.machines ?? [];
  const found = useExecutions({ name: text, limit: 8 }).data?.executions ?? [];
  const then = (act: () => void) => () => {
    onClose();
    act();
  };
  const visit = (path: string) => then(() => go(path));
  return (
    <dialog
      ref={(dialog) => dialog?.showModal()}
      className={styles.palette}
      onCancel={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <Command label="Find or do anything" loop>
        <Command.Input
          autoFocus
          placeholder="Page, state machine, execution, act …"
          value={text}
          onValueChange={setText}
        />
        <Command.List>
          <Command.Empty>Nothing is called that.</Command.Empty>
          <Command.Group heading="Go to">
            <Command.Item onSelect={visit("/")}>Overview</Command.Item>
            <Command.Item onSelect={visit("/executions")}>Executions</Command.Item>
            <Command.Item onSelect={visit("/machines")}>State machines</Command.Item>
            <Command.Item onSelect={visit("/waiting")}>Waiting tasks</Command.Item>
          </Command.Group>
          <Command.Group heading="Do">
            <Command.Item onSelect={visit("/new")}>Create a state machine</Command.Item>
            {machines.map(({ stateMachineArn, name }) => (
              <Command.Item
                key={stateMachineArn}
                value={`start ${name} ${stateMachineArn}`}
                onSelect={visit(machinePath(stateMachineArn, "start"))}
              >
                Start {name}
              </Command.Item>
            ))}
            <Command.Item onSelect={then(() => chooseTheme("light"))}>Light theme</Command.Item>
            <Command.Item onSelect={then(() => chooseTheme("dark"))}>Dark theme</Command.Item>
          </Command.Group>
          <Command.Group heading="State machines">
            {machines.map(({ stateMachineArn, name }) => (
              <Command.Item
                key={stateMachineArn}
                value={stateMachineArn}
                onSelect={visit(machinePath(stateMachineArn))}
              >
                {name} <span className="faint">{regionOf(stateMachineArn)}</span>
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading="Executions">
            {found.map(({ executionArn, name, status, aside }) => (
              <Command.Item key={executionArn} value={executionArn} onSelect={visit(executionPath(executionArn))}>
                {name} <StatusBadge status={status} aside={aside} />
              </Command.Item>
            ))}
          </Command.Group>
        </Command.List>
      </Command>
    </dialog>
  );
}
