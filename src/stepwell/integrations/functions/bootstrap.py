"""The process of a function: imports its handler once, then answers one invocation after another over a socket.

It runs in the function's own Python, which may lack everything but the standard library: nothing of ours is imported.
What handlers see is what AWS's runtime interface client for Python shows them (awslambdaric, 2025).
"""

import sys

del sys.path[0]  # this file's directory: its modules are ours, not the function's

import importlib  # noqa: E402
import io  # noqa: E402
import json  # noqa: E402
import logging  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import struct  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
import traceback  # noqa: E402
from collections.abc import Callable  # noqa: E402
from decimal import Decimal  # noqa: E402
from types import SimpleNamespace  # noqa: E402
from typing import Any, NoReturn  # noqa: E402

HEAD = struct.Struct(">IB")
"""Length of what follows, and its kind."""
READY, FILES, PRINTED, RESULT, ERROR, BROKEN = range(1, 7)

BUFFER = 65_536
"""Bytes read at a time; malloc asks the kernel for pages anew each time for much more than that."""

MEBIBYTE = 1024 * 1024
HEADROOM = 256 * MEBIBYTE
"""Address space beside the function's memory: threads' stacks, arenas and mapped libraries take it without using it."""
PR_SET_PDEATHSIG = 1


class Fault(Exception):
    """The runtime's own errors, under the names that Lambda gives them."""

    def __init__(self, type: str, message: str) -> None:
        super().__init__(message)
        self.type = type


class Wire:
    """Frames to and from the server, each a length, a kind and a body."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)
        self._incoming = open(fd, "rb", BUFFER, closefd=False)  # noqa: SIM115  lives as long as the process
        self._turn = threading.Lock()

    def say(self, kind: int, body: bytes) -> None:
        with self._turn:
            self._socket.sendall(HEAD.pack(len(body), kind) + body)

    def hear(self) -> bytes | None:
        """The body of the next frame; None once the server is gone."""
        head = self._incoming.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        length, _ = HEAD.unpack(head)
        body = self._incoming.read(length)
        return body if len(body) == length else None


class Printer(io.RawIOBase):
    """What the function prints, told to the server at once: it may not live to tell it later."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._wire.say(PRINTED, bytes(data))
        return len(data)


class LogHandler(logging.Handler):
    """The handler that Lambda gives the root logger: so `logging.info` shows up without any set-up."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stdout.write(self.format(record) + "\n")


class RequestFilter(logging.Filter):
    """Gives each record the id of the invocation."""

    id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.id
        return True


class Context:
    """What a handler is given beside its event (Lambda developer guide, "Using the Lambda context object")."""

    def __init__(self, told: "dict[str, Any]") -> None:
        self.aws_request_id = told["id"]
        self.invoked_function_arn = told["arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = SimpleNamespace(cognito_identity_id=None, cognito_identity_pool_id=None)
        self.client_context = _client_context(told.get("client_context"))
        self._deadline = told["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int(self._deadline - time.time() * 1000))

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))

    def __repr__(self) -> str:
        return f"LambdaContext({', '.join(f'{k}={v}' for k, v in vars(self).items() if not k.startswith('_'))})"


def _client_context(told: Any) -> Any:
    if not isinstance(told, dict):
        return None
    client = SimpleNamespace(**told["client"]) if isinstance(told.get("client"), dict) else None
    return SimpleNamespace(client=client, custom=told.get("custom"), env=told.get("env"))


Handler = Callable[[Any, Context], Any]


def load(handler: str) -> Handler:
    """The function that `module.name` means. Raises Fault, or whatever the module raises."""
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        raise Fault("Runtime.MalformedHandlerName", f"Bad handler '{handler}': it must be MODULE.FUNCTION")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as problem:
        text = f"Unable to import module '{module_name}': {problem}"
        raise Fault("Runtime.ImportModuleError", text) from problem
    except SyntaxError as problem:
        text = f"Syntax error in module '{module_name}': {problem}"
        raise Fault("Runtime.UserCodeSyntaxError", text) from problem
    found = getattr(module, name, None)
    if found is None:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'")
    return found  # type: ignore[no-any-return]


def answer(handler: Handler, event_text: bytes, context: Context) -> bytes:
    """The handler's answer as JSON. Raises Fault, or whatever the handler raises."""
    try:
        event = json.loads(event_text)
    except ValueError as problem:
        raise Fault("Runtime.UnmarshalError", f"Unable to unmarshal input: {problem}") from problem
    result = handler(event, context)
    try:
        return _encode(result).encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {problem}") from problem


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_encode = json.JSONEncoder(default=_plain, ensure_ascii=False, allow_nan=False).encode


