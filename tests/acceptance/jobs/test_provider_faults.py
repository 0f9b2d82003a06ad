"""A provider that hangs, drips, limits or fails: a job waits in the database, asks seldom, and ends in words."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.site import Site, until

from .conftest import MakeSite
from .follow import finish, in_flight, look, submit
from .snippets import AGE_BREAKERS, BREAKERS, FORGET_BREAKERS, NEXT_ATTEMPT, RECOVER

PAGE, OTHER = "across-the-wade", "the-toll-house"
NO_CREDIT = {"status": 429, "body": json.dumps({"error": {"code": "insufficient_quota"}})}
DRIP = {"status": 200, "chunks": [" "], "drip": 0.3, "repeat": True}


@pytest.fixture(scope="module")
def running(make_shared_site: MakeSite) -> Iterator[Site]:
    """A site whose one worker takes all jobs into one drain; ``summarise`` asks a model that never answers."""
    site = make_shared_site(
        env={"TEST_Q_CLUSTER": '{"workers": 1}'},
        CALL_DEADLINE=2,
        LEASE_SECONDS=10,
        FUNCTIONS={"summarise": {"MODEL": "openai/hang"}},
    )
    with site.process("qcluster"):
        yield site


@pytest.fixture
def site(running: Site) -> Site:
    """The running site, its provider in good standing."""
    running.run(FORGET_BREAKERS)
    return running


def limited(seconds: str) -> dict[str, object]:
    return {"status": 429, "headers": {"Retry-After": seconds}, "body": "{}"}


def waits(site: Site, job: str) -> dict[str, object]:
    """The job once it waits for its next try."""
    until(lambda: look(site, job)["error"] and look(site, job)["status"] == "pending", seconds=30, what="a wait")
    state: dict[str, object] = site.run(NEXT_ATTEMPT, job=job)
    return state


def test_a_job_asked_to_slow_down_waits_in_the_database_while_the_worker_does_others(
    site: Site, openai_server: OpenAIServer
) -> None:
    openai_server.script(limited("3"))
    first = submit(site, PAGE)
    assert 0 < waits(site, first)["seconds"] <= 3
    assert finish(site, submit(site, OTHER))["status"] == "succeeded"
    state = finish(site, first)
    assert (state["status"], state["calls"], len(openai_server.calls)) == ("succeeded", 2, 3)


def test_an_absurd_wait_is_cut_to_five_minutes(site: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(limited("99999999999"))
    job = submit(site, PAGE)
    assert 280 < waits(site, job)["seconds"] <= 300
    assert site.manage("ai_jobs", "cancel", job).returncode == 0
    assert look(site, job)["status"] == "cancelled"


def test_three_server_errors_end_a_job_after_exactly_three_requests(site: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(*[{"status": 500, "body": "{}"}] * 3)
    state = finish(site, submit(site, PAGE))
    assert (state["status"], state["error"], state["calls"]) == ("failed", "unavailable", 3)
    assert len(openai_server.calls) == 3


def test_an_account_without_credit_fails_at_once_and_opens_the_breaker(site: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(NO_CREDIT)
    state = finish(site, submit(site, PAGE))
    assert (state["status"], state["error"], len(openai_server.calls)) == ("failed", "out_of_credit", 1)
    assert site.run(BREAKERS) == {"openai": [1, True]}


def test_a_provider_that_keeps_failing_is_left_alone_and_asked_again_after_a_probe(
    site: Site, openai_server: OpenAIServer
) -> None:
    openai_server.script(*[{"status": 500, "body": "{}"}] * 5)
    assert finish(site, submit(site, PAGE))["status"] == "failed"
    early = submit(site, OTHER)
    until(
        lambda: site.run(RECOVER) or site.run(BREAKERS)["openai"] == [5, True], seconds=60, what="the breaker to open"
    )
    assert len(openai_server.calls) == 5

    late = submit(site, "samphire-row")
    assert 0 < waits(site, late)["seconds"] <= 30
    assert len(openai_server.calls) == 5

    assert site.run(AGE_BREAKERS) == 1
    assert finish(site, submit(site, "the-ropewalk"))["status"] == "succeeded"
    assert site.run(BREAKERS) == {"openai": [0, False]}
    assert len(openai_server.calls) == 6
    for job in (early, late):
        site.manage("ai_jobs", "cancel", job)


def test_a_model_that_never_answers_is_hung_up_on_three_times_while_other_jobs_of_the_drain_go_on(
    site: Site, openai_server: OpenAIServer
) -> None:
    stuck = submit(site, PAGE, function="summarise")
    in_flight(openai_server)
    assert finish(site, submit(site, OTHER))["status"] == "succeeded"
    assert look(site, stuck)["status"] in ("running", "pending")
    state = finish(site, stuck)
    assert (state["status"], state["error"], state["calls"]) == ("failed", "deadline", 3)
    assert [call.model for call in openai_server.calls].count("hang") == 3
    until(lambda: openai_server.stats["disconnected"] == 3, seconds=5, what="the connections to be closed")


def test_a_model_that_drips_for_ever_is_hung_up_on_at_the_deadline(site: Site, openai_server: OpenAIServer) -> None:
    openai_server.script(DRIP, DRIP, DRIP)
    state = finish(site, submit(site, PAGE))
    assert (state["status"], state["error"], state["calls"]) == ("failed", "deadline", 3)
    assert len(openai_server.calls) == 3
    until(lambda: openai_server.stats["disconnected"] == 3, seconds=5, what="the connections to be closed")
