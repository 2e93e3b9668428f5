/** What a list of executions is filtered by: status, time, name, a text in inputs, outputs and errors, the machine. */
import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";
import { type Filters as Chosen, type Period, askedBy, readFilters, writeFilters } from "../model/filters";
import { Choice } from "./Choice";
import { SearchField } from "./SearchField";
import { useSlash } from "./useSlash";
import styles from "./Filters.module.css";

const ANY = "ANY";

const STATUSES = [
  { value: ANY, name: "All" },
  { value: "RUNNING", name: "Running" },
  { value: "SUCCEEDED", name: "Succeeded" },
  { value: "FAILED", name: "Failed" },
  { value: "TIMED_OUT", name: "Timed out" },
  { value: "ABORTED", name: "Aborted" },
  { value: "PENDING_REDRIVE", name: "Pending redrive" },
] as const;

const TIMES: { value: Period | "" | "between"; name: string }[] = [
  { value: "", name: "Any time" },
  { value: "15min", name: "Last 15 minutes" },
  { value: "hour", name: "Last hour" },
  { value: "day", name: "Last day" },
  { value: "week", name: "Last week" },
  { value: "between", name: "Between …" },
];

/** The filters in the address, and how to change some of them. */
export function useFilters(): [Chosen, (change: Partial<Chosen>) => void] {
  const [path, go] = useLocation();
  const search = useSearch();
  const change = useCallback(
    (change: Partial<Chosen>) => {
      const written = writeFilters({ ...readFilters(search), ...change });
      go(written === "" ? path : `${path}?${written}`, { replace: true });
    },
    [go, path, search],
  );
  return [readFilters(search), change];
}

/** What the server is asked, the same object as long as it says the same: periods are counted back from when they are chosen. */
export function useAsked(filters: Chosen, besides: { region?: string; stateMachineArn?: string }) {
  const same = JSON.stringify([filters, besides]);
  return useMemo(() => {
    const [filters, besides] = JSON.parse(same) as [Chosen, { region?: string; stateMachineArn?: string }];
    return { ...askedBy(filters, Math.floor(Date.now() / 1000)), ...besides };
  }, [same]);
}

export interface FiltersProps {
  filters: Chosen;
  onChange: (change: Partial<Chosen>) => void;
  /** To choose from, where the list is of all machines. */
  machines?: { stateMachineArn: string; name: string }[];
}

export function Filters({ filters, onChange, machines }: FiltersProps) {
  const name = useSlash();
  const between = filters.from !== "" || filters.to !== "";
  const changeName = useCallback((name: string) => onChange({ name }), [onChange]);
  const changeText = useCallback((text: string) => onChange({ text }), [onChange]);
  return (
    <search className={styles.filters}>
      <Choice
        label="Status"
        value={filters.status ?? ANY}
        options={STATUSES}
        onChange={(status) => onChange({ status: status === ANY ? null : status })}
      />
      <div className={styles.fields}>
        <SearchField label="Name contains" placeholder="Name" value={filters.name} onChange={changeName} input={name} />
        <SearchField
          label="Input, output or error contains"
          placeholder="In input, output or error"
          value={filters.text}
          onChange={changeText}
        />
        {machines !== undefined && (
          <select
            aria-label="State machine"
            value={filters.machine}
            onChange={(event) => onChange({ machine: event.target.value })}
          >
            <option value="">All state machines</option>
            {machines.map(({ stateMachineArn, name }) => (
              <option key={stateMachineArn} value={stateMachineArn}>
                {name}
              </option>
            ))}
          </select>
        )}
        <select
          aria-label="Started"
          value={between ? "between" : (filters.within ?? "")}
          onChange={({ target: { value } }) => onChange(timeChange(value))}
        >
          {TIMES.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {between && (
        <div className={styles.times}>
          <label>
            Started after
            <input
              type="datetime-local"
              value={filters.from}
              onChange={({ target: { value } }) => onChange({ from: value })}
            />
          </label>
          <label>
            and before
            <input
              type="datetime-local"
              value={filters.to}
              onChange={({ target: { value } }) => onChange({ to: value })}
            />
          </label>
        </div>
      )}
    </search>
  );
}

function timeChange(value: string): Partial<Chosen> {
  if (value !== "between") return { within: value === "" ? null : (value as Period), from: "", to: "" };
  return { within: null, from: localTime(new Date(Date.now() - 3_600_000)), to: "" };
}

/** As `<input type="datetime-local">` wants it. */
function localTime(date: Date): string {
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
