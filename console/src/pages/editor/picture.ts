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
  return { definition, graph: graphOf(definition), old: false };
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
