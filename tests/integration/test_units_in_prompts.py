"""What the writing functions prepare and what the shipped prompts say about it belong together."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page

from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db(transaction=True)


def sent(page: Page, user: Any) -> str:
    fake = FakeProvider(['{"edits": [], "note": "Nothing to do."}'])
    with answered_by(fake):
        run_job(submit(Ask(function="rewrite", page=page, user=user, params={"instruction": "Shorter."})))
    (request,) = fake.calls
    return "\n".join(message.content for message in request.messages)


def test_a_rich_text_is_shown_as_html_and_its_headings_as_only_to_read(rich_page: Page, editor: Any) -> None:
    text = sent(rich_page, editor)
    assert "Texts marked “HTML” are HTML." in text
    assert "· HTML · a heading · only to read, do not change it" in text
    assert "· HTML\n" in text
    assert '<a href="ref:1">' in text
    assert "· plain text" not in text


def test_a_plain_text_is_shown_as_plain_text(plain_page: Page, editor: Any) -> None:
    text = sent(plain_page, editor)
    assert "· plain text" in text
    assert "· HTML" not in text
