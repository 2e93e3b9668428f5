import { describe, expect, test } from "vitest";
import { completionsAt, type LanguageTold } from "./completion";

const both = ["JSONPath", "JSONata"];
const field = (type: string, required = false, languages = both, values?: string[]) => ({
  type,
  required,
  doc: "",
  languages,
  ...(values && { values }),
});
const TOLD: LanguageTold = {
  fields: {
    Machine: {
      StartAt: field("string", true),
      States: field("object", true),
      Comment: field("string"),
      TimeoutSeconds: field("number"),
    },
    Task: {
      Type: field("string", true),
      Resource: field("string", true),
      Next: field("string"),
      End: field("boolean"),
      Arguments: field("object", false, ["JSONata"]),
      Parameters: field("object", false, ["JSONPath"]),
      QueryLanguage: field("string", false, both, both),
    },
    Retrier: { ErrorEquals: field("array", true), MaxAttempts: field("number") },
    Catcher: { ErrorEquals: field("array", true), Next: field("string", true) },
    ChoiceRule: { Variable: field("string"), Next: field("string") },
    ProcessorConfig: { Mode: field("string", false, both, ["INLINE", "DISTRIBUTED"]) },
  },
  errors: ["States.ALL", "States.Timeout"],
  intrinsics: ["States.Format"],
  jsonata: ["$sum"],
  resources: ["arn:aws:states:::lambda:invoke"],
};

/** The cursor stands at the bar. */
function at(marked: string, asked = true) {
  const offset = marked.indexOf("|");
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const found = completionsAt(text, offset, TOLD, asked);
  return found && { text, ...found };
}

const labels = (marked: string, asked = true) => at(marked, asked)?.options.map(({ label }) => label) ?? null;

/** The text once the option of that name was chosen. */
function chosen(marked: string, label: string) {
  const found = at(marked);
  const option = found?.options.find((one) => one.label === label);
  if (!found || !option) return null;
  const cursor = option.cursor ?? option.insert.length;
  const insert = `${option.insert.slice(0, cursor)}|${option.insert.slice(cursor)}`;
  return found.text.slice(0, found.replace.from) + insert + found.text.slice(found.replace.to);
}

const machine = (states: string) => `{"StartAt": "A", "States": {${states}}}`;

describe("names of fields", () => {
  test("are those of what the cursor is in, without those that are there", () => {
    expect(labels('{"StartAt": "A", "|"}')).toEqual(["States", "Comment", "TimeoutSeconds"]);
    expect(labels(machine('"A": {"Type": "Task", "Retry": [{"|"}]}'))).toEqual(["ErrorEquals", "MaxAttempts"]);
    expect(labels(machine('"A": {"Type": "Task", "Catch": [{"ErrorEquals": [], |}]}'))).toEqual(["Next"]);
    expect(labels(machine('"A": {"Type": "Choice", "Choices": [{"And": [{"|"}]}]}'))).toEqual(["Variable", "Next"]);
  });

  test("are those of the state's query language", () => {
    const rest = ["Resource", "Next", "End"];
    expect(labels(machine('"A": {"Type": "Task", "|"}'))).toEqual([...rest, "Parameters", "QueryLanguage"]);
    expect(labels(machine('"A": {"Type": "Task", "QueryLanguage": "JSONata", "|"}'))).toEqual([...rest, "Arguments"]);
  });

  test("are offered before others too, where the text cannot be read any more", () => {
    const rest = ["Next", "End", "Parameters", "QueryLanguage"];
    expect(labels(machine('"A": {"|" "Type": "Task", "Resource": ""}'))).toEqual(rest);
    expect(labels(machine('"A": {"Type": "Task", "Resource": "", "|\n}'))).toEqual(rest);
  });

  test("of a state whose Type is not known yet begin with Type", () => {
    expect(labels(machine('"A": {"|"}'))?.[0]).toBe("Type");
  });

  test("come with a value to fill, unless one stands there already", () => {
    expect(chosen('{"|"}', "StartAt")).toBe('{"StartAt": "|"}');
    expect(chosen('{"Sta|": "A"}', "StartAt")).toBe('{"StartAt"|: "A"}');
    expect(chosen(machine('"A": {"Type": "Task", "|"}'), "End")).toBe(machine('"A": {"Type": "Task", "End": true|}'));
  });

  test("within a branch are those a scope has", () => {
    expect(labels(machine('"P": {"Type": "Parallel", "Branches": [{"|"}]}'))).toEqual(["StartAt", "States", "Comment"]);
  });

  test("are nobody's business in what the author is free in", () => {
    expect(labels(machine('"A": {"Type": "Task", "Parameters": {"|"}}'))).toBeNull();
  });

  test("that are missing as states are offered where states stand", () => {
    expect(labels(machine('"A": {"Type": "Task", "Next": "B", "Catch": [{"Next": "C"}]}, "|"'))).toEqual(["B", "C"]);
    expect(chosen(machine('"|"'), "A")).toBe(machine('"A": { "Type": "|" }'));
  });
});

