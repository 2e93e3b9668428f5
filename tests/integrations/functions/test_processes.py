"""Functions that the server runs itself: unmodified Lambda handlers, in warm processes that may die."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from stepwell.integrations.call import Postponed
from stepwell.integrations.functions.refusals import (
    RequestTooLargeException,
    ServiceException,
    TooManyRequestsException,
)

from .conftest import Shop, until

ID = "00000001-0000-4000-8000-000000000000"


# -- answers -----------------------------------------------------------------------------------------------------------


async def test_a_handlers_answer_is_json(shop: Shop) -> None:
    shop.open(price="return {'euros': 7, 'for': event}")
    assert await shop.answer("price", {"item": "dough"}) == {"euros": 7, "for": {"item": "dough"}}


async def test_a_handler_that_returns_nothing_answers_null(shop: Shop) -> None:
    shop.open(price="pass")
    assert (await shop.outcome("price")).payload == b"null"


async def test_decimals_are_numbers_as_dynamodb_gives_them(shop: Shop) -> None:
    shop.open(price="from decimal import Decimal; return {'euros': Decimal('7.5')}")
    assert await shop.answer("price") == {"euros": 7.5}


async def test_a_process_is_warm_for_the_next_invocation(shop: Shop) -> None:
    shop.write("count.py", "seen = []\ndef handler(event, context):\n    seen.append(event)\n    return seen\n")
    shop.open('[functions.count]\nhandler = "count.py:handler"\n')
    assert [await shop.answer("count", n) for n in range(3)] == [[0], [0, 1], [0, 1, 2]]


async def test_a_handler_imports_its_neighbours(shop: Shop) -> None:
    shop.write("shop/vat.py", "RATE = 19\n")
    shop.write("shop/price.py", "import vat\ndef handler(event, context):\n    return vat.RATE\n")
    shop.open('[functions.price]\nhandler = "shop/price.py:handler"\n')
    assert await shop.answer("price") == 19


async def test_a_handler_in_a_package_is_named_as_lambda_names_it(shop: Shop) -> None:
    shop.write("src/shop/__init__.py", "")
    shop.write("src/shop/vat.py", "RATE = 19\n")
    shop.write("src/shop/price.py", "from .vat import RATE\ndef handler(event, context):\n    return RATE\n")
    shop.open('[functions.price]\nhandler = "shop.price.handler"\ncode = "src"\n')
    assert await shop.answer("price") == 19


async def test_the_context_tells_what_lambdas_does(shop: Shop) -> None:
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\ntimeout = 60\nmemory = 256\n',
        price="""
        c = context
        assert 50_000 < c.get_remaining_time_in_millis() <= 60_000
        assert c.log_stream_name.startswith("[$LATEST]")
        return [c.aws_request_id, c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb,
                c.log_group_name, c.client_context.custom, c.identity.cognito_identity_id]
        """,
    )
    assert await shop.answer("price:live", client_context=b'{"custom": {"shop": 1}}') == [
        ID,
        "price",
        "$LATEST",
        "arn:aws:lambda:eu-west-1:123456789012:function:price:live",
        "256",
        "/aws/lambda/price",
        {"shop": 1},
        None,
    ]


async def test_each_invocation_has_a_trace_of_its_own_and_none_is_kept_by_the_c_library(shop: Shop) -> None:
    shop.open(
        price="import ctypes, os; getenv = ctypes.CDLL(None).getenv; getenv.restype = ctypes.c_char_p; "
        "return [os.environ['_X_AMZN_TRACE_ID'], getenv(b'_X_AMZN_TRACE_ID'), 'PATH' in os.environ.copy()]"
    )
    first, second = await shop.answer("price"), await shop.answer("price")
    assert first == ["Root=1-00000001-000040008000000000000000;Sampled=0", None, True]
    assert second == ["Root=1-00000002-000040008000000000000000;Sampled=0", None, True]


async def test_the_environment_is_lambdas_and_the_functions_own_without_stepwells(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPWELL_SECRET_ACCESS_KEY", "nobody's business")
    monkeypatch.setenv("SHARED", "by the server")
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\nenvironment = { TABLE = "orders", LIMIT = 3, DRY = true }\n',
        price="""
        import os
        names = ["TABLE", "LIMIT", "DRY", "SHARED", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME", "_HANDLER", "TZ"]
        return {n: os.environ[n] for n in names} | {"secret": "STEPWELL_SECRET_ACCESS_KEY" in os.environ}
        """,
    )
    assert await shop.answer("price") == {
        "TABLE": "orders",
        "LIMIT": "3",
        "DRY": "true",
        "SHARED": "by the server",
        "AWS_REGION": "eu-west-1",
        "AWS_LAMBDA_FUNCTION_NAME": "price",
        "_HANDLER": "price.handler",
        "TZ": ":UTC",
        "secret": False,
    }


async def test_a_function_may_have_a_python_of_its_own(shop: Shop) -> None:
    (shop.directory / "venv/bin").mkdir(parents=True)
    (shop.directory / "venv/bin/python").symlink_to(sys.executable)
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\npython = "venv/bin/python"\n',
        price="import sys; return sys.executable",
    )
    assert await shop.answer("price") == str(shop.directory / "venv/bin/python")


async def test_a_python_that_is_not_there_is_lambdas_own_failure(shop: Shop) -> None:
    shop.open('[functions.price]\nhandler = "price.py:handler"\npython = "nowhere/python"\n', price="return 1")
    with pytest.raises(ServiceException, match=r"nowhere/python cannot be started in .*: .*No such file"):
        await shop.outcome("price")


# -- failures ----------------------------------------------------------------------------------------------------------


async def test_an_exception_is_told_as_lambdas_runtime_for_python_tells_it(shop: Shop) -> None:
    shop.open(price="raise LookupError('no such item')")
    file = shop.directory / "price.py"
    [frame] = (told := await shop.error("price")).pop("stackTrace")
    assert frame.startswith(f"  File \"{file}\", line 2, in handler\n    raise LookupError('no such item')\n")
    assert told == {"errorMessage": "no such item", "errorType": "LookupError", "requestId": ID}


@pytest.mark.parametrize(
    ("body", "type", "message"),
    [
        (
            "return {1}",
            "Runtime.MarshalError",
            "Unable to marshal response: Object of type set is not JSON serializable",
        ),
        (
            "return float('nan')",
            "Runtime.MarshalError",
            "Unable to marshal response: Out of range float values are not JSON compliant",
        ),
        (
            "import os; os._exit(3)",
            "Runtime.ExitError",
            f"RequestId: {ID} Error: Runtime exited with error: exit status 3",
        ),
        (
            "import os; os._exit(0)",
            "Runtime.ExitError",
            f"RequestId: {ID} Error: Runtime exited without providing a reason",
        ),
        (
            "import os; os.kill(os.getpid(), 11)",
            "Runtime.ExitError",
            f"RequestId: {ID} Error: Runtime exited with error: signal: segmentation fault",
        ),
        (
            "while True: pass",
            "Sandbox.Timedout",
            f"RequestId: {ID} Error: Task timed out after 0.30 seconds",
        ),
        (
            "import subprocess; subprocess.run(['sleep', '60'])",
            "Sandbox.Timedout",
            f"RequestId: {ID} Error: Task timed out after 0.30 seconds",
        ),
        (
            "return 'x' * 6291460",
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291456 bytes).",
        ),
    ],
)
async def test_what_goes_wrong_has_lambdas_name_and_text_and_the_next_invocation_is_served(
    shop: Shop, body: str, type: str, message: str
) -> None:
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\ntimeout = 0.3\n',
        price=f"if event == 'well': return 1\n{body}",
    )
    told = await shop.error("price")
    assert (told["errorType"], told["errorMessage"]) == (type, message)
    assert await shop.answer("price", "well") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
async def test_a_function_that_takes_too_much_memory_is_killed(shop: Shop) -> None:
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\ntimeout = 30\n',
        price="return len(bytearray(event * 1024 * 1024))",
    )
    assert await shop.answer("price", 100) == 100 * 1024 * 1024
    assert await shop.error("price", 1000) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": "RequestId: 00000002-0000-4000-8000-000000000000 Error: Runtime exited with error: "
        "signal: killed",
    }


@pytest.mark.parametrize(
    ("file", "type", "message"),
    [
        ("import nowhere", "Runtime.ImportModuleError", "Unable to import module 'price': No module named 'nowhere'"),
        ("def handler(:", "Runtime.UserCodeSyntaxError", "Syntax error in module 'price': invalid syntax"),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'price'"),
        ("raise KeyError('TABLE')", "KeyError", "'TABLE'"),
        (
            "import sys; sys.exit(4)",
            "Runtime.ExitError",
            f"RequestId: {ID} Error: Runtime exited with error: exit status 4",
        ),
    ],
)
async def test_a_handler_that_cannot_be_loaded_fails_each_invocation_until_it_is_mended(
    shop: Shop, file: str, type: str, message: str
) -> None:
    shop.open('[functions.price]\nhandler = "price.py:handler"\n')
    shop.write("price.py", file)
    told = await shop.error("price")
    assert (told["errorType"], told["errorMessage"][: len(message)]) == (type, message)
    assert (await shop.error("price"))["errorType"] == type
    shop.handler("price", "return 1")
    assert await shop.answer("price") == 1


async def test_a_payload_above_lambdas_limit_is_refused(shop: Shop) -> None:
    shop.open(price="return 1")
    with pytest.raises(RequestTooLargeException, match=r"payload is too large for the RequestResponse invocation type"):
        await shop.outcome("price", "x" * 6_291_456)


# -- processes ---------------------------------------------------------------------------------------------------------


def meeting(guests: int) -> str:
    """A handler that answers once so many invocations are under way."""
    return f"""
    import os, time
    open(event + "/" + context.aws_request_id, "w").close()
    while len(os.listdir(event)) < {guests}:
        time.sleep(0.01)
    return os.getpid()
    """


async def test_as_many_processes_run_as_are_needed_and_idle_ones_end(shop: Shop, tmp_path: Path) -> None:
    shop.open('[functions.price]\nhandler = "price.py:handler"\ntimeout = 30\nidle = 0.1\n', price=meeting(3))
    (place := tmp_path / "met").mkdir()
    pids = await asyncio.gather(*(shop.answer("price", str(place)) for _ in range(3)))
    assert len({*pids}) == 3

    async def ended() -> bool:
        return not any(Path(f"/proc/{pid}").exists() for pid in pids)

    await until(ended)


async def test_no_more_run_than_its_concurrency_and_the_others_wait(shop: Shop) -> None:
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\nconcurrency = 2\n', price="import os; return os.getpid()"
    )
    pids = await asyncio.gather(*(shop.answer("price") for _ in range(20)))
    assert len({*pids}) <= 2


async def test_more_than_may_wait_are_refused(shop: Shop) -> None:
    shop.open('[functions.price]\nhandler = "price.py:handler"\nconcurrency = 1\nqueue = 1\n', price="return 1")
    done = await asyncio.gather(*(shop.outcome("price") for _ in range(4)), return_exceptions=True)
    refused = [problem for problem in done if isinstance(problem, TooManyRequestsException)]
    assert [str(problem) for problem in refused] == ["Rate Exceeded."] * 3


async def test_an_idle_process_that_somebody_kills_is_replaced(shop: Shop) -> None:
    shop.open(price="import os; return os.getpid()")
    first = await shop.answer("price")
    os.kill(first, signal.SIGKILL)

    async def gone() -> bool:
        return not shop.functions._pools or all(first not in pool.processes for pool in shop.functions._pools.values())

    await until(gone)
    assert await shop.answer("price") != first


async def test_an_invocation_that_nobody_waits_for_any_more_is_not_begun(shop: Shop, tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\nconcurrency = 1\n',
        price=f"import time; open({str(seen)!r}, 'a').write(event); time.sleep(0.2)",
    )
    first = asyncio.create_task(shop.outcome("price", "first "))
    waiting = shop.invocation("price", "second ")
    second = asyncio.create_task(shop.functions.invoke(waiting))
    third = asyncio.create_task(shop.outcome("price", "third "))
    await asyncio.sleep(0)
    shop.functions.withdraw(waiting.id)
    with pytest.raises(Postponed):
        await second
    await asyncio.gather(first, third)
    assert seen.read_text() == "first third "


async def test_at_the_end_nothing_is_left_running(shop: Shop) -> None:
    shop.open(price="import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)")
    running = asyncio.create_task(shop.outcome("price"))
    file = shop.directory / "pid"

    async def begun() -> bool:
        return file.exists() and file.read_text() != ""

    await until(begun)
    pid = int(file.read_text())
    await shop.functions.stop()
    assert (await running).failed
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


# -- what is printed ---------------------------------------------------------------------------------------------------


async def test_what_a_function_prints_is_kept_beside_its_invocation(shop: Shop) -> None:
    shop.open(
        price="""
        import logging, os, sys
        print("priced", event)
        print("to stderr", file=sys.stderr)
        logging.getLogger().warning("dear")
        """
    )
    await shop.outcome("price", 7, execution="arn:execution", state="Price")
    [printed] = shop.functions.output.find(function="price")
    assert (printed.request_id, printed.execution, printed.state) == (ID, "arn:execution", "Price")
    first, second, third = printed.text.splitlines()
    assert (first, second) == ("priced 7", "to stderr")
    assert third.startswith("[WARNING]\t")
    assert third.endswith(f"Z\t{ID}\tdear")
    assert shop.functions.output.find(execution="arn:execution", state="Price") == [printed]
    assert shop.functions.output.find(execution="another") == []


async def test_what_was_printed_before_a_crash_is_kept_too(shop: Shop) -> None:
    shop.open(price="print('going'); import os; os._exit(1)")
    await shop.error("price")
    assert [printed.text for printed in shop.functions.output.find()] == ["going\n"]


async def test_the_last_of_much_output_is_kept(shop: Shop) -> None:
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\ntimeout = 30\n', price="for n in range(20_000): print(n)"
    )
    await shop.outcome("price")
    [printed] = shop.functions.output.find()
    assert printed.text.endswith("19998\n19999\n")
    assert len(printed.text) == 64 * 1024
    assert printed.dropped == sum(len(f"{n}\n") for n in range(20_000)) - 64 * 1024


# -- changes -----------------------------------------------------------------------------------------------------------


async def test_a_changed_source_file_counts_from_the_next_invocation_on(shop: Shop) -> None:
    shop.write("vat.py", "RATE = 19\n")
    shop.open(price="import vat; return vat.RATE")
    assert await shop.answer("price") == 19
    shop.write("vat.py", "RATE = 7\n")

    async def changed() -> bool:
        return bool(await shop.answer("price") == 7)

    await until(changed)


async def test_a_changed_binding_counts_at_once_and_what_has_begun_goes_on(shop: Shop, tmp_path: Path) -> None:
    (place := tmp_path / "met").mkdir()
    shop.open('[functions.price]\nhandler = "price.py:handler"\nconcurrency = 1\ntimeout = 30\n', price=meeting(2))
    begun = asyncio.create_task(shop.answer("price", str(place)))

    async def under_way() -> bool:
        return len(list(place.iterdir())) == 1

    await until(under_way)
    waiting = asyncio.create_task(shop.answer("price"))
    shop.handler("other", "return 'moved'")
    shop.write("stepwell.toml", '[functions.price]\nhandler = "other.py:handler"\n')
    assert await waiting == "moved"
    assert not begun.done()
    (place / "guest").touch()
    assert isinstance(await begun, int)


async def test_a_file_that_cannot_be_used_changes_nothing(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    shop.open(price="return 1")
    assert await shop.answer("price") == 1
    shop.write("stepwell.toml", "[functions.price]\nhandler = 3\n")

    async def told() -> bool:
        return "The functions stay as they were" in caplog.text

    await until(told)
    assert await shop.answer("price") == 1


async def test_a_process_whose_invocation_was_given_up_is_not_given_another(shop: Shop) -> None:
    shop.open(
        '[functions.price]\nhandler = "price.py:handler"\nconcurrency = 1\ntimeout = 30\n',
        price="import time; open('begun', 'w').close(); time.sleep(event); return event",
    )
    given_up = asyncio.create_task(shop.answer("price", 0.5))

    async def begun() -> bool:
        return (shop.directory / "begun").exists()

    await until(begun)
    given_up.cancel()
    assert await shop.answer("price", 0) == 0
