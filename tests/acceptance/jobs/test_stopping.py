"""Workers that are stopped, frozen or timed out in the middle of a job: it is done once, by them or by another."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.site import Site, end_group, until

from .conftest import MakeSite
from .follow import finish, in_flight, look, submit
from .snippets import BEAT, HEALTH, HEARTBEAT, QUEUED, RECOVER, REVISIONS, ROW

LEASE = 2
LEASES_FROZEN = 6
SLOW = {"meta": {"MODEL": "openai/slow-2.0"}}


def check_once(state: dict, *, revisions: int) -> None:  # type: ignore[type-arg]
    assert (state["status"], state["outcome"], state["versions"]) == ("succeeded", "revision", ["drafted"])
    assert revisions == 1
    assert state["log"] == ["wagtail_ai_content.generate"]


def kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


@pytest.fixture(scope="module")
def slow_site(make_shared_site: MakeSite) -> Site:
    """A site without workers whose model takes two seconds."""
    return make_shared_site(FUNCTIONS=SLOW)


@pytest.mark.parametrize(
    ("command", "stopped", "killed"),
    [("qcluster", "across-the-wade", "the-toll-house"), ("ai_worker", "samphire-row", "the-ropewalk")],
)
def test_a_worker_told_to_stop_finishes_its_job_and_a_killed_one_leaves_it_to_the_next(
    slow_site: Site, openai_server: OpenAIServer, command: str, stopped: str, killed: str
) -> None:
    site = slow_site
    before = {slug: site.run(REVISIONS, slug=slug) for slug in (stopped, killed)}
    with site.process(command) as process:
        job = submit(site, stopped)
        in_flight(openai_server)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    state = look(site, job)
    check_once(state, revisions=state["revisions"] - before[stopped])
    assert len(openai_server.calls) == 1

    with site.process(command) as process:
        job = submit(site, killed)
        in_flight(openai_server)
        process.send_signal(signal.SIGTERM)
        kill(process)
    with site.process(command):
        state = finish(site, job)
    check_once(state, revisions=state["revisions"] - before[killed])
    assert (len(openai_server.calls), state["calls"]) == (3, 2)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize(("point", "calls"), [("AI_CALL:after_reply", 2), ("SAVE:start", 1)])
def test_a_worker_frozen_for_many_leases_finds_its_writes_refused(
    make_site: MakeSite, openai_server: OpenAIServer, kind: str, point: str, calls: int
) -> None:
    site, slug = make_site(kind, LEASE_SECONDS=LEASE), "across-the-wade"
    before = site.run(REVISIONS, slug=slug)
    with site.process("qcluster") as frozen:
        site.hold(point)
        job = submit(site, slug)
        until(site.is_held, seconds=30, what=f"{point} to be reached")
        os.killpg(frozen.pid, signal.SIGSTOP)
        thaws = time.monotonic() + LEASES_FROZEN * LEASE
        with site.process("qcluster") as other:
            state = finish(site, job)
            end_group(other)
        until(lambda: time.monotonic() > thaws, seconds=LEASES_FROZEN * LEASE + 1, what="the end of the freeze")
        row = site.run(ROW, job=job)
        site.let_go()
        os.killpg(frozen.pid, signal.SIGCONT)
        until(
            lambda: f"Job {job} is no longer ours" in site.log("qcluster"), seconds=30, what="its write to be refused"
        )
        check_once(state, revisions=state["revisions"] - before)
        assert (state["fence"], len(openai_server.calls)) == (2, calls)
        # It is of use again, and has changed nothing of the old job.
        assert finish(site, submit(site, "the-toll-house"))["status"] == "succeeded"
    assert site.run(ROW, job=job) == row
    assert look(site, job)["revisions"] - before == 1


def test_a_task_that_django_q_stops_in_the_middle_of_save_is_rolled_back_and_done_again(
    make_site: MakeSite, openai_server: OpenAIServer
) -> None:
    site, slug = make_site(env={"TEST_Q_CLUSTER": '{"timeout": 4, "retry": 10}'}), "across-the-wade"
    before = site.run(REVISIONS, slug=slug)
    with site.process("qcluster", "--skip-checks"):
        site.hold("SAVE:before_commit")
        job = submit(site, slug)
        until(site.is_held, seconds=30, what="the middle of SAVE")
        until(lambda: "after timeout" in site.log("qcluster"), seconds=30, what="django-q2 to stop the task")
        assert look(site, job)["revisions"] == before
        site.let_go()
        state = finish(site, job)
    check_once(state, revisions=state["revisions"] - before)
    assert len(openai_server.calls) == 1


def test_health_tells_of_a_cluster_whose_idle_workers_were_killed_and_a_restart_loses_nothing(
    make_site: MakeSite, openai_server: OpenAIServer
) -> None:
    site = make_site(SILENT_SECONDS=8, WAITING_SECONDS=60)
    slugs = ("across-the-wade", "the-toll-house", "samphire-row")
    with site.process("qcluster"):
        until(lambda: is_beating(site), seconds=90, what="the first sign of life")
        assert site.run(HEALTH) == ""
        until(lambda: site.run(QUEUED) == 0, seconds=40, what="the workers to be idle")
        for pid in site.workers():
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(site.workers()) == 2, seconds=30, what="new workers in the place of the dead")
        jobs = [submit(site, slug) for slug in slugs]
        until(lambda: is_ill(site), seconds=60, what="health to tell")
        # django-q2's workers take turns at the queue; the dead one keeps its turn for ever, and nobody else gets it.
        assert [look(site, job)["status"] for job in jobs] == ["pending"] * 3
        assert openai_server.calls == []
    with site.process("qcluster"):
        states = [finish(site, job) for job in jobs]
        until(lambda: is_beating(site), seconds=90, what="a new sign of life")
        assert site.run(HEALTH) == ""
    assert [state["status"] for state in states] == ["succeeded"] * 3
    assert len(openai_server.calls) == 3


def is_beating(site: Site) -> bool:
    """Ring the beat through the queue, as its schedule does once a minute; whether one came through lately."""
    if site.run(QUEUED) == 0:
        site.run(BEAT)
    age = site.run(HEARTBEAT)
    return age is not None and age < 3


def is_ill(site: Site) -> bool:
    """Whether ``ai_health`` says that nobody works, although the schedules ring on."""
    if site.run(QUEUED) == 0:
        site.run(BEAT)
    site.run(RECOVER)
    return "sign of life" in site.run(HEALTH)
