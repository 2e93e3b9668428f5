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

/** A mistake may hide all that stands behind it: a picture with fewer states than before is then no better one. */
export function nextPicture(last: Picture | null, text: string): Picture {
  const definition = definitionOf(text);
  if (last !== null && definition.states.length < last.definition.states.length && mistakesIn(text).length > 0) {
    return { ...last, old: true };
  }
  return { definition, graph: graphOf(definition), old: false };
}
