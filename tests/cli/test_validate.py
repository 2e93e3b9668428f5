"""What `stepwell validate` says of definitions: where, what, how to mend it, and its exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from stepwell.cli import main

DONE = {"Type": "Pass", "End": True}
VALID = {"StartAt": "A", "States": {"A": DONE}}
LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:charge"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory the commands run in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> tuple[int, str]:
    """Exit code and everything printed."""
    done = CliRunner().invoke(main, ["validate", *arguments], input=stdin)
    return done.exit_code, done.output


def found(*arguments: str) -> list[tuple[Any, ...]]:
    """Of each diagnostic: resource, line, column, severity, location."""
    definitions = json.loads(run(*arguments, "--json")[1])["definitions"]
    return [
        (definition["resource"], *(finding[name] for name in ("line", "column", "severity", "location")))
        for definition in definitions
        for finding in definition["diagnostics"]
    ]


def test_a_definition_without_fault_is_said_to_have_none(here: Path) -> None:
    (here / "a.json").write_text(json.dumps(VALID))
    assert run("a.json") == (0, "1 definition: 0 errors.\n")


def test_a_fault_is_told_with_its_place_and_its_mend(here: Path) -> None:
    (here / "a.json").write_text(
        '{\n\t"StartAt": "Order",\n\t"States": {\n'
        '\t\t"Order": {"Type": "Pass", "Next": "Shipp"},\n\t\t"Ship": {"Type": "Succeed"}\n\t}\n}'
    )
    assert run("a.json") == (
        1,
        "a.json:4:29: ERROR MISSING_TRANSITION_TARGET: Missing 'Next' target: Shipp\n"
        "    in Order, at /States/Order/Next\n"
        '    Did you mean "Ship"? A target must stand in the same States.\n'
        'a.json:5:3: ERROR MISSING_TRANSITION_TARGET: State "Ship" is not reachable.\n'
        "    in Ship, at /States/Ship\n"
        "    Lead to it by Next, Default or Catch, or take it out.\n"
        "1 definition: 2 errors.\n",
    )


def test_a_state_of_an_inner_scope_is_told_with_those_around_it(here: Path) -> None:
    inner = {"StartAt": "B", "States": {"B": {"Type": "Pass", "Nxt": "C"}}}
    (here / "a.json").write_text(
        json.dumps({"StartAt": "a/b", "States": {"a/b": {"Type": "Parallel", "Branches": [inner], "End": True}}})
    )
    _, said = run("a.json")
    assert "    in a/b > B, at /States/a/b/Branches[0]/States/B\n" in said
    assert 'Did you mean "Next"?' in said


def test_yaml_is_read_as_json_is(here: Path) -> None:
    (here / "a.yaml").write_text(
        "StartAt: W\nStates:\n  W:\n    Type: Wait\n    Timestamp: 2016-03-14T01:59:00Z\n    Next: N\n"
        "  N:\n    Type: Succeed\n    Comment: &c yes\n    Foreign: *c\n"
    )
    assert found("a.yaml") == [(None, 7, 3, "ERROR", "/States/N")]


def test_a_name_that_occurs_twice_is_found_in_yaml_too(here: Path) -> None:
    (here / "a.yaml").write_text("StartAt: A\nStates:\n  A: {Type: Fail}\n  A: {Type: Succeed}\n")
    assert "DUPLICATE_STATE_NAME" in run("a.yaml")[1]


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("a.json", '{\n "StartAt" "A"}', "2:12"),
        ("a.yaml", "StartAt: A\nStates: [\n", "3:1"),
        ("a.yaml", "", "1:1"),
        ("a.json", "", "1:1"),
    ],
)
def test_what_cannot_be_read_is_told_where_it_ends(here: Path, name: str, text: str, place: str) -> None:
    (here / name).write_text(text)
    code, said = run(name)
    assert (code, said.split(" ")[0]) == (1, f"{name}:{place}:")
    assert "INVALID_JSON_DESCRIPTION" in said


@pytest.mark.parametrize("text", ["[" * 100_000, "a: &a [*a]", "a: &a [" + "x," * 999 + "]\nb: [" + "*a," * 999 + "]"])
def test_no_text_upsets_it(here: Path, text: str) -> None:
    (here / "a.txt").write_text(text)
    code, said = run("a.txt")
    assert (code, "Traceback" in said) == (1, False)


def test_a_fault_in_each_of_many_states_is_told_in_time(here: Path) -> None:
    states = {f"S{n}": {"Type": "Pass", "Next": f"S{n + 1}", "Foreign": n} for n in range(3_000)}
    (here / "a.json").write_text(json.dumps({"StartAt": "S0", "States": {**states, "S3000": DONE}}, indent=1))
    assert run("a.json")[1].endswith("1 definition: 3,000 errors.\n")


def test_aliases_cannot_stand_for_billions(here: Path) -> None:
    lines = ["a0: &a0 x"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (here / "a.yaml").write_text("\n".join(lines))
    code, said = run("a.yaml")
    assert (code, "more than 500,000 values" in said) == (1, True)


def test_standard_input_and_several_files_are_read_in_their_order(here: Path) -> None:
    (here / "a.json").write_text(json.dumps(VALID))
    code, said = run("a.json", "-", stdin='{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}')
    assert (code, said.splitlines()[0].split(" ")[0], said.splitlines()[-1]) == (
        1,
        "-:1:29:",
        "2 definitions: 2 errors.",
    )


def test_a_file_that_is_not_there_does_not_hide_what_is_wrong_with_the_others(here: Path) -> None:
    (here / "a.json").write_text("{}")
    (here / "b.json").write_text(json.dumps(VALID))
    assert run("nowhere.json", "b.json")[0] == 2
    code, said = run("nowhere.json", "a.json")
    assert (code, "nowhere.json cannot be read" in said, "a.json:1:1" in said) == (1, True, True)


def test_warnings_are_told_when_asked_for_and_are_no_fault(here: Path) -> None:
    state = {"Type": "Pass", "Parameters": {"a": "$.b"}, "End": True}
    (here / "a.json").write_text(json.dumps({"StartAt": "A", "States": {"A": state}}))
    assert run("a.json") == (0, "1 definition: 0 errors.\n")
    code, said = run("a.json", "--warnings")
    assert (code, "WARNING NO_DOLLAR" in said, "0 errors, 1 warning." in said) == (0, True, True)


def test_the_type_may_be_asked_for(here: Path) -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:eu-west-1:123456789012:activity:a", "End": True}
    (here / "a.json").write_text(json.dumps({"StartAt": "A", "States": {"A": state}}))
    assert (run("a.json")[0], run("a.json", "--type", "EXPRESS")[0]) == (0, 1)


def test_json_is_printed_for_programs(here: Path) -> None:
    (here / "a.json").write_text('{"StartAt": "A", "States": {"A": {"Type": "Pass"}}}')
    code, said = run("a.json", "--json")
    [definition] = json.loads(said)["definitions"]
    assert code == 1
    assert definition["diagnostics"][0] == {
        "severity": "ERROR",
        "code": "SCHEMA_VALIDATION_FAILED",
        "message": "This object should have only one of the following fields: [Next, End]",
        "location": "/States/A",
        "line": 1,
        "column": 29,
        "state": "A",
        "mend": 'Add "Next" with the state to go to, or "End": true.',
    }
    assert {name: definition[name] for name in ("file", "resource", "type", "result")} == {
        "file": "a.json",
        "resource": None,
        "type": "STANDARD",
        "result": "FAIL",
    }


# --- what is settled when it is deployed ---------------------------------------------------------------------------


def machine(**fields: Any) -> str:
    return json.dumps({"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": LAMBDA, "End": True, **fields}}})


@pytest.mark.parametrize(
    "fields",
    [
        {"Resource": "${ChargeFunction}"},
        {"Resource": "${ChargeFunction.Arn}:$LATEST"},
        {"Resource": "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}"},
        {"Resource": "arn:aws:states:::${Service}:${Action}"},
        {"TimeoutSeconds": "${Timeout}"},
        {"Retry": "${Retry}"},
        {"Retry": [{"ErrorEquals": ["${Error}"], "MaxAttempts": "${Most}"}]},
        {"Parameters": {"a.$": "${Path}", "b.$": "$.${Field}", "c.$": "States.Format('${Prefix}-{}', $.a)"}},
        {"InputPath": "${Path}", "OutputPath": "$.a.${Field}"},
        {"QueryLanguage": "JSONata", "TimeoutSeconds": "{% ${Timeout} * 2 %}", "Output": "{% '${Url}?a' %}"},
    ],
)
def test_a_value_that_is_substituted_later_is_not_refused(here: Path, fields: dict[str, Any]) -> None:
    (here / "a.json").write_text(machine(**fields))
    assert run("a.json") == (0, "1 definition: 0 errors.\n")


def test_a_substitution_may_stand_outside_of_strings(here: Path) -> None:
    (here / "a.json").write_text(machine(TimeoutSeconds=7, Foreign=1).replace("7", "${Timeout}", 1))
    assert found("a.json") == [(None, 1, 29, "ERROR", "/States/A")]


def test_where_a_target_is_substituted_nobody_knows_what_is_reached(here: Path) -> None:
    states = {"A": {"Type": "Pass", "Next": "${Next}"}, "B": {"Type": "Succeed"}}
    (here / "a.json").write_text(json.dumps({"StartAt": "A", "States": states}))
    assert run("a.json")[0] == 0


def test_what_is_known_of_a_resource_is_held_against_the_rest(here: Path) -> None:
    (here / "a.json").write_text(machine(Resource="arn:${AWS::Partition}:states:::sqs:sendMessage.waitForTaskToken"))
    assert found("a.json") == [(None, 1, 29, "ERROR", "/States/A")]  # no Parameters
    assert (None, 1, 51, "ERROR", "/States/A/Resource") in found("a.json", "--type", "EXPRESS")


# --- templates -----------------------------------------------------------------------------------------------------

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Role:
    Type: AWS::IAM::Role
  Elsewhere:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: statemachine/a.asl.json
      Type: EXPRESS
  Inline:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: L
        States:
          L:
            Type: Task
            Resource: !GetAtt Function.Arn
            Next: !Ref Later
            Foreign: !Sub "${AWS::Region}"
          M:
            Type: Task
            Resource: !Join [":", ["arn", !Ref AWS::Partition, states, "", "", lambda, invoke]]
            End: true
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: !Sub |
        {
          "StartAt": "X",
          "States": {
            "X": {"Type": "Task", "Resource": "${Function.Arn}", "Next": "Y"}
          }
        }
"""


