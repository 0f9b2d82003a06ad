"""Running example sites with a model on loopback, on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.services import missing
from tests.support.site import Postgres, Site, copy_sqlite

MODEL = "openai/test-model"
KEY = "sk-canary-4f9d1c7e2b6a"
NUMBERS = itertools.count()

MakeSite = Callable[..., Site]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example site, migrated and filled, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    _fill(Site(folder, database=str(folder / "db.sqlite3"), options={}))
    return folder / "db.sqlite3"


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Postgres, str]]:
    server = Postgres()
    if not server.is_there():
        missing("postgres", f"No PostgreSQL answers at {server.host}:{server.port}.")
    name = f"wac_template_{os.getpid()}"
    server.execute(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    _fill(Site(tmp_path_factory.mktemp("template"), database=server.url(name), options={}))
    yield server, name
    server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _fill(site: Site) -> None:
    for command in ("migrate", "load_world"):
        done = site.manage(command, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def make_site(tmp_path: Path, openai_server: OpenAIServer, request: pytest.FixtureRequest) -> Iterator[MakeSite]:
    """``make_site(kind, **options)``: a site of its own that asks the model on loopback.

    ``kind``: ``sqlite``, ``postgres``, or a PostgreSQL server that has no site yet.
    """
    with closing(Sites(tmp_path, server=openai_server, request=request)) as sites:
        yield sites.make


@pytest.fixture(scope="module")
def make_shared_site(
    tmp_path_factory: pytest.TempPathFactory, _openai_server: OpenAIServer, request: pytest.FixtureRequest
) -> Iterator[MakeSite]:
    """The same for all tests of a file."""
    with closing(Sites(tmp_path_factory.mktemp("sites"), server=_openai_server, request=request)) as sites:
        yield sites.make


class Sites:
    """Sites of one test or one file, closed and removed together."""

    def __init__(self, folder: Path, *, server: OpenAIServer, request: pytest.FixtureRequest) -> None:
        self._folder = folder
        self._server = server
        self._request = request
        self._made: list[Site] = []
        self._copies: list[tuple[Postgres, str]] = []

    def make(self, kind: str | Postgres = "sqlite", *, env: dict[str, str] | None = None, **options: Any) -> Site:
        folder = self._folder / f"site{len(self._made)}"
        folder.mkdir()
        site = Site(
            folder,
            database=self._database(kind, folder),
            options={"PROVIDERS": self._provider(), "LEASE_SECONDS": 2, "CACHE_ALIAS": None, **options},
            EXAMPLE_SITE_AI_MODEL=MODEL,
            **{"DJANGO_SETTINGS_MODULE": "tests.support.faults.settings", **(env or {})},
        )
        self._made.append(site)
        if isinstance(kind, Postgres):
            _fill(site)
        return site

    def close(self) -> None:
        for site in self._made:
            site.close()
        for server, name in self._copies:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _provider(self) -> dict[str, Any]:
        return {"openai": {"API_KEY": KEY, "API_BASE": self._server.url}}

    def _database(self, kind: str | Postgres, folder: Path) -> str:
        if isinstance(kind, Postgres):
            kind.execute('CREATE DATABASE "site"')
            return kind.url("site")
        if kind == "sqlite":
            return copy_sqlite(self._request.getfixturevalue("sqlite_template"), folder / "db.sqlite3")
        server, template = self._request.getfixturevalue("postgres_template")
        self._copies.append((server, f"{template}_{next(NUMBERS)}"))
        copied: str = server.copy(template, self._copies[-1][1])
        return copied
