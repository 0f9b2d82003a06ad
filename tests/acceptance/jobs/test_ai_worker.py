"""A deployment without django-q2: ``ai_worker`` alone takes jobs, takes them back from the dead, and is healthy."""

from __future__ import annotations

import os
import signal

from tests.support.openai_server import OpenAIServer
from tests.support.site import until

from .conftest import MakeSite
from .follow import in_flight, look, submit


def test_a_worker_of_its_own_keeps_house_without_django_q(make_site: MakeSite, openai_server: OpenAIServer) -> None:
    site = make_site(FUNCTIONS={"summarise": {"MODEL": "openai/slow-2.0"}})
    assert site.manage("ai_health").returncode == 1
    with site.process("ai_worker") as killed:
        left = submit(site, "across-the-wade", function="summarise")
        in_flight(openai_server)
        os.killpg(killed.pid, signal.SIGKILL)
    assert look(site, left)["status"] == "running"

    with site.process("ai_worker") as worker:
        until(lambda: look(site, left)["delivered"], seconds=60, what="the dead worker's job to be done")
        done = submit(site, "the-toll-house")
        until(lambda: look(site, done)["delivered"], seconds=30, what="a new job to be done")
        assert site.manage("ai_health").returncode == 0
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert (look(site, left)["status"], look(site, done)["outcome"]) == ("succeeded", "revision")
    assert len(openai_server.calls) == 3
