"""Work in a process of its own, with a limit on its memory, so that the server stays small.

A child is our own interpreter that runs a function of ours. It knows no settings and no secrets;
parent and child send each other messages over its standard input and output. ``Helper`` is a child
that stays, and does for a server what loads large libraries: drawing charts, setting a PDF.
"""

import os
import pickle  # between our own processes only  # nosec B403
import resource
import signal
import struct
import subprocess  # our own interpreter with our own function
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

Result = TypeVar("Result")

PASSED_ON = ["PATH", "HOME", "TMPDIR", "MPLCONFIGDIR"]
"""All that a child learns of the environment."""
MEGABYTE = 1024 * 1024


def limit(memory: int, *, processor_seconds: int | None = None) -> None:
    """Take no more memory (bytes of address space) or processor time than honest work needs."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if processor_seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (processor_seconds, processor_seconds))


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message: its length, and its bytes."""
    stream.write(struct.pack("<I", len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Read one message; ``EOFError`` when the other end is gone."""
    head = stream.read(4)
    length = struct.unpack("<I", head)[0] if len(head) == 4 else -1
    message = stream.read(length) if length >= 0 else b""
    if len(message) != length:
        raise EOFError
    return message


class Child:
    """A process that runs ``module:function``, with ``arguments`` in its ``sys.argv``.

    After ``seconds`` it is killed. At the end of the ``with`` block it is gone.
    """

    def __init__(
        self, run: str, *arguments: str, seconds: float | None = None, pipe_size: int = -1
    ) -> None:
        module, function = run.split(":")
        self.process = subprocess.Popen(  # noqa: S603  no shell, no words of the user
            # Half as long to start as ``-m``.
            [sys.executable, "-c", f"from {module} import {function} as run; run()", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={
                "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
                "LC_ALL": "C.UTF-8",
                # A thread for each core would reserve memory, for products that are small.
                "OPENBLAS_NUM_THREADS": "1",
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
            },
            pipesize=pipe_size,
        )
        self.watch = threading.Timer(seconds, self.process.kill) if seconds else None
        if self.watch:
            self.watch.daemon = True
            self.watch.start()

    def send(self, message: bytes) -> None:
        """Give it a message; ``EOFError`` when it is gone."""
        assert self.process.stdin is not None  # noqa: S101  opened with a pipe  # nosec B101
        try:
            send(self.process.stdin, message)
        except BrokenPipeError as error:
            raise EOFError from error

    def receive(self) -> bytes:
        """Wait for its next message; ``EOFError`` when it is gone."""
        assert self.process.stdout is not None  # noqa: S101  # nosec B101
        return receive(self.process.stdout)

    def end(self) -> None:
        """Kill it, when it has not ended by itself."""
        if self.watch:
            self.watch.cancel()
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                if stream:
                    stream.close()
            except BrokenPipeError:
                continue

    def __enter__(self) -> "Child":
        """Nothing more than the process itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it, whatever it is doing."""
        self.end()


class HelperError(Exception):
    """What was asked of the helper went wrong there, or it ended twice before it had an answer."""


class Helper:
    """One process for all threads of a server, started when it is first needed.

    It does one thing at a time. After ``CALLS`` calls, and when it is out of memory, it ends by
    itself, and another takes its place.
    """

    MEMORY = 512 * MEGABYTE
    CALLS = 500
    SECONDS = 60.0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None

    def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Have a function of a module done there."""
        request = pickle.dumps((function, arguments))
        with self._lock:
            # The first time may find that the process had ended.
            answer = self._ask(request) or self._ask(request)
        if answer is None:
            raise HelperError(f"it ended twice while it did {function.__qualname__}")
        is_done, outcome = pickle.loads(answer)  # noqa: S301  our own child  # nosec B301
        if not is_done:
            raise HelperError(outcome)
        return outcome

    def _ask(self, request: bytes) -> bytes | None:
        """The answer of the process; ``None`` when it ended instead."""
        child = self._child = self._child or Child("core.jobs.child_process:help_parent")
        watch = threading.Timer(self.SECONDS, child.process.kill)
        watch.start()
        try:
            child.send(request)
            return child.receive()
        except EOFError:
            self._child = None
            child.end()
            return None
        finally:
            watch.cancel()

    def stop(self) -> None:
        """End the process, after what it is doing."""
        with self._lock:
            if self._child is not None:
                self._child.end()
                self._child = None


class _Server:
    """The helper of this process, when it is a server."""

    helper: Helper | None = None


@contextmanager
def using_helper(helper: Helper) -> Iterator[None]:
    """Let ``apart`` do its work in this helper, which ends with the block."""
    _Server.helper = helper
    try:
        yield
    finally:
        _Server.helper = None
        helper.stop()


def apart(function: Callable[..., Result], *arguments: Any) -> Result:
    """Do something outside the server; a command, which is not shared, does it itself."""
    helper = _Server.helper
    return function(*arguments) if helper is None else helper.call(function, *arguments)


def help_parent() -> None:
    """Be a helper: do what the parent asks, until it is gone or enough was done."""
    limit(Helper.MEMORY)
    # Ctrl-C and a service that stops tell every process; the parent decides when this one ends.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # What a library prints must not come between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for _ in range(Helper.CALLS):
        try:
            function, arguments = pickle.loads(  # noqa: S301  our parent  # nosec B301
                receive(sys.stdin.buffer)
            )
            answer = pickle.dumps((True, function(*arguments)))
        except (EOFError, MemoryError):
            return
        except Exception as error:  # noqa: BLE001  told to whoever asked
            answer = pickle.dumps((False, f"{type(error).__name__}: {error}"))
        send(answers, answer)
