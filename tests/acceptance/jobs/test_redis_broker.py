"""Redis as the queue: it forgets what a killed worker had in hand; the sweeper does not."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.services import missing
from tests.support.site import until

from .conftest import MakeSite
from .follow import finish, in_flight, look, submit

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/5")


@pytest.fixture
def queue() -> Iterator[str]:
    """The name of a queue of its own on the Redis server."""
    import redis

    name = f"wac_tests_{os.getpid()}"
    with redis.Redis.from_url(REDIS, socket_connect_timeout=5) as server:
        try:
            server.ping()
        except redis.ConnectionError:
            missing("redis", f"No Redis answers at {REDIS}.")
        yield name
        keys = list(server.scan_iter(f"*{name}*"))
        if keys:
            server.delete(*keys)


def test_a_job_rung_through_redis_runs_and_a_killed_one_is_recovered_by_the_sweeper(
    make_site: MakeSite, openai_server: OpenAIServer, queue: str
) -> None:
    q_cluster = json.dumps({"name": queue, "workers": 1})
    site = make_site(
        env={"EXAMPLE_SITE_BROKER": REDIS, "TEST_Q_CLUSTER": q_cluster},
        FUNCTIONS={"summarise": {"MODEL": "openai/slow-2.0"}},
    )
    with site.process("qcluster"):
        job = submit(site, "across-the-wade")
        until(lambda: look(site, job)["delivered"], seconds=40, what="the job to be done")
        killed = submit(site, "the-toll-house", function="summarise")
        in_flight(openai_server)
        (worker,) = site.workers()
        os.kill(worker, signal.SIGKILL)
        state = finish(site, killed)
    assert look(site, job)["outcome"] == "revision"
    assert (state["status"], state["calls"], len(openai_server.calls)) == ("succeeded", 2, 3)
