"""The scene of a measurement: an example site in a scratch folder, a model on loopback, a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from world.demonstration.processes import free_port

from tests.support.site import Postgres, Site, end_group, until

from . import BENCHMARKS, REPO

KEY = "sk-only-for-the-loopback"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wagtail_ai_benchmark_", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def running(*command: str, log: Path, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a process group of its own, ended with the block."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=env, cwd=REPO, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield process
        finally:
            end_group(process)


@contextmanager
def model_server(folder: Path) -> Iterator[str]:
    """A server that speaks the OpenAI protocol, in a process of its own; gives its address."""
    log = folder / "model.log"
    command = (sys.executable, "-u", "-m", "tests.support.openai_server", "--port", str(free_port()))
    with running(*command, log=log) as process:
        until(lambda: log.stat().st_size or process.poll() is not None, seconds=30, what="the model's server")
        said = log.read_text().strip()
        assert process.poll() is None, said
        yield said


def forget(url: str) -> None:
    """Let the model's server forget what it was asked."""
    address = url.removesuffix("/v1") + "/__reset__"
    urllib.request.urlopen(urllib.request.Request(address, method="POST"), timeout=10).close()


@contextmanager
def database(folder: Path, *, postgres: bool) -> Iterator[str]:
    """Where an example site keeps its rows: a new SQLite file, or a new PostgreSQL database that is dropped again."""
    if not postgres:
        yield str(folder / "db.sqlite3")
        return
    server, name = Postgres(), f"wagtail_ai_benchmark_{os.getpid()}"
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    server.execute(drop, f'CREATE DATABASE "{name}"')
    try:
        yield server.url(name)
    finally:
        server.execute(drop)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything a measurement needs."""

    folder: Path
    """For files that are gone afterwards."""
    url: str
    """Where the model answers."""
    site: Site


@contextmanager
def set_up(model: str, *, postgres: bool = False, settings: str = "config.settings", **options: Any) -> Iterator[Scene]:
    """The example site with its pages, which asks ``model`` on loopback. ``options`` go over the site's own."""
    with scratch() as folder, model_server(folder) as url, database(folder, postgres=postgres) as where:
        provider = {"openai": {"API_KEY": KEY, "API_BASE": url}}
        site = Site(
            folder,
            database=where,
            options={"PROVIDERS": provider, "CACHE_ALIAS": None, "FAILPOINTS": None, **options},
            EXAMPLE_SITE_AI_MODEL=model,
            EXAMPLE_SITE_DEBUG="1",
            DJANGO_SETTINGS_MODULE=settings,
            PYTHONPATH=os.pathsep.join(map(str, (REPO, REPO / "example_site", BENCHMARKS))),
        )
        try:
            _fill(site)
            yield Scene(folder=folder, url=url, site=site)
        finally:
            site.close()


def _fill(site: Site) -> None:
    for command in ("migrate", "load_world"):
        done = site.manage(command, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
    # The people of the demonstration are only made with DEBUG on; with it on every query is kept in memory.
    site.env["EXAMPLE_SITE_DEBUG"] = "0"
    site.run(QUIET)


def enter(site: Site) -> None:
    """Make this process one of the site's."""
    os.environ.update(site.env)
    import django

    django.setup()


# The tasks of every minute would ring in the middle of a measurement.
QUIET = """
from datetime import timedelta
from django.utils import timezone
from django_q.models import OrmQ, Schedule
OrmQ.objects.all().delete()
Schedule.objects.update(next_run=timezone.now() + timedelta(days=1))
"""
