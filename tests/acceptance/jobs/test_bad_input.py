"""Bad input at the command line: one clear sentence, a logged job or none, and no change to any page."""

from __future__ import annotations

import re

import pytest

from tests.support.site import Site

from .conftest import MakeSite

COUNTS = """
from wagtail.models import Revision, PageLogEntry
from wagtail_ai_content.models import AIVersion, Job
out = [Revision.objects.count(), PageLogEntry.objects.count(), AIVersion.objects.count()]
"""

HUGE = """
from world.models import StoryPage
page = StoryPage.objects.get(slug="dimlight")
page.body = "<p>" + "All work and no play. " * 240_000 + "</p>"
page.save()
"""

PAGE = "long-way-round/the-toll-house"
CASES = {
    "an unknown function": (["write_poem", PAGE], r"no AI function called “write_poem”\. Known functions: .*summarise"),
    "an unknown page": (["meta", "no/such/page"], r"no page “no/such/page”\. Check the name"),
    "a page number too large for any database": (["meta", "9" * 30], r"no page “9+”"),
    "an unknown prompt": (["meta", PAGE, "--prompt", "shiny"], r"no prompt called “shiny”.*Known prompts: meta"),
    "an unknown user": (["meta", PAGE, "--user", "nobody"], r"no user “nobody”"),
    "a page the user may not edit": (["meta", PAGE, "--user", "editor-b"], r"You may not edit this page.*Ask for"),
    "an unknown field": (["rewrite", PAGE, "--field", "corpus", "--instruction", "Shorter"], r"no field “corpus”"),
    "no instruction": (["rewrite", PAGE], r"Say how the text is to be changed"),
    "an empty page": (["summarise", "long-way-round/the-walled-orchard"], r"has no text to work on\. Write something"),
    "a page of five megabytes": (["summarise", "long-way-round/dimlight"], r"longer than 150000 characters.*Choose"),
    "a prompt with an unknown variable": (
        ["summarise", PAGE, "--params", '{"prompt_override": "Sum up {{ txet }}."}'],
        r"line 1.*“?txet”?",
    ),
    "a private field": (
        ["rewrite", "almanac/the-nine", "--field", "desk_notes", "--instruction", "Shorter"],
        r"“desk_notes” is private",
    ),
}


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    site = make_site("sqlite", PROVIDERS={})
    site.run(HUGE)
    return site


def ask(site: Site, *arguments: str) -> str:
    done = site.manage("ai_generate", *arguments, "--foreground")
    said = (done.stdout + done.stderr).strip()
    assert done.returncode == 1, said
    assert "Traceback" not in said
    return said


def test_every_bad_request_gets_a_sentence_that_says_what_to_do(site: Site) -> None:
    before = site.run(COUNTS)
    for name, (arguments, expected) in CASES.items():
        said = ask(site, *arguments)
        sentence = said.splitlines()[-1]
        assert re.search(expected, sentence), f"{name}: {said}"
        assert len(said.splitlines()) <= 2, f"{name}: {said}"
    assert site.run(COUNTS) == before


def test_a_missing_key_and_an_unknown_model_are_said_plainly(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for model, expected in (
        ("openai/gpt-4.1-mini", r"not set up: the key for the model “openai/gpt-4\.1-mini” is missing"),
        ("nobody/knows-this", r"No provider knows the model “nobody/knows-this”.*WAGTAIL_AI_CONTENT"),
    ):
        site = make_site("sqlite", PROVIDERS={}, MODEL=model)
        before = site.run(COUNTS)
        assert re.search(expected, ask(site, "meta", PAGE))
        assert site.run(COUNTS) == before
        assert site.run("from wagtail_ai_content.models import Job\nout = Job.objects.get().status") == "failed"
