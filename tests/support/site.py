"""The example site as a running thing: a database of its own, a worker that can be killed, a model on loopback."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

REPO = Path(__file__).resolve().parents[2]
MANAGE = REPO / "example_site" / "manage.py"


class Postgres:
    """A PostgreSQL server that tests may make databases on."""

    def __init__(self) -> None:
        self.host = os.environ.get("POSTGRES_HOST", "127.0.0.1")
        self.port = os.environ.get("POSTGRES_PORT", "5432")
        self.user = os.environ.get("POSTGRES_USER", "postgres")
        self.password = os.environ.get("POSTGRES_PASSWORD", "")

    def url(self, name: str) -> str:
        return f"postgresql://{quote(self.user)}:{quote(self.password)}@{self.host}:{self.port}/{name}"

    def execute(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=5) as connection:
            for statement in statements:
                connection.execute(statement)  # type: ignore[call-overload]

    def is_there(self) -> bool:
        import psycopg

        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def copy(self, template: str, name: str) -> str:
        self.execute(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{template}"'
        )
        return self.url(name)


class Site:
    """One example site, with environment variables of its own."""

    def __init__(self, folder: Path, *, database: str, options: dict[str, Any], **env: str) -> None:
        """``options`` go over the site's ``WAGTAIL_AI_CONTENT``."""
        self.folder = folder
        self.failpoint = folder / "failpoint"
        self._hold = folder / "hold"
        options = {"FAILPOINTS": str(self.failpoint), **options}
        self.env = {
            **os.environ,
            "PYTHONPATH": f"{REPO}{os.pathsep}{REPO / 'example_site'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EXAMPLE_SITE_DATABASE": database,
            "EXAMPLE_SITE_FILES": str(folder),
            "EXAMPLE_SITE_AI_OPTIONS": json.dumps(options),
            "TEST_HOLD": str(self._hold),
            **env,
        }
        self._driver: subprocess.Popen[str] | None = None

    def manage(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(MANAGE), *arguments],
            env=self.env, cwd=self.folder, capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip

    def run(self, code: str, **given: Any) -> Any:
        """Run ``code`` in a Django process of the site; what it puts into ``out`` comes back."""
        if self._driver is None:
            self._driver = subprocess.Popen(
                [sys.executable, "-m", "tests.support.driver"],
                env=self.env, cwd=REPO, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            self._answer()
        assert self._driver.stdin is not None
        self._driver.stdin.write(json.dumps({"code": code, "given": given}) + "\n")
        self._driver.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._driver is not None
        assert self._driver.stdout is not None
        answer = json.loads(self._driver.stdout.readline() or '{"error": "the driver has died"}')
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["out"]

    @contextmanager
    def process(self, *arguments: str, module: bool = False) -> Iterator[subprocess.Popen[bytes]]:
        """A long-running management command in a process group of its own, ended with the block."""
        log = (self.folder / f"{arguments[0]}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, str(MANAGE), *arguments],
            env=self.env, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            end_group(process)
            log.close()

    def log(self, command: str) -> str:
        return (self.folder / f"{command}.log").read_text(errors="replace")

    def arm(self, point: str) -> None:
        self.failpoint.write_text(point)

    def has_fired(self) -> bool:
        return not self.failpoint.exists()

    def hold(self, point: str) -> None:
        """Make the next worker that comes to ``point`` wait there (with the settings of ``tests.support.faults``)."""
        self._hold.write_text(point)

    def is_held(self) -> bool:
        return self._hold.exists() and self._hold.read_text() == "held"

    def let_go(self) -> None:
        self._hold.unlink()

    def workers(self) -> list[int]:
        """The process ids of django-q2's workers that are alive, as the clusters' log tells them."""
        known = re.findall(r"ready for work at (\d+)", self.log("qcluster"))
        return [int(pid) for pid in known if is_alive(int(pid))]

    def close(self) -> None:
        if self._driver is not None:
            assert self._driver.stdin is not None
            assert self._driver.stdout is not None
            self._driver.stdin.close()
            self._driver.wait(10)
            self._driver.stdout.close()
            self._driver = None


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def end_group(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, then SIGKILL for whatever of the group is left."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(8)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def until(condition: Callable[[], Any], *, seconds: float, what: str) -> Any:
    """What ``condition`` gives once it is true; fails after ``seconds``."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"Waited {seconds} s in vain for {what}.")


def copy_sqlite(template: Path, to: Path) -> str:
    shutil.copyfile(template, to)
    return str(to)
