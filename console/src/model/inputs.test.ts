import { expect, test } from "vitest";
import { read } from "./definition";
import { exampleOf } from "./inputs";
import type { Json } from "./json";

const example = (definition: Json): unknown => JSON.parse(exampleOf(read(definition)));

test("a definition that reads nothing can be given anything", () => {
  expect(exampleOf(read({ StartAt: "A", States: { A: { Type: "Pass", End: true } } }))).toBe("{}");
});

test("rules tell what their variables may be", () => {
  const choices: Json = [
    { Variable: "$.total", NumericGreaterThan: 100, Next: "B" },
    {
      And: [
        { Variable: "$.customer.country", StringEquals: "NL" },
        { Variable: "$.customer.vip", BooleanEquals: true },
      ],
      Next: "B",
    },
    { Variable: "$.due", TimestampLessThan: "2026-01-01T00:00:00Z", Next: "B" },
  ];
  expect(
    example({ StartAt: "A", States: { A: { Type: "Choice", Choices: choices }, B: { Type: "Succeed" } } }),
  ).toEqual({
    total: 100,
    customer: { country: "NL", vip: true },
    due: "2030-01-01T00:00:00Z",
  });
});

test("what a Map walks is a list, what a Wait takes a number", () => {
  expect(
    example({
      StartAt: "W",
      States: {
        W: { Type: "Wait", SecondsPath: "$.pause", Next: "M" },
        M: {
          Type: "Map",
          ItemsPath: "$.lines",
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", InputPath: "$.inner", End: true } } },
          End: true,
        },
      },
    }),
  ).toEqual({ pause: 5, lines: [{}] });
});

test("behind a state that makes something else of its input only the context still has it", () => {
  expect(
    example({
      StartAt: "T",
      States: {
        T: { Type: "Task", Resource: "r", Parameters: { "id.$": "$.order.id" }, Next: "P" },
        P: { Type: "Pass", Parameters: { "a.$": "$.result", "b.$": "$$.Execution.Input.user" }, End: true },
      },
    }),
  ).toEqual({ order: { id: "text" }, user: "text" });
});

test("JSONata reads it as $states.input", () => {
  expect(
    example({
      QueryLanguage: "JSONata",
      StartAt: "C",
      States: {
        C: {
          Type: "Choice",
          Choices: [
            {
              Condition: "{% $states.input.total > 5 and $states.input.a + 1 = 2 and $states.input.who = 'x' %}",
              Next: "M",
            },
          ],
        },
        M: {
          Type: "Map",
          Items: "{% $states.input.rows %}",
          ItemProcessor: { StartAt: "I", States: { I: { Type: "Pass", End: true } } },
          End: true,
        },
      },
    }),
  ).toEqual({ total: 1, a: 1, who: "text", rows: [{}] });
});

test("a member called __proto__ is one like others", () => {
  const text = exampleOf(
    read({ StartAt: "A", States: { A: { Type: "Pass", InputPath: "$.__proto__.polluted", End: true } } }),
  );
  expect(JSON.parse(text)).toEqual(JSON.parse('{"__proto__": {"polluted": "text"}}'));
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});
