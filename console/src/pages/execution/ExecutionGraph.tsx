/** The machine's graph, coloured by what this execution did in it. */
import { useMemo } from "react";
import { Graph, type Look } from "../../parts/Graph";
import type { Definition } from "../../model/definition";
import { graphOf } from "../../model/graph";
import type { History } from "../../model/history";
import { summaryOf } from "../../model/summary";
import { isOpen, isUnsuccessful, type Visit } from "../../model/visits";
import { lookOf } from "./looks";
import { waysTaken } from "../../model/ways";
import styles from "./ExecutionGraph.module.css";

export interface ExecutionGraphProps {
  definition: Definition;
  history: History;
  version: number;
  selected: Visit | null;
  onSelect: (event: number | null) => void;
}

export function ExecutionGraph({ definition, history, version, selected, onSelect }: ExecutionGraphProps) {
  const graph = useMemo(() => graphOf(definition), [definition]);
  // Names of states are unique in a machine, also across its scopes.
  const pointers = useMemo(() => new Map(definition.states.map(({ name, pointer }) => [name, pointer])), [definition]);
  const { look, took, lastIn } = useMemo(() => {
    const summaries = summaryOf(history);
    const looks = new Map<string, Look>();
    const last = new Map<string, Visit>();
    for (const [name, summary] of summaries) {
      const pointer = pointers.get(name);
      if (pointer === undefined) continue;
      looks.set(pointer, lookOf(summary));
      last.set(pointer, summary.last);
    }
    const ways = waysTaken(history, pointers);
    return {
      look: (path: string): Look => looks.get(path) ?? { status: null },
      took: ways,
      lastIn: last,
    };
  }, [history, version, pointers]);

  const spot = useMemo(() => spotOf(history), [history, version]);

  return (
    <div className={styles.graph}>
      <Graph
        graph={graph}
        follow={spot === null ? null : (pointers.get(spot.name) ?? null)}
        look={look}
        took={took}
        selected={selected === null ? null : (pointers.get(selected.name) ?? null)}
        onSelect={(pointer) => onSelect(pointer === null ? null : (lastIn.get(pointer)?.id ?? null))}
      />
    </div>
  );
}

/** Where to look: at what goes on, or at what failed; at nothing in particular when all went well. */
function spotOf({ visits, outcome }: History): Visit | null {
  if (outcome.status === "SUCCEEDED") return null;
  return visits.findLast((visit) => isOpen(visit)) ?? visits.findLast(isUnsuccessful) ?? null;
}
