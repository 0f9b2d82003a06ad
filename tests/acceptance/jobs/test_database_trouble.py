"""The database goes away or is locked while a reply is on its way: it is neither lost nor asked for again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.postgres_server import OwnPostgres, own_postgres
from tests.support.site import Site, until

from .conftest import MakeSite
from .follow import cut_connections, finish, in_flight, submit
from .snippets import REVISIONS

SLOW = {"meta": {"MODEL": "openai/slow-1.5"}}
REFUSED = "The database did not take a write"


def check_written_once(site: Site, slug: str, *, before: int, job: str, server: OpenAIServer) -> None:
    state = finish(site, job)
    assert (state["status"], state["outcome"], state["versions"]) == ("succeeded", "revision", ["drafted"])
    assert (state["calls"], len(server.calls)) == (1, 1)
    assert state["revisions"] - before == 1
    assert state["log"] == ["wagtail_ai_content.generate"]


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnPostgres]:
    """A PostgreSQL server of these tests' own."""
    with own_postgres() as server:
        yield server


def check_that_trouble_costs_nothing(site: Site, server: OpenAIServer, trouble: Callable[[], None]) -> None:
    """Make ``trouble`` while the model is asked, with the reply in hand, and in the middle of SAVE."""
    points = ("", "AI_CALL:after_reply", "SAVE:before_commit")
    with site.process("qcluster"):
        for slug, point in zip(("across-the-wade", "the-toll-house", "samphire-row"), points, strict=True):
            server.reset()
            before = site.run(REVISIONS, slug=slug)
            if point:
                site.hold(point)
            job = submit(site, slug)
            if point:
                until(site.is_held, seconds=30, what=f"{point} to be reached")
            else:
                in_flight(server)
            trouble()
            if point:
                site.let_go()
            check_written_once(site, slug, before=before, job=job, server=server)


def test_postgresql_restarted_under_a_job_costs_nothing(
    make_site: MakeSite, openai_server: OpenAIServer, own_server: OwnPostgres
) -> None:
    site = make_site(own_server, LEASE_SECONDS=12, FUNCTIONS=SLOW)
    check_that_trouble_costs_nothing(site, openai_server, own_server.restart)


def test_postgresql_connections_cut_under_a_job_cost_nothing(make_site: MakeSite, openai_server: OpenAIServer) -> None:
    site = make_site("postgres", LEASE_SECONDS=12, FUNCTIONS=SLOW)
    check_that_trouble_costs_nothing(site, openai_server, lambda: cut_connections(site))


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Hold SQLite's write lock as another process would, at least until the worker has met it twice."""
    met = site.log("qcluster").count(REFUSED)
    with closing(sqlite3.connect(site.env["EXAMPLE_SITE_DATABASE"], isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        until(lambda: site.log("qcluster").count(REFUSED) >= met + 2, seconds=30, what="two refused writes")
        other.execute("ROLLBACK")


@pytest.mark.parametrize("point", ["AI_CALL:after_reply", "SAVE:start"])
def test_a_locked_sqlite_is_waited_out_with_the_reply_in_hand(
    locking_site: Site, openai_server: OpenAIServer, point: str
) -> None:
    slug = {"AI_CALL:after_reply": "dimlight", "SAVE:start": "seal-sands"}[point]
    before = locking_site.run(REVISIONS, slug=slug)
    locking_site.hold(point)
    job = submit(locking_site, slug)
    until(locking_site.is_held, seconds=30, what=f"{point} to be reached")
    with locked(locking_site):
        locking_site.let_go()
    check_written_once(locking_site, slug, before=before, job=job, server=openai_server)


@pytest.fixture(scope="module")
def locking_site(make_shared_site: MakeSite) -> Iterator[Site]:
    """A site that waits for SQLite's lock half a second instead of twenty."""
    site = make_shared_site(env={"TEST_SQLITE_TIMEOUT": "0.5"}, LEASE_SECONDS=20)
    with site.process("qcluster"):
        yield site
