/** The graph of a text that is being typed: while it cannot be read, the last one that could. */
import { type Definition, definitionOf } from "../../model/definition";
import { graphOf, type GraphScope } from "../../model/graph";
import { mistakesIn } from "../../parts/json/mistakes";

export interface Picture {
  definition: Definition;
  graph: GraphScope;
  /** It is that of an earlier text. */
  old: boolean;
}

/** A mistake may hide what stands behind it, or tear it out of its place: then the picture stays as it was. */
export function nextPicture(last: Picture | null, text: string): Picture {
  const definition = definitionOf(text);
  if (last !== null && loses(last.definition, definition) && mistakesIn(text).length > 0) return { ...last, old: true };
  const graph = graphOf(definition);
  return {
    definition,
    graph: last !== null && drawnOf(last.graph) === drawnOf(graph) ? last.graph : graph,
    old: false,
  };
}

/** All of a graph that is drawn: most of what is typed changes none of it, and laying it out anew is dear. */
function drawnOf(graph: GraphScope): string {
  return JSON.stringify(graph, (member, value: unknown) =>
    member === "state" && typeof value === "object" && value !== null && "note" in value ? value.note : value,
  );
}

/** Whether states have gone or lost their types, or ways between them have gone. */
function loses(before: Definition, after: Definition): boolean {
  const typed = new Set(after.states.map(({ pointer, type }) => `${pointer} ${type}`));
  const untyped = ({ states }: Definition): number => states.filter(({ type }) => type === "").length;
  const ways = ({ states }: Definition): number =>
    states.reduce((sum, { transitions, ends }) => sum + transitions.length + (ends ? 1 : 0), 0);
  return (
    before.states.some(({ pointer, type }) => !typed.has(`${pointer} ${type}`)) ||
    untyped(after) > untyped(before) ||
    ways(after) < ways(before)
  );
}
