"""Traces reach a collector by OpenTelemetry's own protocol, in the trace of whoever started the execution."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector import Collector
from stepwell.config import ConfigError
from stepwell.core.spans import Span
from stepwell.integrations.traces.header import Caller, read_header
from stepwell.integrations.traces.tracer import OtlpTracer, Trace, load_traces

ARN = "arn:aws:states:eu-west-1:123456789012:execution:m:e"
NOON = 1_700_000_000_000
TRACE, PARENT = "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
XRAY = f"Root=1-{TRACE[:8]}-{TRACE[8:]};Parent={PARENT};Sampled=1"


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    collector = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
    yield collector
    collector.close()


def trace(header: str | None = None, spans: int = 2) -> Trace:
    root = Span(0, None, "m", NOON, execution_arn=ARN)
    root.end = NOON + 5
    inner = [Span(number, 0, f"S{number}", NOON + 1, state_type="Task") for number in range(1, spans)]
    inner[0].end, inner[0].failed, inner[0].failures = NOON + 4, "E: c", [(NOON + 3, "E", "c")]
    return Trace(ARN, NOON, header, [root, *inner])


async def sent(*traces: Trace) -> None:
    tracer = OtlpTracer()
    for one in traces:
        await tracer.send(one)
    await tracer.close(10)


async def test_spans_have_times_parents_attributes_and_errors(runner, collector):
    await sent(trace())
    root, state = collector.wait_for(2)
    assert (root.name, root.start_time_unix_nano, root.end_time_unix_nano) == ("m", NOON * 10**6, (NOON + 5) * 10**6)
    assert (root.parent_span_id, state.parent_span_id) == (b"", root.span_id)
    assert root.trace_id == state.trace_id
    assert root.trace_id.hex().startswith(f"{NOON // 1000:08x}")
    assert {one.key: one.value.string_value for one in root.attributes} == {"stepwell.execution.arn": ARN}
    assert (state.status.code, state.status.message) == (2, "E: c")
    assert [(event.name, event.time_unix_nano) for event in state.events] == [("exception", (NOON + 3) * 10**6)]
    assert collector.resource["service.name"] == "stepwell"


@pytest.mark.parametrize("header", [XRAY, f"00-{TRACE}-{PARENT}-01"])
async def test_a_trace_header_names_the_trace_and_the_parent(runner, collector, header):
    await sent(trace(header))
    root, state = collector.wait_for(2)
    assert (root.trace_id.hex(), root.parent_span_id.hex(), state.trace_id.hex()) == (TRACE, PARENT, TRACE)


async def test_a_header_without_a_parent_names_the_trace(runner, collector):
    await sent(trace(XRAY.replace(f"Parent={PARENT};", "")))
    root, _ = collector.wait_for(2)
    assert (root.trace_id.hex(), root.parent_span_id) == (TRACE, b"")


async def test_what_is_not_sampled_is_not_sent(runner, collector, monkeypatch):
    await sent(trace(XRAY.replace("Sampled=1", "Sampled=0")))
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    await sent(trace())
    assert collector.spans == []


async def test_the_same_span_has_the_same_id_after_a_redrive(runner, collector):
    await sent(trace(), trace())
    ids = [span.span_id for span in collector.wait_for(4)]
    assert ids[:2] == ids[2:]


async def test_more_spans_than_the_sdk_holds_arrive(runner, collector):
    await sent(trace(spans=6000))
    assert len(collector.wait_for(6000)) == 6000


@pytest.mark.parametrize(
    ("text", "caller"),
    [
        (None, None),
        ("", None),
        ("Root=not enabled;Sampled=0", None),
        (XRAY, Caller(int(TRACE, 16), int(PARENT, 16), True)),
        (f"Root=1-{TRACE[:8]}-{TRACE[8:]}", Caller(int(TRACE, 16), None, True)),
        (f"00-{TRACE}-{PARENT}-00", Caller(int(TRACE, 16), int(PARENT, 16), False)),
    ],
)
def test_a_header_is_read(text, caller):
    assert read_header(text) == caller


def test_without_the_table_there_are_no_traces(tmp_path: Path):
    assert load_traces([tmp_path]) is None
    (tmp_path / "stepwell.toml").write_text('[traces]\nto = "otlp"\n')
    assert isinstance(load_traces([tmp_path]), OtlpTracer)


def test_a_destination_that_is_none_is_refused(tmp_path: Path):
    (tmp_path / "stepwell.toml").write_text('[traces]\nto = "xray"\n')
    with pytest.raises(ConfigError) as caught:
        load_traces([tmp_path])
    said = 'to: expected "otlp", found "xray".'
    assert str(caught.value) == f"{tmp_path}/stepwell.toml, [traces]: {said}"
