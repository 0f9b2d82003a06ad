"""kill -9 at every phase, on both databases: one revision, a bounded number of calls, nothing lost, nothing twice."""

from __future__ import annotations

import pytest

from tests.support.openai_server import OpenAIServer
from tests.support.site import until

from .conftest import MakeSite
from .follow import finish, submit
from .snippets import REVISIONS

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
