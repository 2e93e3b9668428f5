import { describe, expect, it } from "vitest";
import { askedBy, type Filters, filtersAnything, NO_FILTERS, readFilters, writeFilters } from "./filters";

describe("filters in an address", () => {
  const all: Filters = {
    status: "TIMED_OUT",
    name: "order 7",
    text: '{"a": "ü&=#?"}',
    machine: "arn:aws:states:eu-west-1:123456789012:stateMachine:pay",
    within: "day",
    from: "2026-11-21T07:03",
    to: "2026-11-22T00:00",
  };

  it("come back as they were written", () => expect(readFilters(writeFilters(all))).toEqual(all));

  it("are short when there are few", () => expect(writeFilters({ status: "FAILED" })).toBe("status=FAILED"));

  it("are none in an address without any", () => {
    expect(readFilters("")).toEqual(NO_FILTERS);
    expect(filtersAnything(readFilters(""))).toBe(false);
  });

  it("that mean nothing are passed over", () =>
    expect(readFilters("status=EXPLODED&within=toString&from=soon&colour=red")).toEqual(NO_FILTERS));
});

describe("what is asked", () => {
  it("is nothing without filters", () => expect(askedBy(NO_FILTERS, 1000)).toEqual({}));

  it("counts a period back from now, whatever else was chosen", () =>
    expect(askedBy({ ...NO_FILTERS, within: "hour", from: "2020-01-01T00:00" }, 10_000)).toEqual({
      startedAfter: 6_400,
    }));

  it("has times in seconds", () =>
    expect(askedBy({ ...NO_FILTERS, from: "2026-11-21T07:03:00Z", to: "2026-11-21T07:04:00Z" }, 1)).toEqual({
      startedAfter: 1_795_244_580,
      startedBefore: 1_795_244_640,
    }));
});
