"""An editor with a browser, what a model answered, and the tabs of the side panel, for the tests of the editor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.support.assist import Run, prepared_for
from tests.support.own_thread import in_test_thread
from tests.support.panel import edit_address
from wagtail_ai_content.core.engine.function import Parsed, Prepared
from wagtail_ai_content.core.engine.reply import clean_reply
from wagtail_ai_content.features.writing.assist import Assist
from wagtail_ai_content.pipeline import turns
from wagtail_ai_content.testing import FakeProvider, answered_by


@pytest.fixture
def reply() -> Run:
    """``reply(text, **payload)``: what comes of a model's text, with all stored as JSON in between, as a job does."""

    def run(text: str, **payload: Any) -> Parsed:
        stored = json.loads(json.dumps(prepared_for({"action": "improve", **payload}).as_json()))
        prepared = Prepared(**stored)
        given = json.dumps(prepared.variables, ensure_ascii=False)
        cleaned = clean_reply(text, finish_reason="stop", given=given)
        parsed = Assist().parse_response(cleaned.text, prepared)
        assert json.loads(json.dumps(parsed.as_json()))["value"] == parsed.value
        return parsed

    return run


@pytest.fixture
def one_connection(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The test's own, in which its rows are to be seen before they are committed; and no reply from a cache."""

    monkeypatch.setattr(turns, "in_pool", in_test_thread)
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "MODEL": "fake/model", "CACHE_ALIAS": None}


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    provider = FakeProvider()
    with answered_by(provider):
        yield provider


@pytest.fixture
def browse(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def tab(client: Any) -> Callable[..., Any]:
    """``tab("generate", page)``: what the browser gets when a tab is opened at the edit view of a page."""

    def get(name: str, about: Any, **query: str) -> Any:
        address = about if isinstance(about, str) else edit_address(about)
        return client.get(reverse("wagtail_ai_content_editor:panel", args=[name]), {"address": address, **query})

    return get
