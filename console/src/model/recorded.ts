/** For tests: executions that the engine really did, written by scripts/histories.py. */
import type { HistoryEvent } from "./events";
import type { Json } from "./json";

export interface Recorded {
  definition: Json;
  events: HistoryEvent[];
}

const FILES = import.meta.glob<Recorded>("./fixtures/*.json", { eager: true, import: "default" });

export const NAMES: readonly string[] = Object.keys(FILES).map((path) =>
  path.slice("./fixtures/".length, -".json".length),
);

export function recorded(name: string): Recorded {
  const found = FILES[`./fixtures/${name}.json`];
  if (found === undefined) throw new Error(`There is no fixture ${name}: run console/scripts/histories.py.`);
  return found;
}
