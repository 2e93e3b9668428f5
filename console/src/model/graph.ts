/** What there is to draw in a definition: nodes and edges of each scope, between the marks of its start and end. */
import { UNKNOWN } from "./conditions";
import type { Definition, Scope, State, TransitionKind } from "./definition";
import { pointerTo } from "./pointer";

/** missing: a state that a transition names and that is not there. */
export type NodeKind = "start" | "state" | "missing" | "end";
export type EdgeKind = TransitionKind | "start" | "end";

export interface GraphNode {
  /** A state's JSON pointer; `#start` and `#end` behind the scope's for the marks. */
  id: string;
  kind: NodeKind;
  name: string;
  type: string;
  /** Null for marks and what is missing. */
  state: State | null;
  /** Whether the start leads here; what nothing leads to is drawn all the same. */
  reachable: boolean;
  /** A Parallel's branches, a Map's processor. */
  scopes: GraphScope[];
}

export interface GraphEdge {
  /** Unique in the whole graph. */
  id: string;
  source: string;
  target: string;
  kind: EdgeKind;
  /** "" where nothing is to be said. */
  label: string;
}

export interface GraphScope {
  id: string;
  comment: string;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export function graphOf(definition: Definition): GraphScope {
  return graphOfScope(definition.root);
}

/** All nodes, those of inner scopes behind the state they are in. */
export function* walk(scope: GraphScope): Generator<GraphNode> {
  for (const node of scope.nodes) {
    yield node;
    for (const inner of node.scopes) yield* walk(inner);
  }
}

function graphOfScope(scope: Scope): GraphScope {
  const links = new Links(scope);
  if (scope.startAt !== null) links.add(links.start, scope.startAt, "start", "");
  for (const state of scope.states) {
    for (const { to, kind, label } of state.transitions) links.add(state.pointer, to, kind, label);
    // Succeed and Fail are ends that everybody knows as such: a line to the mark would say nothing.
    if (state.raw["End"] === true && state.ends && state.type !== "Succeed" && state.type !== "Fail")
      links.ends(state.pointer);
  }
  const reached = links.reached();
  const states = scope.states.map((state): GraphNode => {
    const { pointer: id, name, type } = state;
    return { id, kind: "state", name, type, state, reachable: reached.has(id), scopes: state.scopes.map(graphOfScope) };
  });
  const nodes = [...links.startMark(), ...states, ...links.missing(), ...links.endMark()];
  return { id: scope.pointer, comment: scope.comment, nodes, edges: links.edges };
}

/** The edges of one scope, as they are found, and the names they lead to. */
class Links {
  readonly edges: GraphEdge[] = [];
  readonly start: string;
  private readonly end: string;
  private readonly known: ReadonlySet<string>;
  private readonly absent = new Map<string, string>();

  constructor(private readonly scope: Scope) {
    this.start = `${scope.pointer}#start`;
    this.end = `${scope.pointer}#end`;
    this.known = new Set(scope.states.map(({ name }) => name));
  }

  add(source: string, name: string, kind: EdgeKind, label: string): void {
    const target = pointerTo(this.scope.pointer, "States", name);
    if (!this.known.has(name)) this.absent.set(target, name);
    this.push(source, target, kind, label);
  }

  ends(source: string): void {
    this.push(source, this.end, "end", "");
  }

  private push(source: string, target: string, kind: EdgeKind, label: string): void {
    this.edges.push({ id: `${this.scope.pointer}#${this.edges.length}`, source, target, kind, label });
  }

  reached(): ReadonlySet<string> {
    const next = new Map<string, string[]>();
    for (const { source, target } of this.edges) {
      const targets = next.get(source);
      if (targets === undefined) next.set(source, [target]);
      else targets.push(target);
    }
    const reached = new Set<string>([this.start]);
    for (const id of reached) for (const target of next.get(id) ?? []) reached.add(target);
    return reached;
  }

  startMark(): GraphNode[] {
    return this.edges.some(({ kind }) => kind === "start") ? [mark(this.start, "start", "Start")] : [];
  }

  missing(): GraphNode[] {
    return [...this.absent].map(([id, name]) => mark(id, "missing", name || UNKNOWN));
  }

  endMark(): GraphNode[] {
    return this.edges.some(({ kind }) => kind === "end") ? [mark(this.end, "end", "End")] : [];
  }
}

function mark(id: string, kind: NodeKind, name: string): GraphNode {
  return { id, kind, name, type: "", state: null, reachable: true, scopes: [] };
}
