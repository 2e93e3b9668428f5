"""What editors complete: the same tables as the reader of definitions has, each field with a sentence."""

from api.live import LiveServer
from stepwell.asl.shapes import shapes
from stepwell.console.words import FIELDS, told_of

from .reading import read


def test_the_language_is_told_with_all_its_words(server: LiveServer) -> None:
    told = read(server, "language")
    assert {name: set(fields) for name, fields in told["fields"].items()} == {
        name: set(fields) for name, fields in shapes().items()
    }
    assert told["fields"]["Machine"]["StartAt"] == {
        "type": "string",
        "required": True,
        "doc": "The state to begin with.",
        "languages": ["JSONPath", "JSONata"],
    }
    assert told["fields"]["Retrier"]["JitterStrategy"]["values"] == ["NONE", "FULL"]
    assert {"States.ALL", "States.Timeout"} <= set(told["errors"])
    assert {"States.Format", "States.UUID"} <= set(told["intrinsics"])
    assert {"$partition", "$sum", "$uuid"} <= set(told["jsonata"])
    assert "arn:aws:states:::sqs:sendMessage.waitForTaskToken" in told["resources"]


def test_every_sentence_is_of_a_field_that_there_is() -> None:
    assert FIELDS.keys() <= {field for shape in shapes().values() for field in shape}


def test_an_operator_is_told_by_its_name() -> None:
    assert told_of("NumericGreaterThanEqualsPath") == (
        "Whether Variable's value is a number greater than or equal to the one at this path."
    )
    assert told_of("IsNull") == "Whether Variable's value is null."
