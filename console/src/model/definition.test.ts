import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { definitionOf, read } from "./definition";
import { NAMES, recorded } from "./recorded";

const ORDER = `{
  // Comments are no JSON, but people write them.
  "QueryLanguage": "JSONata",
  "StartAt": "Ask",
  "States": {
    "Ask": {"Type": "Choice", "QueryLanguage": "JSONPath",
      "Choices": [
        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Both"},
        {"And": [{"Variable": "$.country", "StringEquals": "NL"}, {"Not": {"Variable": "$.vip", "IsPresent": true}}], "Next": "Both"}
      ], "Default": "No"},
    "Both": {"Type": "Parallel", "Branches": [
        {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 120, "End": true}}},
        {"StartAt": "Each", "States": {"Each": {"Type": "Map", "Items": "{% $states.input.lines %}", "MaxConcurrency": 5,
          "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
            "Retry": [{"ErrorEquals": ["Busy"], "MaxAttempts": 2}], "End": true}}}, "End": true}}}
      ],
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}],
      "Next": "Old"},
    "Old": {"Type": "Map", "Iterator": {"StartAt": "C", "States": {"C": {"Type": "Succeed"}}}, "End": true},
    "No": {"Type": "Fail", "Error": "No"}
  }
}`;

describe("a definition's text", () => {
  const order = definitionOf(ORDER);

  it("gives all states with their place, their language and what a person wants to know", () => {
    expect(order.states.map(({ pointer, type, language, note }) => [pointer, type, language, note])).toEqual([
      ["/States/Ask", "Choice", "JSONPath", ""],
      ["/States/Both", "Parallel", "JSONata", ""],
      ["/States/Both/Branches/0/States/A", "Wait", "JSONata", "2 min"],
      ["/States/Both/Branches/1/States/Each", "Map", "JSONata", "each of $states.input.lines, 5 at once"],
      ["/States/Both/Branches/1/States/Each/ItemProcessor/States/B", "Task", "JSONata", "lambda:invoke"],
      ["/States/Old", "Map", "JSONata", ""],
      ["/States/Old/Iterator/States/C", "Succeed", "JSONata", ""],
      ["/States/No", "Fail", "JSONata", "No"],
    ]);
    expect(order.byName.get("B")?.retries).toBe("Busy: up to 2 times, after 1 s, each time 2 times as long");
    expect(order.byName.get("B")?.parent?.name).toBe("Each");
  });

  it("gives transitions in the order in which they are tried, with their conditions in words", () => {
    const transitions = order.states.flatMap(({ name, transitions: found }) =>
      found.map(({ kind, to, label, pointer }) => [name, kind, to, label, pointer]),
    );
    expect(transitions).toEqual([
      ["Ask", "choice", "Both", "$.total > 100", "/States/Ask/Choices/0/Next"],
      ["Ask", "choice", "Both", '$.country is "NL" and $.vip is missing', "/States/Ask/Choices/1/Next"],
      ["Ask", "default", "No", "otherwise", "/States/Ask/Default"],
      ["Both", "next", "Old", "", "/States/Both/Next"],
      ["Both", "catch", "No", "any error", "/States/Both/Catch/0/Next"],
    ]);
    expect(order.states.filter(({ ends }) => ends).map(({ name }) => name)).toEqual([
      "A",
      "Each",
      "B",
      "Old",
      "C",
      "No",
    ]);
  });

  it("tells conditions of JSONata by their text on one line", () => {
    const rules = `{"States": {"C": {"Type": "Choice", "Choices": [{"Condition": "{% $a >\\n   1 %}", "Next": "X"}]}}}`;
    expect(definitionOf(rules).states[0]?.transitions[0]?.label).toBe("$a > 1");
  });

  it("may be half typed: what is there is there", () => {
    const half = definitionOf(ORDER.slice(0, ORDER.indexOf('"Catch"')));
    expect(half.root.startAt).toBe("Ask");
    expect(half.states.map(({ name }) => name)).toEqual(["Ask", "Both", "A", "Each", "B"]);
  });

  it("never fails at any prefix, nor for values of the wrong kind", () => {
    for (let end = 0; end < ORDER.length; end += 1) definitionOf(ORDER.slice(0, end));
    fc.assert(fc.property(fc.json(), (text) => void definitionOf(text)));
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) => void definitionOf(JSON.stringify({ StartAt: value, States: { A: value } })),
      ),
    );
    definitionOf("[".repeat(100_000));
  });

  it("with names that mean something to JavaScript is like any other", () => {
    const odd = definitionOf(
      '{"States": {"__proto__": {"Type": "Pass", "Next": "constructor"}, "constructor": {"Type": "Pass"}}}',
    );
    expect(odd.states.map(({ name, type }) => [name, type])).toEqual([
      ["__proto__", "Pass"],
      ["constructor", "Pass"],
    ]);
  });

  it.each(NAMES)("knows every state that an execution of it visits: %s", (name) => {
    const { definition, events } = recorded(name);
    const { byName } = read(definition);
    for (const event of events) {
      const details = event["stateEnteredEventDetails"] as { name: string } | undefined;
      if (details !== undefined) expect(byName.get(details.name)?.type).toBe(event.type.replace("StateEntered", ""));
    }
  });
});
