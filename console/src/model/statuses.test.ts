import { expect, it } from "vitest";
import { historyOf } from "./history";
import { recorded } from "./recorded";
import { executionStatus, visitStatus } from "./statuses";

it("a visit is told by what it waits for while it is open, and by what became of it then", () => {
  const told = (name: string): string[] => {
    return historyOf(recorded(name).events).visits.map((visit) => `${visit.name}: ${visitStatus(visit).word}`);
  };
  expect(told("running")).toEqual(["P: Running", "A: Running", "B: Running", "C: Will be tried again", "D: Waits"]);
  expect(told("caught")).toEqual(["Work: Error caught", "Sorry: Succeeded"]);
});

it("an execution's status is told in words", () => {
  expect(executionStatus("TIMED_OUT")).toEqual({ word: "Timed out", tone: "timed-out" });
});
