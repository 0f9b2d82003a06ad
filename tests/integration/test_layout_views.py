"""Arrangements as pictures and as form states: for the person who asked, and for nobody else."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.blocks import CharBlock, StreamBlock, StructBlock

from tests.support.ai_words import draft_of
from tests.support.pages.models import NotebookPage
from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.pipeline.assisting import taken_from_answers
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db

ARRANGEMENT = {
    "name": "Short <b>one</b>",
    "reason": "Quick.",
    "blocks": [
        {"type": "heading", "value": "The wade & sea"},
        {"type": "paragraph", "value": "<p>Follow the <b>posts</b>.</p>"},
        {"type": "quote", "value": {"text": "Nobody is faster.", "source": "The warden"}},
        {"type": "margin", "value": [{"type": "note", "value": "Mind the tide."}]},
    ],
}


@pytest.fixture
def page(section: Any, add_page: Callable[..., Any]) -> NotebookPage:
    return add_page(NotebookPage, section, title="Notebook", body=[], slug="notebook")  # type: ignore[no-any-return]


@pytest.fixture
def job(page: NotebookPage, editor: Any) -> Job:
    params = {
        "model": "pages.notebookpage",
        "place": "body",
        "path": "body",
        "instruction": "For walkers",
        "variables": {},
    }
    answer = json.dumps({"arrangements": [ARRANGEMENT, ARRANGEMENT], "note": ""})
    with answered_by(FakeProvider([answer])):
        done = run_job(submit(Ask(function="layout", page=page, user=editor, params=params, path="body")))
    assert done.status == "succeeded"
    return done


@pytest.fixture
def editing(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


def address(job: Any, number: int = 0, name: str = "layout") -> str:
    return reverse(f"wagtail_ai_content_editor:{name}", args=[getattr(job, "pk", job), number])


def test_the_picture_is_the_blocks_as_the_site_shows_them(job: Job, editing: Client) -> None:
    answer = editing.get(address(job))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "The wade &amp; sea" in html
    assert "Follow the <b>posts</b>." in html
    assert 'class="w-block-margin block-margin"' in html
    assert "<title>Short &lt;b&gt;one&lt;/b&gt;</title>" in html
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Content-Security-Policy"] == "sandbox; script-src 'none'; frame-ancestors 'self'"
    assert "<script" not in html
    assert "style=" not in html


def test_what_was_put_in_is_known_as_an_ais_after_the_save(job: Job, page: NotebookPage, editor: Any) -> None:
    made = [
        {key: each[key] for key in ("type", "value", "id")} for each in job.parsed["value"]["arrangements"][0]["blocks"]
    ]
    page.body = [{"type": "heading", "value": "The heading of a person", "id": "mine"}, *made]
    page.save_revision(user=editor)
    taken_from_answers(page, editor, [str(job.pk)])
    found = draft_of(page)
    kinds = {each["type"]: found.part(each["id"]).kind for each in made}
    assert kinds == {"heading": "ai", "paragraph": "ai", "quote": "ai", "margin": "ai"}
    assert found.part("mine").kind == "human"
    assert found.part(made[0]["id"]).generations[0].function == "layout"


def test_it_is_shown_in_the_language_of_the_page(job: Job, editing: Client) -> None:
    assert '<html lang="en" dir="ltr">' in editing.get(address(job)).content.decode()
    job.params["content_language"] = "ar"
    job.save()
    assert '<html lang="ar" dir="rtl">' in editing.get(address(job)).content.decode()


def test_a_single_block_can_be_looked_at(job: Job, editing: Client) -> None:
    quote = job.parsed["value"]["arrangements"][1]["blocks"][2]
    html = editing.get(address(job, 1), {"block": quote["id"]}).content.decode()
    assert "Nobody is faster." in html
    assert "posts" not in html
    assert editing.get(address(job, 1), {"block": "another"}).status_code == 404


def test_form_states_are_what_wagtails_form_takes(job: Job, editing: Client) -> None:
    blocks = editing.get(address(job, name="layout_states")).json()["blocks"]
    stored = job.parsed["value"]["arrangements"][0]["blocks"]
    assert [(each["type"], each["id"]) for each in blocks] == [(each["type"], each["id"]) for each in stored]
    assert blocks[0]["value"] == "The wade & sea"
    assert json.loads(blocks[1]["value"])["blocks"][0]["text"] == "Follow the posts."
    assert blocks[2]["value"] == {"text": "Nobody is faster.", "source": "The warden"}
    assert blocks[3]["value"][0]["value"] == "Mind the tide."


@pytest.mark.parametrize("name", ["layout", "layout_states"])
def test_nobody_else_gets_it(job: Job, client: Client, stranger: Any, lead: Any, admin_user: Any, name: str) -> None:
    assert client.get(address(job, name=name)).status_code == 302
    for other in (stranger, lead, admin_user):
        client.force_login(other)
        assert client.get(address(job, name=name)).status_code == 404


@pytest.mark.parametrize("name", ["layout", "layout_states"])
def test_what_is_not_there_is_not_found(job: Job, editing: Client, name: str, page: NotebookPage, editor: Any) -> None:
    assert editing.get(address(job, 2, name)).status_code == 404
    assert editing.get(address(uuid.uuid4(), 0, name)).status_code == 404
    params = {"model": "pages.notebookpage", "place": "body", "instruction": "For cyclists"}
    waiting = submit(Ask(function="layout", page=page, user=editor, params=params))
    assert editing.get(address(waiting, 0, name)).status_code == 404
    assert editing.post(address(job, 0, name)).status_code == 405


def test_a_site_that_changed_since_is_no_error(job: Job, editing: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    field = NotebookPage._meta.get_field("body")
    monkeypatch.setattr(field, "stream_block", StreamBlock([("heading", CharBlock())]))
    assert [each["type"] for each in editing.get(address(job, name="layout_states")).json()["blocks"]] == ["heading"]
    assert "posts" not in editing.get(address(job)).content.decode()


def test_a_template_that_needs_its_page_spoils_only_its_own_block(
    job: Job, editing: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Needy(StructBlock):
        text = CharBlock()
        source = CharBlock(required=False)

        def render(self, value: Any, context: Any = None) -> str:
            return str(context["page"].title)

    stream = NotebookPage._meta.get_field("body").stream_block
    monkeypatch.setitem(stream.child_blocks, "quote", Needy(label="Quote"))
    html = editing.get(address(job)).content.decode()
    assert "“Quote” can only be shown on its page." in html
    assert "The wade &amp; sea" in html
    assert "cannot be shown by itself" in caplog.text
