"""Who runs a function: by its own table, by a pattern, by a project, and what wrong tables are told."""

from pathlib import Path

import pytest

from stepwell.config import ConfigError, Settings
from stepwell.integrations.functions.bindings import Bindings, Bound, Elsewhere, Local, Served, Unusable
from stepwell.integrations.functions.names import FunctionName, read_name
from stepwell.integrations.functions.refusals import ValidationException

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:price"


def name(text: str, qualifier: str | None = None) -> FunctionName:
    return read_name(text, "us-east-1", "123456789012", qualifier)


def bindings(directory: Path, text: str) -> Bindings:
    (directory / "stepwell.toml").write_text(text)
    return Bindings(Settings([directory]))


def handlers(directory: Path, text: str, *names: str) -> list[str | None]:
    found = bindings(directory, text)
    return [bound.spec.handler if isinstance(bound := found.find(name(n)), Local) else None for n in names]


@pytest.mark.parametrize(
    ("text", "arn", "version"),
    [
        ("price", "arn:aws:lambda:us-east-1:123456789012:function:price", "$LATEST"),
        ("price:live", "arn:aws:lambda:us-east-1:123456789012:function:price:live", "$LATEST"),
        ("function:price:7", "arn:aws:lambda:us-east-1:123456789012:function:price:7", "7"),
        ("999999999999:function:price", "arn:aws:lambda:us-east-1:999999999999:function:price", "$LATEST"),
        (ARN, ARN, "$LATEST"),
        (f"{ARN}:$LATEST", f"{ARN}:$LATEST", "$LATEST"),
    ],
)
def test_a_function_is_named_in_each_form_that_lambda_takes(text: str, arn: str, version: str) -> None:
    assert (name(text).arn, name(text).version) == (arn, version)


def test_a_qualifier_beside_the_name_must_be_the_one_within_it() -> None:
    assert name("price", "live").qualifier == name("price:live", "live").qualifier == "live"
    with pytest.raises(ValidationException, match="The derived qualifier from the function name does not match"):
        name("price:live", "old")


def test_what_is_no_name_is_refused_with_lambdas_pattern() -> None:
    with pytest.raises(ValidationException, match="Value 'what is this' at 'functionName' failed to satisfy"):
        name("what is this")


def test_the_own_table_comes_before_patterns_and_patterns_in_their_order(tmp_path: Path) -> None:
    text = """
        [functions."p*"]
        handler = "p.py:handler"
        [functions."*"]
        handler = "any.py:handler"
        [functions.price]
        handler = "own.py:handler"
        [functions."price:old"]
        handler = "old.py:handler"
    """
    found = handlers(tmp_path, text, "price", "price:live", "price:old", "pay", "ship")
    assert found == ["own.handler", "own.handler", "old.handler", "p.handler", "any.handler"]


def test_a_table_may_mean_functions_by_their_arn(tmp_path: Path) -> None:
    text = '[functions."arn:aws:lambda:eu-*"]\nhandler = "eu.py:handler"\n'
    assert handlers(tmp_path, text, ARN, "price") == ["eu.handler", None]


def test_each_kind_of_table_says_who_runs_the_function(tmp_path: Path) -> None:
    text = """
        [functions.here]
        handler = "shop/price.py:price"
        timeout = 5
        concurrency = 2
        [functions.served]
        workers = true
        queue = 7
        [functions.real]
        endpoint = "aws"
        concurrency = 50
    """
    found = bindings(tmp_path, text)
    here = found.find(name("here"))
    assert isinstance(here, Local)
    shown = (here.spec.handler, here.spec.root, here.spec.timeout, here.spec.memory, here.concurrency)
    assert shown == ("price.price", str(tmp_path.resolve() / "shop"), 5, 128, 2)
    assert found.find(name("served")) == Served(900, 7)
    assert found.find(name("real")) == Elsewhere("aws", 50)
    assert found.find(name("unknown")) is None
    assert found.names == ["here", "real", "served"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", "nothing says who runs it. Give one of: handler = "),
        ('handler = "a.py:b"\nworkers = true', "handler and workers exclude each other"),
        ('handler = "index.mjs:handler"', "is not Python, and only Python runs in the server. Serve it with a worker"),
        ('handler = "price.py:"', "names no function. Write FILE.py:FUNCTION"),
        ('endpoint = "lambda"', 'endpoint = "lambda" is no address. Write https://…, or "aws".'),
        ('handler = "a.py:b"\ntimeout = 901', "timeout: expected a number above 0, at most 900, found 901."),
        ('handler = "a.py:b"\nmemmory = 1', "memmory: there is no such setting. Did you mean memory?"),
        ('project = "template.yaml"', "template.yaml cannot be read: No such file or directory."),
    ],
)
def test_a_wrong_table_is_told_where_and_how_to_mend_it(tmp_path: Path, table: str, told: str) -> None:
    with pytest.raises(ConfigError) as problem:
        bindings(tmp_path, f"[functions.price]\n{table}\n")
    assert "[functions.price]" in str(problem.value)
    assert told in str(problem.value)


TEMPLATE = """
Globals:
  Function:
    Runtime: python3.12
    Timeout: 10
    Environment: {Variables: {STAGE: !Ref Stage}}
Parameters:
  Stage: {Type: String, Default: test}
Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  PriceFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/price/
      Handler: app.lambda_handler
      FunctionName: !Sub "${Stage}-price"
      MemorySize: 512
      Environment: {Variables: {TABLE: !Ref Orders, URL: !Sub "https://${AWS::Region}.example"}}
  Ship:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ship, Handler: index.handler, Runtime: nodejs20.x}
"""


def found_in(directory: Path, file: str, text: str, *names: str) -> list[Bound | None]:
    (directory / file).write_text(text)
    found = bindings(directory, f'[functions."*"]\nproject = "{file}"\nenvironment = {{ TABLE = "mine" }}\n')
    return [found.find(name(one)) for one in names]


def test_a_sam_template_tells_its_functions_by_logical_id_and_by_name(tmp_path: Path) -> None:
    price, same, ship, other = found_in(
        tmp_path, "template.yaml", TEMPLATE, "PriceFunction", "test-price", "Ship", "other"
    )
    assert isinstance(price, Local)
    spec = price.spec
    assert (spec.handler, spec.root, spec.timeout, spec.memory, dict(spec.environment)) == (
        "app.lambda_handler",
        str(tmp_path.resolve() / "src/price"),
        10,
        512,
        {"STAGE": "test", "TABLE": "mine", "URL": "https://us-east-1.example"},
    )
    assert (same, other) == (price, None)
    assert isinstance(ship, Unusable)
    assert "has the runtime nodejs20.x. The server runs Python from a directory only. Serve the" in ship.reason


SERVERLESS = """
service: shop
provider:
  runtime: python3.12
  stage: ${opt:stage, 'dev'}
  environment: {STAGE: "${self:provider.stage}"}
functions:
  price:
    handler: handlers/price.main
    memorySize: 256
"""


def test_a_serverless_yml_tells_its_functions_by_key_and_by_deployed_name(tmp_path: Path) -> None:
    price, same = found_in(tmp_path, "serverless.yml", SERVERLESS, "price", "shop-dev-price")
    assert isinstance(price, Local)
    spec = price.spec
    assert (spec.handler, spec.root, spec.timeout, spec.memory, dict(spec.environment)) == (
        "handlers/price.main",
        str(tmp_path.resolve()),
        6,
        256,
        {"STAGE": "dev", "TABLE": "mine"},
    )
    assert same == price
