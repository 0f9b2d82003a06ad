"""Somebody saves the page in Wagtail's editor while the AI works on it: their words stay, whatever the AI wrote."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.openai_server import OpenAIServer
from wagtail_ai_content.core.versions.places import META

from .conftest import MakeSite
from .follow import finish, in_flight, submit
from .snippets import EDIT, LATEST

SLUG = "across-the-wade"
THEIRS = "Written by a person, in the very minute the AI was thinking."


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_a_person_saved_meanwhile_in_the_same_place_stays_as_it_is_and_the_ai_version_waits(
    make_site: MakeSite, openai_server: OpenAIServer, kind: str
) -> None:
    state, revision, content, latest = meanwhile(make_site, openai_server, kind, {"seo_title": THEIRS[:60]})
    assert latest == [revision, content]
    assert (state["status"], state["outcome"], state["reason"]) == ("succeeded", "proposal", "conflict")
    assert (state["versions"], state["log"]) == (["pending"], ["wagtail_ai_content.propose"])
    assert not state["latest_is_ai"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_a_person_saved_meanwhile_elsewhere_is_byte_equal_in_the_merged_draft(
    make_site: MakeSite, openai_server: OpenAIServer, kind: str
) -> None:
    state, revision, content, latest = meanwhile(make_site, openai_server, kind, {"summary": THEIRS})
    assert (state["status"], state["outcome"], state["versions"]) == ("succeeded", "revision", ["drafted"])
    number, merged = latest
    assert number > revision
    changed = {name for name in merged.keys() - META if merged[name] != content.get(name)}
    assert merged["summary"] == THEIRS
    assert changed
    assert changed <= {"seo_title", "search_description"}


def meanwhile(
    make_site: MakeSite, openai_server: OpenAIServer, kind: str, changed: dict[str, str]
) -> tuple[dict[str, Any], int, dict[str, Any], list[Any]]:
    """A job, and an edit through Wagtail's edit view while it waits: its end, the edit's revision, the latest."""
    site = make_site(kind, FUNCTIONS={"meta": {"MODEL": "openai/slow-4.0"}}, LEASE_SECONDS=10)
    with site.process("qcluster"):
        job = submit(site, SLUG)
        in_flight(openai_server)
        status, revision, content = site.run(EDIT, slug=SLUG, user="lead", changed=changed)
        assert (status, openai_server.stats["in_flight"]) == (302, 1)
        assert {name: content[name] for name in changed} == changed
        state = finish(site, job)
    return state, revision, content, site.run(LATEST, slug=SLUG)
