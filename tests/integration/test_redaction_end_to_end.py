"""Data about people does not leave the site with a request, and stands in the text that comes of it."""

from __future__ import annotations

import json

import pytest

from tests.support.openai_server import OpenAIServer
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.submit import Ask, submit
from wagtail_ai_content.records.jobs.api import fetch

pytestmark = pytest.mark.django_db(transaction=True)

MAIL, PHONE = "keeper@lighthouse.example", "020 7946 0958"


@pytest.fixture
def model(settings, openai_server: OpenAIServer) -> OpenAIServer:
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/test-model",
        "PROVIDERS": {"openai": {"API_KEY": "sk-loopback-0123456789abcdef", "API_BASE": openai_server.url}},
        "CACHE_ALIAS": None,
    }
    return openai_server


@pytest.fixture
def page(plain_page):
    plain_page.content = f"Write to the keeper ({MAIL}) or ring {PHONE} before noon."
    plain_page.save()
    return plain_page


def answer(server: OpenAIServer, **reply: object) -> None:
    message = {"role": "assistant", "content": json.dumps(reply)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    server.script({"status": 200, "body": json.dumps({"id": "1", "object": "chat.completion", "choices": [choice]})})


def rewritten(page, editor):
    job = submit(Ask(function="rewrite", page=page, user=editor, params={"instruction": "Shorter", "field": "content"}))
    drain_until_empty()
    return fetch(job.pk)


def test_the_model_sees_stand_ins_and_the_draft_has_the_data(page, editor, model):
    answer(model, edits=[{"id": "u1", "html": "Before noon: [[EMAIL_1]], [[PHONE_1]]."}], note="")

    job = rewritten(page, editor)
    sent = json.dumps(model.calls[0].body)
    page.refresh_from_db()

    assert MAIL not in sent
    assert PHONE not in sent
    assert "[[EMAIL_1]]" in sent
    assert MAIL not in json.dumps(job.request)
    assert job.outcome == "revision", job.message
    assert page.get_latest_revision_as_object().content == f"Before noon: {MAIL}, {PHONE}."


def test_a_stand_in_that_was_made_up_never_reaches_the_page(page, editor, model):
    for _ in range(2):  # the answer, and the one repair
        answer(model, edits=[{"id": "u1", "html": "Before noon: [[EMAIL_7]]."}], note="")

    job = rewritten(page, editor)
    page.refresh_from_db()

    assert (job.status, job.error_code) == ("failed", "malformed_reply")
    assert page.latest_revision is None


def test_a_site_says_what_may_leave_it(page, editor, model, settings):
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "REDACT": ["PHONE"]}
    answer(model, edits=[], note="")

    rewritten(page, editor)
    sent = json.dumps(model.calls[0].body)

    assert MAIL in sent
    assert PHONE not in sent
