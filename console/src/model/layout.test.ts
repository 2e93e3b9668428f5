import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { read } from "./definition";
import { graphOf } from "./graph";
import type { Json, JsonObject } from "./json";
import type { Point, Tile } from "./geometry";
import { type Layout, layoutOf } from "./layout";
import { NAMES, recorded } from "./recorded";

function laidOut(definition: Json): Layout {
  return layoutOf(graphOf(read(definition)));
}

function box(layout: Layout, name: string): Point & Tile {
  const found = layout.boxes.find(({ node }) => node.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

function overlap(a: Point & Tile, b: Point & Tile): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function within(inner: Point & Tile, outer: Point & Tile): boolean {
  const [right, bottom] = [inner.x + inner.width, inner.y + inner.height];
  return inner.x >= outer.x && inner.y >= outer.y && right <= outer.x + outer.width && bottom <= outer.y + outer.height;
}

function sound(layout: Layout): void {
  const page = { x: -0.5, y: -0.5, width: layout.width + 1, height: layout.height + 1 };
  for (const one of layout.boxes) {
    expect(within(one, page)).toBe(true);
    const frame = layout.frames.find(({ id }) => id === one.frame);
    if (one.frame !== null) expect(frame !== undefined && within(one, frame)).toBe(true);
    for (const other of layout.boxes) {
      if (one !== other && one.frame === other.frame) expect(overlap(one, other)).toBe(false);
    }
  }
  for (const { label } of layout.routes) if (label !== null) expect(within(label, page)).toBe(true);
  for (const frame of layout.frames) {
    const around = layout.boxes.find(({ id }) => id === frame.box);
    expect(around !== undefined && within(frame, around)).toBe(true);
  }
  for (const { points, label } of layout.routes) {
    expect(points.length).toBeGreaterThan(1);
    if (label !== null) expect(within(label, page)).toBe(true);
  }
}

/** No line comes into a box that it does not begin or end at. */
function clear(layout: Layout): void {
  const crossed = layout.routes.filter(({ points, source, target }) => {
    const frame = layout.boxes.find(({ id }) => id === source)?.frame;
    const others = layout.boxes.filter((one) => one.frame === frame && one.id !== source && one.id !== target);
    return along(points).some((at) => others.some((one) => overlap({ ...at, width: 0, height: 0 }, one)));
  });
  expect(crossed).toEqual([]);
}

/** Points close to each other on all of a line. */
function along(points: readonly Point[]): Point[] {
  return points.slice(1).flatMap((to, index) => {
    const from = points[index] as Point;
    return Array.from({ length: 65 }, (_, part) => ({
      x: from.x + ((to.x - from.x) * part) / 64,
      y: from.y + ((to.y - from.y) * part) / 64,
    }));
  });
}

const chooses: JsonObject = {
  StartAt: "Ask",
  States: {
    Ask: {
      Type: "Choice",
      Choices: ["One", "Two", "Three"].map((Next) => ({ Variable: "$.x", StringEquals: Next, Next })),
      Default: "Other",
    },
    Other: { Type: "Pass", End: true },
    Three: { Type: "Pass", End: true },
    Two: { Type: "Pass", End: true },
    One: { Type: "Pass", End: true },
  },
};

describe("a layout", () => {
  it.each(NAMES)("puts everything where it belongs and nothing on top of another: %s", (name) => {
    sound(laidOut(recorded(name).definition));
  });

  it("goes from top to bottom", () => {
    const layout = laidOut(recorded("loop").definition);
    const ys = ["Start", "Begin", "Again", "Enough", "Each", "Done"].map((name) => box(layout, name).y);
    expect(ys).toEqual([...ys].sort((a, b) => a - b));
  });

  it("has the rules of a Choice from left to right, the default last, however the states are written down", () => {
    const layout = laidOut(chooses);
    const xs = ["One", "Two", "Three", "Other"].map((name) => box(layout, name).x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
  });

  it("keeps that order where the ways meet again, and some lead back", () => {
    const rule = (value: string, Next: string): JsonObject => ({ Variable: "$.x", StringEquals: value, Next });
    const catches = [{ ErrorEquals: ["X"], Next: "A" }];
    const layout = laidOut({
      StartAt: "A",
      States: {
        A: { Type: "Choice", Choices: [rule("1", "B"), rule("2", "C"), rule("3", "A")], Default: "D" },
        B: { Type: "Pass", Next: "E" },
        C: { Type: "Task", Catch: catches, Next: "E" },
        D: { Type: "Wait", Next: "A" },
        E: { Type: "Pass", End: true },
      },
    });
    const xs = ["B", "C", "D"].map((name) => box(layout, name).x);
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
  });

  it("gives labels room of their own", () => {
    const layout = laidOut(chooses);
    const labels = layout.routes.flatMap(({ label }) => (label === null ? [] : [label]));
    expect(labels.map(({ text }) => text)).toEqual(['$.x is "One"', '$.x is "Two"', '$.x is "Three"', "otherwise"]);
    for (const label of labels) for (const one of layout.boxes) expect(overlap(label, one)).toBe(false);
  });

  it("leads no line across a state", () => {
    for (const definition of [chooses, ...NAMES.map((name) => recorded(name).definition)]) clear(laidOut(definition));
  });

  it("leads lines straight down where it can", () => {
    const layout = laidOut(recorded("failed").definition);
    for (const { points } of layout.routes) expect(new Set(points.map(({ x }) => x)).size).toBe(1);
  });

  it("is the same for the same definition", () => {
    const { definition } = recorded("nested");
    expect(laidOut(definition)).toEqual(laidOut(structuredClone(definition)));
  });

  it("keeps states that nothing leads to below the start", () => {
    const layout = laidOut({ StartAt: "A", States: { A: { Type: "Pass", End: true }, Lost: { Type: "Pass" } } });
    expect(box(layout, "Lost").y).toBeGreaterThan(box(layout, "Start").y);
  });

  it("copes with loops to itself, empty branches, no states, and endless names", () => {
    sound(laidOut({ StartAt: "A", States: { A: { Type: "Pass", Next: "A" } } }));
    sound(laidOut({ StartAt: "P", States: { P: { Type: "Parallel", Branches: [{}, {}] }, M: { Type: "Map" } } }));
    expect(laidOut({})).toEqual({ width: 0, height: 0, boxes: [], frames: [], routes: [] });
    const wide = laidOut({ StartAt: "x".repeat(500), States: { ["x".repeat(500)]: { Type: "Pass", End: true } } });
    expect(wide.width).toBeLessThan(450);
  });

  it("is sound for any transitions", () => {
    const names = ["A", "B", "C", "D", "E", "F"];
    const state = fc.record({
      Type: fc.constant("Task"),
      Next: fc.constantFrom(...names),
      Catch: fc.array(fc.record({ ErrorEquals: fc.constant(["E"]), Next: fc.constantFrom(...names, "Gone") }), {
        maxLength: 3,
      }),
    });
    const states = fc.dictionary(fc.constantFrom(...names), state);
    fc.assert(
      fc.property(states, (States) => {
        const layout = laidOut({ StartAt: "A", States } as unknown as Json);
        sound(layout);
        clear(layout);
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
