import { describe, expect, it } from "vitest";
import { read } from "./definition";
import { type GraphScope, graphOf, walk } from "./graph";
import type { Json } from "./json";

function graph(states: Json, startAt: string | null = "A"): GraphScope {
  return graphOf(read(startAt === null ? { States: states } : { StartAt: startAt, States: states }));
}

const PASS = { Type: "Pass", End: true };

function edges(scope: GraphScope): string[] {
  const name = (id: string): string => id.split("/").at(-1) ?? id;
  return scope.edges.map(({ source, target, kind, label }) =>
    `${name(source)} ${kind} ${name(target)} ${label}`.trim(),
  );
}

describe("the graph of a definition", () => {
  it("leads from the start to the end, and marks what is a Catch", () => {
    const one = graph({
      A: { Type: "Task", Catch: [{ ErrorEquals: ["E"], Next: "B" }], Next: "B" },
      B: { Type: "Choice", Choices: [{ Variable: "$.x", IsNull: true, Next: "A" }], Default: "C" },
      C: PASS,
    });
    expect(edges(one)).toEqual([
      "#start start A",
      "A next B",
      "A catch B E",
      "B choice A $.x is null",
      "B default C otherwise",
      "C end #end",
    ]);
    expect(one.nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ["#start", "start"],
      ["/States/A", "state"],
      ["/States/B", "state"],
      ["/States/C", "state"],
      ["#end", "end"],
    ]);
  });

  it("shows what nothing leads to, and what is named but not there", () => {
    const one = graph({ A: { Type: "Pass", Next: "Gone" }, Lost: { Type: "Pass", Next: "Lost2" }, Lost2: PASS });
    expect(one.nodes.map(({ name, kind, reachable }) => [name, kind, reachable])).toEqual([
      ["Start", "start", true],
      ["A", "state", true],
      ["Lost", "state", false],
      ["Lost2", "state", false],
      ["Gone", "missing", true],
      ["End", "end", true],
    ]);
  });

  it("has marks of its own in each scope, and ids that are unique over all of them", () => {
    const branch = { StartAt: "X", States: { X: PASS } };
    const one = graph({ A: { Type: "Parallel", Branches: [branch, branch], End: true } });
    const nodes = [...walk(one)];
    const inner = nodes.find(({ name }) => name === "A")?.scopes ?? [];
    expect(inner.map(({ id, nodes: found }) => [id, found.map((node) => node.id)])).toEqual(
      [0, 1].map((index) => {
        const at = `/States/A/Branches/${index}`;
        return [at, [`${at}#start`, `${at}/States/X`, `${at}#end`]];
      }),
    );
    const ids = [...nodes.map(({ id }) => id), ...[one, ...inner].flatMap((scope) => scope.edges.map(({ id }) => id))];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("of nothing is empty", () => {
    expect(graph(null, null)).toEqual({ id: "", comment: "", nodes: [], edges: [] });
  });

  it("draws no line to the end from Succeed and Fail, which say so themselves", () => {
    expect(edges(graph({ A: { Type: "Succeed" }, B: { Type: "Fail", End: true } }))).toEqual(["#start start A"]);
  });
});