def test_a_template_stands_for_the_definitions_of_its_machines(here: Path) -> None:
    (here / "statemachine").mkdir()
    (here / "statemachine/a.asl.json").write_text(
        machine(Resource="arn:aws:states:eu-west-1:123456789012:activity:${Name}").replace("${Name}", "approve")
    )
    (here / "template.yaml").write_text(TEMPLATE)
    assert found("template.yaml") == [
        # An activity in an Express machine: the template says so
        ("Elsewhere", 1, 51, "ERROR", "/States/A/Resource"),
        ("Inline", 16, 11, "ERROR", "/States/L"),
        ("Inline", 21, 11, "ERROR", "/States/M"),
        # Within a text too, the line is the template's
        ("Text", 32, 66, "ERROR", "/States/X/Next"),
        ("Text", 29, 9, "ERROR", None),
    ]
    _, said = run("template.yaml")
    assert f"{Path('statemachine/a.asl.json')}:1:51: ERROR" in said
    assert "    in Inline > L, at /States/L\n" in said


def test_a_text_put_together_by_a_function_has_one_place(here: Path) -> None:
    parts = [
        '{"StartAt":"S","States":{"S":{"Type":"Task","Resource":"',
        {"Fn::GetAtt": ["F", "Arn"]},
        '","Ned":true}}}',
    ]
    definition = {"DefinitionString": {"Fn::Join": ["", parts]}}
    machines = {"S": {"Type": "AWS::StepFunctions::StateMachine", "Properties": definition}}
    (here / "cdk.template.json").write_text(json.dumps({"Resources": machines}, indent=1))
    assert {finding[1:3] for finding in found("cdk.template.json")} == {(6, 25)}


def test_a_template_without_machines_has_nothing_to_validate(here: Path) -> None:
    (here / "template.yaml").write_text("Resources: {Role: {Type: AWS::IAM::Role}}")
    assert run("template.yaml") == (0, "")


@pytest.mark.parametrize(
    "properties", ["{DefinitionUri: s3://bucket/key}", "{DefinitionUri: {Bucket: b, Key: k}}", "{}", "[]"]
)
def test_a_definition_that_lies_elsewhere_is_asked_for(here: Path, properties: str) -> None:
    (here / "t.yaml").write_text(f"Resources: {{S: {{Type: AWS::Serverless::StateMachine, Properties: {properties}}}}}")
    code, said = run("t.yaml")
    assert (code, said.startswith("Error: t.yaml: ")) == (2, True)
