/** Which ways of a graph an execution has gone. */
import type { GraphEdge } from "./graph";
import type { History } from "./history";
import type { Visit } from "./visits";

type Way = Pick<GraphEdge, "source" | "target">;

const START = "#start";
const END = "#end";

/** `pointers`: of states by name, which are their ids in the graph. */
export function waysTaken(history: History, pointers: ReadonlyMap<string, string>): (way: Way) => boolean {
  const taken = new Set<string>();
  const firsts = new Set<string>();
  const lasts = new Set<string>();
  const left = new Set<Visit>();
  const idOf = ({ name }: Visit): string => pointers.get(name) ?? name;
  for (const visit of history.visits) {
    if (visit.before === null) firsts.add(idOf(visit));
    else {
      taken.add(`${idOf(visit.before)}\n${idOf(visit)}`);
      left.add(visit.before);
    }
  }
  for (const visit of history.visits) {
    if (visit.status === "succeeded" && !left.has(visit)) lasts.add(idOf(visit));
  }
  return ({ source, target }) => {
    if (source.endsWith(START)) return firsts.has(target);
    return target.endsWith(END) ? lasts.has(source) : taken.has(`${source}\n${target}`);
  };
}