def told_error(problem: BaseException, id: str) -> bytes:
    """The error as AWS's runtime for Python tells it."""
    if isinstance(problem, Fault):
        type_, trace = problem.type, []
    else:
        type_ = type(problem).__name__
        frames = [f for f in traceback.extract_tb(problem.__traceback__) if f.filename not in _HIDDEN]
        trace = traceback.format_list(frames)
    told = {"errorMessage": str(problem), "errorType": type_, "requestId": id, "stackTrace": trace}
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


_HIDDEN = (__file__, importlib.__file__, "<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")


def source_files(root: str) -> bytes:
    """The function's own modules: when one of them changes, the process has had its day."""
    inside = os.path.join(os.path.realpath(root), "")
    found = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    kept = {path for path in found if path and os.path.realpath(path).startswith(inside)}
    return json.dumps(sorted(path for path in kept if "site-packages" not in path)).encode()


class Process:
    """One warm process of a function."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._requests = RequestFilter()
        self._modules = 0
        self._handler: Handler | None = None
        self._broken: BaseException | None = None

    def start(self) -> None:
        self._print_to_server()
        try:
            self._handler = load(os.environ["_HANDLER"])
        except Exception as problem:
            self._broken = problem
        self._modules = len(sys.modules)
        self._wire.say(READY if self._broken is None else BROKEN, source_files(os.environ["LAMBDA_TASK_ROOT"]))

    def serve(self) -> None:
        """Until the server is gone. A function that could not be loaded says so once: the next process tries anew."""
        while (frame := self._wire.hear()) is not None:
            length = int.from_bytes(frame[:4], "big")
            self._invoke(json.loads(frame[4 : 4 + length]), frame[4 + length :])
            if self._broken is not None:
                return

    def _invoke(self, told: "dict[str, Any]", event: bytes) -> None:
        self._requests.id = told["id"]
        _set_trace(told["trace"])
        try:
            if self._broken is not None:
                raise self._broken
            assert self._handler is not None
            kind, body = RESULT, answer(self._handler, event, Context(told))
        except MemoryError:
            _die_of_hunger()
        except Exception as problem:
            kind, body = ERROR, told_error(problem, told["id"])
            sys.stdout.write(f"[ERROR] {body.decode()}\n")
        sys.stdout.flush()
        sys.stderr.flush()
        if len(sys.modules) != self._modules:
            self._modules = len(sys.modules)
            self._wire.say(FILES, source_files(os.environ["LAMBDA_TASK_ROOT"]))
        self._wire.say(kind, body)

    def _print_to_server(self) -> None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(Printer(self._wire)), "utf-8", "replace", line_buffering=True)
        sys.stderr = io.TextIOWrapper(io.BufferedWriter(Printer(self._wire)), "utf-8", "replace", line_buffering=True)
        handler = LogHandler()
        layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
        formatter = logging.Formatter(layout, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        handler.setFormatter(formatter)
        handler.addFilter(self._requests)
        logging.getLogger().addHandler(handler)


def _set_trace(header: str) -> None:
    """As Lambda does for each invocation, for whoever asks os.environ.

    putenv keeps every value that it was ever given (glibc before 2.41): after some million invocations they would be
    all of the function's memory. So the process's own environment is left alone.
    """
    os.environ._data[os.environ.encodekey("_X_AMZN_TRACE_ID")] = os.environ.encodevalue(header)  # type: ignore[attr-defined]


def _die_of_hunger() -> NoReturn:
    """As the kernel ends a function that takes more than its memory."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    os._exit(137)


def cap_memory(megabytes: int) -> None:
    """Bound the address space, where the system does (Linux): what is there now, the function's memory, HEADROOM."""
    if sys.platform != "linux":
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        base = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    limit = base + megabytes * MEBIBYTE + HEADROOM
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def die_with(server: int) -> None:
    """Have the kernel end this process with the server, whatever the handler is doing (Linux)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != server:
        os._exit(0)


def main() -> None:
    """Arguments: the socket's file descriptor and the server's process id."""
    die_with(int(sys.argv[2]))
    wire = Wire(int(sys.argv[1]))
    cap_memory(int(os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]))
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    del sys.argv[1:]
    process = Process(wire)
    try:
        process.start()
        process.serve()
    except (BrokenPipeError, ConnectionResetError):  # the server is gone
        os._exit(0)
    except MemoryError:
        _die_of_hunger()


if __name__ == "__main__":
    main()
