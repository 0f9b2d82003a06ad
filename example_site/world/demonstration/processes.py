"""The web server and the worker as child processes, each in a process group of its own."""

from __future__ import annotations

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"


class CannotStart(Exception):
    """The demonstration cannot be started; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where the site lies and where it will answer."""

    folder: Path
    """The folder of ``manage.py``."""
    logs: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "EXAMPLE_SITE_URL": self.url, "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, kw_only=True)
class Child:
    """A running child process."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def check(self) -> None:
        """Raises: ``CannotStart`` with the end of its log, if the process has ended."""
        if self.process.poll() is not None:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
            raise CannotStart(f"The {self.name} has stopped. The end of {self.log}:\n\n  " + "\n  ".join(lines))

    def stop(self, *, patience: float = 10) -> None:
        """Ask it to end; after ``patience`` seconds end whatever is left of its group."""
        if self.process.poll() is None:
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=patience)
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, or a port that was in use a minute ago would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(site: Site) -> Iterator[tuple[Child, ...]]:
    """Web server and worker, for as long as the block lasts."""
    site.logs.mkdir(parents=True, exist_ok=True)
    worker = (sys.executable, "manage.py", "qcluster")
    with ExitStack() as stack:
        children = []
        for name, command in (("web server", _server(site.port)), ("worker", worker)):
            child = start(name, command, folder=site.folder, logs=site.logs, environment=site.environment)
            stack.callback(child.stop)
            children.append(child)
        yield tuple(children)


def start(name: str, command: Sequence[str], *, folder: Path, logs: Path, environment: Mapping[str, str]) -> Child:
    """Start ``command`` in ``folder``; what it prints goes to a file in ``logs``."""
    log = logs / f"{name.replace(' ', '-')}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=stream, stderr=subprocess.STDOUT, start_new_session=True
        )
    return Child(name=name, process=process, log=log)


def wait_for(url: str, *, children: Sequence[Child], patience: float = 60) -> None:
    """Until ``url`` answers. Raises: ``CannotStart`` if a child ends meanwhile, or if it takes too long."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        for child in children:
            child.check()
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise CannotStart(f"{url} did not answer within {patience:.0f} seconds. Its log is {children[0].log}.")


def _server(port: int) -> tuple[str, ...]:
    """uvicorn where it is installed, because answers can then be streamed; else Django's own server."""
    if importlib.util.find_spec("uvicorn") is None:
        return (sys.executable, "manage.py", "runserver", "--noreload", f"{HOST}:{port}")
    return (sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", HOST, "--port", str(port),
            "--log-level", "warning")  # fmt: skip
