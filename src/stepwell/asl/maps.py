"""What only Map states have: the processor's configuration, and the parts of a distributed Map."""

import re
from typing import Any

import msgspec

from stepwell.arns import ANY_PARTITION
from stepwell.asl import readers
from stepwell.asl.diagnostics import Code
from stepwell.asl.place import MachineType, Place, Reader
from stepwell.asl.states import Scope
from stepwell.expressions.scope import Json

LONGEST_LABEL = 40
"""Characters (developer guide, "Distributed Map state fields")."""

DISTRIBUTED_ONLY = (
    "ItemReader",
    "ItemBatcher",
    "ResultWriter",
    "Label",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
)
"""Fields without meaning in INLINE mode (developer guide, "Inline Map state fields")."""

_NOT_IN_LABELS = re.compile(r'[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f\ufffe\uffff]')
_CONFIG = {"Mode": readers.one_of("INLINE", "DISTRIBUTED"), "ExecutionType": readers.one_of("STANDARD", "EXPRESS")}


class ProcessorConfig(msgspec.Struct, frozen=True):
    """How the iterations run. An inline Map's are of the machine's own type."""

    distributed: bool
    type: MachineType


def processor(value: Json, place: Place) -> tuple[Scope | None, ProcessorConfig]:
    """Read ItemProcessor or Iterator."""
    config = _processor_config(value, place) if isinstance(value, dict) else ProcessorConfig(False, place.type)
    if config.distributed:
        place = place.apart()  # an execution of its own
    return place.within(config.type).scope(value, {"ProcessorConfig": readers.anything}), config


def with_processor(found: dict[str, Any]) -> dict[str, Any]:
    """What was read of a Map, with its processor and the processor's configuration taken apart."""
    if "processor" not in found:
        return found
    scope, config = found["processor"]
    execution_type = config.type if config.distributed else "STANDARD"
    return found | {"processor": scope, "distributed": config.distributed, "execution_type": execution_type}


def _processor_config(processor: dict[str, Any], place: Place) -> ProcessorConfig:
    """ItemProcessor's ProcessorConfig; absent means INLINE."""
    inline = ProcessorConfig(False, place.type)
    if "ProcessorConfig" not in processor:
        return inline
    value, place = processor["ProcessorConfig"], place.field("ProcessorConfig")
    distributed = _is_distributed(processor)
    allowed = _CONFIG if distributed else ["Mode"]
    if not place.object(value, allowed, ["ExecutionType"] if distributed else ()):
        return inline
    found = readers.fields(_CONFIG, value, place)
    if distributed and place.type == "EXPRESS":
        place.field("Mode").error(
            "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"
        )
    return ProcessorConfig(True, found.get("ExecutionType") or "STANDARD") if distributed else inline


def check_mode(state: dict[str, Any], place: Place) -> None:
    """Tell of the distributed Map's fields in an inline one, which could not heed them."""
    if _is_distributed(state.get("ItemProcessor", state.get("Iterator"))):
        return
    for name in state:
        if name in DISTRIBUTED_ONLY:
            place.error(f"Field '{name}' is not supported")


def _is_distributed(processor: Json) -> bool:
    config = processor.get("ProcessorConfig") if isinstance(processor, dict) else None
    return isinstance(config, dict) and config.get("Mode") == "DISTRIBUTED"


def label(value: Json, place: Place) -> str | None:
    text = readers.string(value, place)
    if text is None:
        return None
    if len(text) > LONGEST_LABEL:
        place.error(
            f"Label name '{text}' exceeds the {LONGEST_LABEL}-character limit allowed by the service",
            Code.INVALID_LABEL_NAME,
        )
    if _NOT_IN_LABELS.search(text):
        place.error(
            f"Label name '{text}' has white space, brackets, wildcards or special characters; use letters, "
            "digits, '-' and '_'",
            Code.INVALID_LABEL_NAME,
        )
    if text in place.reading.labels:
        place.error(f"Duplicate Label name: {text}", Code.DUPLICATE_LABEL_NAME)
    place.reading.labels.add(text)
    return text


