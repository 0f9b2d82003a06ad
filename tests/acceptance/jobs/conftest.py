"""Running example sites with a model on loopback, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.services import missing
from tests.support.site import Postgres, Site, copy_sqlite

pytest_plugins = ("tests.support.openai_fixture",)

MODEL = "openai/test-model"
KEY = "sk-canary-4f9d1c7e2b6a"

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
    """``make_site(kind, **options)``: a site of its own that asks the model on loopback."""
    made: list[Site] = []
    copies: list[tuple[Postgres, str]] = []

    def make(kind: str = "sqlite", *, env: dict[str, str] | None = None, **options: Any) -> Site:
        folder = tmp_path / f"site{len(made)}"
        folder.mkdir()
        if kind == "sqlite":
            template: Path = request.getfixturevalue("sqlite_template")
            database = copy_sqlite(template, folder / "db.sqlite3")
        else:
            server, name = request.getfixturevalue("postgres_template")
            copies.append((server, f"{name}_{len(copies)}"))
            database = server.copy(name, copies[-1][1])
        provider = {"openai": {"API_KEY": KEY, "API_BASE": openai_server.url}}
        site = Site(
            folder,
            database=database,
            options={"PROVIDERS": provider, "LEASE_SECONDS": 2, "CACHE_ALIAS": None, **options},
            EXAMPLE_SITE_AI_MODEL=MODEL,
            **(env or {}),
        )
        made.append(site)
        return site

    yield make
    for site in made:
        site.close()
    for server, name in copies:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
