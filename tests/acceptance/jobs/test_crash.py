"""kill -9 at every phase, on both databases: one revision, a bounded number of calls, nothing lost, nothing twice."""

from __future__ import annotations

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.site import until

from .conftest import MakeSite
from .follow import finish, submit
from .snippets import RECOVER, REVISIONS

POINTS = {
    # point: calls the provider sees in all
    "INIT:claimed": 1,
    "PREP:start": 1,
    "PREP:committed": 1,
    "AI_CALL:before_request": 1,
    "AI_CALL:after_reply": 2,
    "AI_CALL:before_commit": 2,
    "PARSE:start": 1,
    "PARSE:end": 1,
    "SAVE:start": 1,
    "SAVE:before_commit": 1,
    "SAVE:committed": 1,
    "DONE:before_signal": 1,
    "DONE:before_commit": 1,
}
PAGES = (
    "across-the-wade", "the-toll-house", "samphire-row", "the-ropewalk", "the-cordgrass-marsh", "dimlight",
    "seal-sands", "the-quiet-mile", "paper-from-the-marsh", "counting-seals", "the-nine", "getting-here",
    "where-to-stay",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_worker_killed_at_any_phase_neither_loses_nor_doubles_anything(
    make_site: MakeSite, openai_server: OpenAIServer, kind: str
) -> None:
    site = make_site(kind)
    with site.process("qcluster"):
        for (point, calls), slug in zip(POINTS.items(), PAGES, strict=True):
            openai_server.reset()
            before = site.run(REVISIONS, slug=slug)
            site.arm(point)
            job = submit(site, slug)
            until(site.has_fired, seconds=30, what=f"{point} to be reached")
            state = finish(site, job)
            assert (point, state["status"], state["outcome"]) == (point, "succeeded", "revision")
            assert (point, state["revisions"] - before) == (point, 1)
            assert (point, state["versions"]) == (point, ["drafted"])
            assert (point, state["log"]) == (point, ["wagtail_ai_content.generate"])
            assert (point, len(openai_server.calls)) == (point, calls)
            assert state["latest_is_ai"]
            assert state["live_is_untouched"]


def test_a_job_whose_worker_dies_in_every_call_is_given_up_after_as_many_calls_as_are_allowed(
    make_site: MakeSite, openai_server: OpenAIServer
) -> None:
    site, slug = make_site(), PAGES[0]
    before = site.run(REVISIONS, slug=slug)
    with site.process("qcluster"):
        site.arm("AI_CALL:after_reply")
        job = submit(site, slug)
        for _ in range(2):
            until(lambda: site.run(RECOVER) or site.has_fired(), seconds=30, what="the worker to die")
            site.arm("AI_CALL:after_reply")
        state = finish(site, job)
    assert (state["status"], state["calls"], len(openai_server.calls)) == ("failed", 3, 3)
    assert (state["revisions"], state["versions"]) == (before, [])
