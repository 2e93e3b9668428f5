import { describe, expect, it } from "vitest";
import type { ExecutionRow } from "../api/reads";
import { changed, continued, type ExecutionList, refreshed } from "./executions";

const ACCOUNT = "123456789012";

function row(name: string, startDate: number, part: Partial<ExecutionRow> = {}): ExecutionRow {
  return {
    executionArn: `arn:aws:states:eu-west-1:${ACCOUNT}:execution:pay:${name}`,
    stateMachineArn: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:pay`,
    name,
    status: "RUNNING",
    startDate,
    redriveCount: 0,
    express: false,
    aside: null,
    ...part,
  };
}

const listed = (rows: ExecutionRow[], next: string | null = null): ExecutionList => ({
  rows,
  next,
  examined: 3,
  read: rows.length,
});
const names = ({ rows }: ExecutionList): string[] => rows.map(({ name }) => name);

describe("a list of executions", () => {
  const list = listed([row("c", 30), row("b", 20), row("a", 10)]);

  it("takes in what started, the newest first", () =>
    expect(names(changed(list, [row("d", 40), row("e", 50)], {}))).toEqual(["e", "d", "c", "b", "a"]));

  it("shows what ended as it is now, and leaves it in its place", () => {
    const ended = row("b", 20, { status: "SUCCEEDED", stopDate: 33 });
    expect(changed(list, [ended], {})).toEqual(listed([row("c", 30), ended, row("a", 10)]));
  });

  it("lets go of what no longer has the status asked for", () =>
    expect(names(changed(list, [row("b", 20, { status: "FAILED" })], { status: "RUNNING" }))).toEqual(["c", "a"]));

  it("lets the oldest go when the stream has brought very many, and knows where to read them again", () => {
    const many = Array.from({ length: 2_001 }, (_, at) => row(`n${at}`, 100 + at, { stopDate: 5_000 - at }));
    const cut = changed(list, many, {});
    expect(cut.rows).toHaveLength(3 + 1_000);
    expect(cut.rows[0]?.name).toBe("n2000");
    expect(cut.rows.at(-1)?.name).toBe("n998");
    expect(cut.next).toBe("5000001-0"); // n0, the first in the server's list of those let go, ended at 5000.000
  });

  it("is the same list when nothing in it changed", () =>
    expect(changed(list, [row("x", 40, { status: "FAILED" })], { status: "RUNNING" })).toBe(list));

  it("leaves what is on pages not yet read to them", () => {
    const begun = listed(list.rows, "more");
    expect(changed(begun, [row("old", 5, { status: "FAILED" })], {})).toBe(begun);
  });

  it("keeps where a text was found, and takes in nothing whose text it cannot see", () => {
    const found = { in: "input", excerpt: "…" } as const;
    const ended = row("a", 10, { status: "SUCCEEDED" });
    expect(changed(listed([row("a", 10, { found })]), [ended, row("n", 99)], { text: "…" })).toEqual(
      listed([{ ...ended, found }]),
    );
  });

  it.each([
    [{ stateMachineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:other" }],
    [{ region: "us-east-1" }],
    [{ name: "zzz" }],
    [{ startedAfter: 100 }],
    [{ startedBefore: 5 }],
  ])("does not take in what its filter %j leaves out", (filter) =>
    expect(changed(list, [row("New", 50)], filter)).toBe(list),
  );

  it("compares names without regard to case", () =>
    expect(names(changed(listed([]), [row("Order-7", 50)], { name: "ORDER" }))).toEqual(["Order-7"]));

  it("has no children of a distributed Map", () => {
    const child = row("c1", 50, { executionArn: `arn:aws:states:eu-west-1:${ACCOUNT}:execution:pay/Each:c1` });
    expect(changed(list, [child], {})).toBe(list);
  });
});

describe("a list read on", () => {
  const first = continued(undefined, { executions: [row("d", 40), row("c", 30)], next: "2", examined: 50 });

  it("has each execution once, and counts all that was looked at", () =>
    expect(continued(first, { executions: [row("c", 30), row("b", 20)], next: null, examined: 7 })).toEqual({
      rows: [row("d", 40), row("c", 30), row("b", 20)],
      next: null,
      examined: 57,
      read: 4,
    }));
});

describe("a list whose first page is read again", () => {
  const list = listed([row("d", 40), row("c", 30), row("b", 20), row("a", 10)], "5");

  it("has what came before what was read, and not what is gone", () =>
    expect(refreshed(list, { executions: [row("e", 50), row("c", 30)], next: "3", examined: 2 })).toEqual(
      listed([row("e", 50), row("c", 30), row("b", 20), row("a", 10)], "5"),
    ));

  it("begins anew where more came than a page has: there would be a hole", () =>
    expect(refreshed(list, { executions: [row("z", 90), row("y", 80)], next: "3", examined: 2 })).toEqual({
      rows: [row("z", 90), row("y", 80)],
      next: "3",
      examined: 2,
      read: 2,
    }));

  it("is that page when the page is all there is", () =>
    expect(names(refreshed(list, { executions: [row("c", 30)], next: null, examined: 1 }))).toEqual(["c"]));
});
