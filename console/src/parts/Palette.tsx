/** Everything common by keyboard: pages, machines, executions by name, and what can be done. */
import fuzzysort from "fuzzysort";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useState } from "react";
import { useLocation } from "wouter";
import { regionOf } from "../api/aws";
import type { ExecutionRow, MachineFigures } from "../api/reads";
import { chooseTheme } from "../api/session";
import { useExecutions, useOverview } from "../api/use";
import { editPath, executionPath, machinePath } from "./paths";
import { StatusBadge } from "./StatusBadge";
import { useReasonNotToAct } from "./useReasonNotToAct";
import styles from "./Palette.module.css";

interface Entry {
  id: string;
  group: "Go to" | "Do" | "State machines" | "Executions";
  name: string;
  beside?: ReactNode;
  act: () => void;
}

const SHOWN = 40;

export default function Palette({ onClose }: { onClose: () => void }) {
  const [, go] = useLocation();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const mayAct = useReasonNotToAct() === null;
  const machines = useOverview().data?.machines;
  const executions = useExecutions({ name: text, limit: 8 }).data?.executions;
  const entries = useMemo(() => {
    const told = [...places(go), ...acts(go, machines ?? [], mayAct), ...machineEntries(go, machines ?? [])];
    const found = text === "" ? told : fuzzysort.go(text, told, { key: "name" }).map(({ obj }) => obj);
    return [...found.slice(0, SHOWN), ...executionEntries(go, executions ?? [])].sort(byGroup);
  }, [go, text, machines, executions, mayAct]);
  const chosen = entries[Math.min(at, entries.length - 1)];

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    if (by !== undefined) {
      event.preventDefault();
      setAt((Math.min(at, entries.length - 1) + by + entries.length) % Math.max(1, entries.length));
    } else if (event.key === "Enter" && chosen !== undefined) {
      event.preventDefault();
      onClose();
      chosen.act();
    }
  };

  return (
    <dialog
      ref={show}
      className={styles.palette}
      aria-label="Find or do anything"
      onCancel={onClose}
      onClick={({ target, currentTarget }) => target === currentTarget && onClose()}
    >
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={chosen === undefined ? undefined : `${list}${chosen.id}`}
        aria-label="Find or do anything"
        placeholder="Page, state machine, execution, act …"
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
      />
      <ul id={list} role="listbox" aria-label="What there is" className={styles.list}>
        {entries.map((entry, index) => (
          <li
            key={entry.id}
            id={`${list}${entry.id}`}
            role="option"
            aria-selected={entry === chosen}
            ref={entry === chosen ? scrollTo : null}
            data-group={entries[index - 1]?.group === entry.group ? undefined : entry.group}
            className={styles.entry}
            onMouseMove={() => setAt(index)}
            onClick={() => {
              onClose();
              entry.act();
            }}
          >
            <span>{entry.name}</span>
            {entry.beside}
          </li>
        ))}
        {entries.length === 0 && <li className={styles.none}>Nothing is called that.</li>}
      </ul>
    </dialog>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
const GROUPS: Entry["group"][] = ["Go to", "Do", "State machines", "Executions"];

function byGroup(one: Entry, other: Entry): number {
  return GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group);
}

function show(dialog: HTMLDialogElement | null): void {
  if (dialog !== null && !dialog.open) dialog.showModal();
}

function scrollTo(option: HTMLElement | null): void {
  option?.scrollIntoView({ block: "nearest" });
}

type Go = (path: string) => void;

function places(go: Go): Entry[] {
  const pages = [
    ["Overview", "/"],
    ["Executions", "/executions"],
    ["State machines", "/machines"],
    ["Waiting tasks", "/waiting"],
  ] as const;
  return pages.map(([name, path]) => ({ id: path, group: "Go to", name, act: () => go(path) }));
}

function acts(go: Go, machines: readonly MachineFigures[], mayAct: boolean): Entry[] {
  const themes: Entry[] = (["light", "dark", "system"] as const).map((theme) => ({
    id: `theme ${theme}`,
    group: "Do",
    name: `Theme: ${theme}`,
    act: () => chooseTheme(theme),
  }));
  if (!mayAct) return themes;
  const ofMachines = machines.flatMap(({ stateMachineArn: arn, name }): Entry[] => {
    const beside = <span className="faint">{regionOf(arn)}</span>;
    return [
      { id: `start ${arn}`, group: "Do", name: `Start ${name}`, beside, act: () => go(machinePath(arn, "start")) },
      { id: `edit ${arn}`, group: "Do", name: `Edit ${name}`, beside, act: () => go(editPath(arn)) },
    ];
  });
  return [{ id: "new", group: "Do", name: "Create a state machine", act: () => go("/new") }, ...ofMachines, ...themes];
}

function machineEntries(go: Go, machines: readonly MachineFigures[]): Entry[] {
  return machines.map(({ stateMachineArn: arn, name }) => ({
    id: arn,
    group: "State machines",
    name,
    beside: <span className="faint">{regionOf(arn)}</span>,
    act: () => go(machinePath(arn)),
  }));
}

/** The server has found them by name already. */
function executionEntries(go: Go, executions: readonly ExecutionRow[]): Entry[] {
  return executions.map(({ executionArn: arn, name, status, aside }) => ({
    id: arn,
    group: "Executions",
    name,
    beside: <StatusBadge status={status} aside={aside} />,
    act: () => go(executionPath(arn)),
  }));
}
