import { expect, test } from "vitest";
import type { InspectionData } from "../../api/operations";
import { stagesOf } from "./stages";

test("stages come in the order in which data go through them, and what is new comes last", () => {
  const data = { result: "2", maxConcurrency: 3, input: "1", request: { method: "GET" } } as InspectionData;
  expect(stagesOf(data)).toEqual([
    { name: "Input", text: "1" },
    { name: "Request", text: '{"method":"GET"}' },
    { name: "Result", text: "2" },
    { name: "maxConcurrency", text: "3" },
  ]);
});