def _part(required: tuple[str, ...], table: dict[str, Reader]) -> Reader:
    """An object with these fields, kept as it is: what runs it reads it."""

    def read(value: Json, place: Place) -> Json:
        if place.object(value, table, required):
            place.only_in_language(value, [name for name in value if _is_for_paths(name)], "JSONPath")
            place.only_in_language(value, ["Arguments"], "JSONata")
            readers.fields(table, value, place)
        return value

    return read


def _is_for_paths(name: str) -> bool:
    return name == "Parameters" or name.endswith("Path")


def _s3(*actions: str) -> Reader:
    form = re.compile(rf"arn:{ANY_PARTITION}:states:::s3:(?:{'|'.join(actions)})")

    def read(value: Json, place: Place) -> Json:
        if not isinstance(value, str) or not form.fullmatch(value):
            place.error("The field 'Resource' does not match any of the allowed values")
        return value

    return read


def _reader_config(value: Json, place: Place) -> Json:
    if not place.object(value, _READER_CONFIG):
        return value
    if value.get("InputType") == "CSV" and "ManifestType" not in value:  # Athena's files have no header
        place.require(value, ["CSVHeaderLocation"])
    elif "CSVHeaderLocation" in value and value.get("InputType") == "JSON":
        place.error("Field 'CSVHeaderLocation' is not supported")
    if value.get("CSVHeaderLocation") == "GIVEN":
        place.require(value, ["CSVHeaders"])
    place.at_most_one(value, ["MaxItems", "MaxItemsPath"])
    readers.fields(_READER_CONFIG, value, place)
    return value


_INTEGER = readers.or_jsonata(readers.integer(0), "number")
_ITEMS = readers.or_jsonata(readers.integer(0, 100_000_000), "number")
_READER_CONFIG = {
    "InputType": readers.one_of("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"),
    "ManifestType": readers.one_of("ATHENA_DATA", "S3_INVENTORY"),
    "Transformation": readers.one_of("NONE", "LOAD_AND_FLATTEN"),
    "CSVDelimiter": readers.one_of("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    "CSVHeaderLocation": readers.one_of("FIRST_ROW", "GIVEN"),
    "CSVHeaders": readers.array(readers.string),
    "MaxItems": _ITEMS,
    "MaxItemsPath": readers.value_path("MaxItemsPath"),
    "ItemsPointer": readers.string,
}
_WRITER_CONFIG = {
    "Transformation": readers.one_of("NONE", "COMPACT", "FLATTEN"),
    "OutputType": readers.one_of("JSON", "JSONL"),
}

_ITEM_READER = {
    "Resource": _s3("getObject", "listObjectsV2"),
    "Parameters": readers.template("Parameters"),
    "Arguments": readers.jsonata(),
    "ReaderConfig": _reader_config,
}
_RESULT_WRITER = {
    "Resource": _s3("putObject"),
    "Parameters": readers.template("Parameters"),
    "Arguments": readers.jsonata(),
    "WriterConfig": _part((), _WRITER_CONFIG),
}
_ITEM_BATCHER = {
    "MaxItemsPerBatch": _INTEGER,
    "MaxItemsPerBatchPath": readers.value_path("MaxItemsPerBatchPath"),
    "MaxInputBytesPerBatch": _INTEGER,
    "MaxInputBytesPerBatchPath": readers.value_path("MaxInputBytesPerBatchPath"),
    "BatchInput": readers.by_language(readers.template("BatchInput"), readers.jsonata()),
}

item_reader = _part(("Resource",), _ITEM_READER)
result_writer = _part((), _RESULT_WRITER)
item_batcher = _part((), _ITEM_BATCHER)

PARTS = {
    "ProcessorConfig": _CONFIG,
    "ItemReader": _ITEM_READER,
    "ReaderConfig": _READER_CONFIG,
    "ItemBatcher": _ITEM_BATCHER,
    "ResultWriter": _RESULT_WRITER,
    "WriterConfig": _WRITER_CONFIG,
}
"""The objects within a Map, and the fields of each."""
