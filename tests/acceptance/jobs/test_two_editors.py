"""Somebody saves the page in Wagtail's editor while the AI works on it: their words stay, the AI's wait for review."""

from __future__ import annotations

import pytest

from tests.support.openai_server import OpenAIServer

from .conftest import MakeSite
from .follow import finish, in_flight, submit
from .snippets import EDIT, LATEST

SLUG = "across-the-wade"
THEIRS = "Written by a person, in the very minute the AI was thinking."


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_a_person_saved_meanwhile_stays_as_it_is_and_the_ai_version_waits(
    make_site: MakeSite, openai_server: OpenAIServer, kind: str
) -> None:
    site = make_site(kind, FUNCTIONS={"meta": {"MODEL": "openai/slow-4.0"}}, LEASE_SECONDS=10)
    with site.process("qcluster"):
        job = submit(site, SLUG)
        in_flight(openai_server)
        status, revision, content = site.run(EDIT, slug=SLUG, user="lead", changed={"summary": THEIRS})
        assert (status, content["summary"], openai_server.stats["in_flight"]) == (302, THEIRS, 1)
        state = finish(site, job)
    assert site.run(LATEST, slug=SLUG) == [revision, content]
    assert (state["status"], state["outcome"], state["reason"]) == ("succeeded", "proposal", "changed")
    assert (state["versions"], state["log"]) == (["pending"], ["wagtail_ai_content.propose"])
    assert not state["latest_is_ai"]
