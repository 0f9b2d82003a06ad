"""Many workers on one table of jobs, undisturbed and under random kills: each job ends once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.site import Site, until

from .conftest import KEY, MakeSite
from .follow import finish_all
from .snippets import COUNT_REVISIONS, COUNTS, DUMP, FORGET, RECOVER, SLUGS, SUBMIT_MANY

CHAOS_SECONDS = 20.0
STALLED_SECONDS = 5.0
FILES = ("*.log", "mail/*")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared(make_shared_site: MakeSite, request: pytest.FixtureRequest) -> Site:
    models = {"rewrite": {"MODEL": "openai/slow-2.0"}}
    return make_shared_site(request.param, MAX_IN_FLIGHT=2, LEASE_SECONDS=8, FUNCTIONS=models)


@pytest.fixture
def site(shared: Site) -> Iterator[Site]:
    """The site without jobs of other tests."""
    shared.run(FORGET)
    yield shared
    shared.run(FORGET)


def test_two_clusters_share_sixty_jobs_without_asking_or_writing_twice(site: Site, openai_server: OpenAIServer) -> None:
    pages = site.run(SLUGS)
    asked = [("meta", slug) for slug in pages] + [("summarise", slug) for slug in pages * 3][: 60 - len(pages)]
    before = site.run(COUNT_REVISIONS)
    with site.process("qcluster"), site.process("qcluster"):
        assert len(set(site.run(SUBMIT_MANY, asked=asked, key="two", params={}))) == 60
        states = finish_all(site)
    assert len(openai_server.calls) == 60
    assert {(state["status"], state["calls"]) for state in states} == {("succeeded", 1)}
    written = [state for state in states if state["function"] == "meta"]
    assert {(state["outcome"], state["versions"], state["revisions"]) for state in written} == {("revision", 1, 1)}
    assert {(state["outcome"], state["versions"]) for state in states if state not in written} == {("value", 0)}
    # A page that had no revision yet is given one with what stands there, to go back to.
    assert len(written) <= site.run(COUNT_REVISIONS) - before <= 2 * len(written)


def test_random_kills_neither_lose_nor_double_a_job(site: Site, openai_server: OpenAIServer) -> None:
    pages = site.run(SLUGS)
    asked = [("rewrite", pages[number % len(pages)]) for number in range(40)]
    with ExitStack() as clusters:
        clusters.enter_context(site.process("qcluster"))
        until(site.workers, seconds=30, what="the workers to start")
        site.run(SUBMIT_MANY, asked=asked, key="chaos", params={"instruction": "Shorter, please."})
        kills = wreak_havoc(site, clusters)
        clusters.close()
        clusters.enter_context(site.process("qcluster"))
        states = finish_all(site)
    assert kills >= 5
    assert sum(state["calls"] for state in states) > 40, "no kill met a job at work"
    assert len(states) == 40
    assert all(state["status"] in ("succeeded", "failed") for state in states)
    assert all(state["versions"] <= 1 and state["revisions"] <= 1 for state in states)
    assert all((state["versions"] == 1) == (state["outcome"] in ("revision", "proposal")) for state in states)
    assert all(state["calls"] <= 3 for state in states)
    assert len(openai_server.calls) <= sum(state["calls"] for state in states)
    assert site.run(COUNTS) == {"pending": 0, "running": 0, "cancelled": 0, "untold": 0}
    assert site.run(DUMP, words=[KEY]) == []
    assert [path for path in files_of(site) if KEY in path.read_text(errors="replace")] == []


def wreak_havoc(site: Site, clusters: ExitStack) -> int:
    """Kill a worker every one to two seconds, and restart a cluster that stands still; gives the number of kills."""
    kills, ends, moved, left = 0, time.monotonic() + CHAOS_SECONDS, time.monotonic(), 40
    while time.monotonic() < ends:
        pause_ends = time.monotonic() + random.uniform(1, 2)
        until(lambda at=pause_ends: time.monotonic() > at, seconds=5, what="the next kill")
        site.run(RECOVER)
        counts: dict[str, Any] = site.run(COUNTS)
        if counts["running"] or counts["untold"] != left:
            moved, left = time.monotonic(), counts["untold"]
        if time.monotonic() - moved > STALLED_SECONDS:
            clusters.close()
            clusters.enter_context(site.process("qcluster"))
            moved = time.monotonic()
        elif workers := site.workers():
            os.kill(random.choice(workers), signal.SIGKILL)
            kills += 1
    return kills


def files_of(site: Site) -> list[Path]:
    return [path for pattern in FILES for path in site.folder.glob(pattern)]
