"""A PostgreSQL server of a test's own, which may be stopped and started again in the middle of everything."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from world.demonstration.processes import HOST, free_port

from .services import missing
from .site import Postgres

NO_SERVER = (
    "There is no PostgreSQL to start a server of the test's own with: no initdb and pg_ctl on the PATH, where "
    "pg_config says, or below /usr/lib/postgresql. A server never runs as root; for root there must be a user "
    "“postgres”."
)


class OwnPostgres(Postgres):
    """A server on a free port of the loopback, with its data in a temporary folder."""

    def __init__(self, binaries: Path, data: Path) -> None:
        super().__init__()
        self.host, self.port, self.user, self.password = HOST, str(free_port()), "tester", ""
        self._binaries = binaries
        self._data = data

    def create(self) -> None:
        self._run("initdb", "-D", str(self._data), "-U", self.user, "-A", "trust", "-E", "UTF8", "--no-sync")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -h {self.host} -k {self._data} -c fsync=off"
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-o", options, "-l", str(self._data / "server.log"))

    def stop(self, *, mode: str = "immediate") -> None:
        """``immediate`` is what a crash is: connections end at once, and the next start recovers."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", mode)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *arguments],
            user=_id("pw_uid"), group=_id("pw_gid"), extra_groups=None if _account() is None else [], cwd=self._data,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"{program}: {done.stderr.decode()}")


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """A running server. Skips (or fails where it is required) without the programs for one."""
    binaries = _binaries()
    if binaries is None or (os.geteuid() == 0 and _account() is None):
        missing("postgres", NO_SERVER)
    data = Path(tempfile.mkdtemp(prefix="wac-pg-"))
    try:
        if account := _account():
            os.chown(data, account.pw_uid, account.pw_gid)
        server = OwnPostgres(binaries, data)
        server.create()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _binaries() -> Path | None:
    found = [Path(path).parent for path in (shutil.which("pg_ctl"),) if path]
    if config := shutil.which("pg_config"):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        found.append(Path(told))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


def _account() -> pwd.struct_passwd | None:
    """Who runs the server in root's place; None where we are not root, or there is nobody."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _id(name: str) -> int | None:
    return getattr(_account(), name, None)