describe("values", () => {
  const two = '"A": {"Type": "Task", "Next": "|"}, "B": {"Type": "Pass"}, "C": {"Type": "Fail", "Error": "Own"}';

  test("of Next are the other states of the same scope", () => {
    expect(labels(machine(two))).toEqual(["B", "C"]);
    const inner =
      '"P": {"Type": "Parallel", "Branches": [{"StartAt": "I", "States": {"I": {"Type": "Task", "Catch": [{"Next": "|"}]}, "J": {"Type": "Pass"}}}]}';
    expect(labels(machine(inner))).toEqual(["J"]);
  });

  test("of StartAt are all states", () => {
    expect(labels('{"StartAt": "|", "States": {"A": {}, "B": {}}}')).toEqual(["A", "B"]);
  });

  test("replace the whole text that stood there", () => {
    expect(chosen(machine(two.replace("|", "Wr|ong")), "B")).toBe(machine(two.replace('"|"', '"B"|')));
  });

  test("of Type are the types, of a Task's Resource the resources", () => {
    expect(labels(machine('"A": {"Type": "|"}'))?.slice(0, 3)).toEqual(["Task", "Pass", "Choice"]);
    expect(labels(machine('"A": {"Type": "Task", "Resource": "|"}'))).toEqual(["arn:aws:states:::lambda:invoke"]);
  });

  test("of ErrorEquals are the errors that the machine itself raises, and the others", () => {
    expect(
      labels(
        machine('"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["|"]}]}, "C": {"Type": "Fail", "Error": "Own"}'),
      ),
    ).toEqual(["Own", "States.ALL", "States.Timeout"]);
  });

  test("that a field names are offered", () => {
    expect(labels(machine('"M": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {"Mode": "|"}}}'))).toEqual([
      "INLINE",
      "DISTRIBUTED",
    ]);
  });

  test("without quotes are offered when asked for", () => {
    expect(chosen(machine('"A": {"Type": "Task", "Next": |}, "B": {}'), "B")).toBe(
      machine('"A": {"Type": "Task", "Next": "B"|}, "B": {}'),
    );
    expect(labels(machine('"A": {"Type": "Task", "Next": |}, "B": {}'), false)).toBeNull();
  });
});

describe("expressions", () => {
  test("in JSONata have functions, $states and what was assigned", () => {
    const text = machine(
      '"A": {"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"total": 1}, "Output": "{% $to| %}"}',
    );
    expect(labels(text)).toEqual(expect.arrayContaining(["$states.input", "$total", "$sum"]));
    expect(chosen(text, "$sum")).toContain('"{% $sum(|) %}"');
  });

  test("in JSONPath have intrinsic functions and the context, where a path is read", () => {
    expect(labels(machine('"A": {"Type": "Pass", "Parameters": {"a.$": "States.F|"}}'))).toEqual(
      expect.arrayContaining(["States.Format", "$$.Execution.Id"]),
    );
    expect(labels(machine('"A": {"Type": "Pass", "InputPath": "$|"}'))).not.toContain("States.Format");
    expect(labels(machine('"A": {"Type": "Pass", "Parameters": {"a": "$|"}}'))).toBeNull();
  });
});

test("half a text, and one that is nothing, are no trouble", () => {
  expect(labels("|")).toBeNull();
  expect(labels('{"States": {"A": {"Type": "Task", "Ne|')).toEqual([
    "Resource",
    "Next",
    "End",
    "Parameters",
    "QueryLanguage",
  ]);
  expect(labels(`${"[".repeat(50_000)}|`)).toBeNull();
});
