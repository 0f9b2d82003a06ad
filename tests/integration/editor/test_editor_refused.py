"""What the editor may not ask for, and is told so in a sentence."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.support.generation import (
    GENERATE,
    HEADERS,
    asked,
    post,
)
from tests.support.pages.models import DeepPage, PlainPage, SectionPage
from wagtail_ai_content.records.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_connection")]


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"place": "nothing", "path": "nothing"}, 400, "unknown_target"),
        ({"action": "explode"}, 400, "invalid_input"),
        ({"action": "list"}, 400, "invalid_input"),
        ({"action": "tone"}, 400, "invalid_input"),
        ({"action": "ask"}, 400, "invalid_input"),
        ({"prompt": "gone"}, 400, "unknown_prompt"),
        ({"instruction": "x" * 4_001}, 400, "invalid_input"),
        ({"options": 0}, 400, "invalid_input"),
        ({"options": 5}, 400, "invalid_input"),
        ({"options": True}, 400, "invalid_input"),
        ({"options": "2"}, 400, "invalid_input"),
        ({"key": "not one"}, 400, "invalid_input"),
        ({"key": ""}, 400, "invalid_input"),
        ({"path": "title"}, 400, "invalid_input"),
        ({"path": "content." + "x" * 600}, 400, "invalid_input"),
        ({"source": {"blocks": [], "entityMap": {}}}, 400, "invalid_input"),
        ({"source": 5}, 400, "invalid_input"),
        ({"source": ""}, 400, "nothing_to_work_on"),
        ({"subject": "x"}, 400, "invalid_input"),
        ({"function": "poem"}, 400, "unknown_function"),
        ({"function": "page_text"}, 400, "invalid_input"),
        ({"variables": []}, 400, "invalid_input"),
        ({"subject": {"app": "pages", "model": "plainpage", "object": "999999"}}, 404, None),
        ({"subject": {"app": "auth", "model": "user", "object": "1"}}, 404, None),
        ({"subject": {"app": "pages", "model": "plainpage", "object": ["1"]}}, 404, None),
        ({"source": "word " * 220_000}, 413, "too_long"),
        ({"form": "a=1&" * 1_200, "action": "suggest", "path": "title", "place": "title"}, 413, "too_long"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_is_stored(
    browse: Client, plain_page: PlainPage, changed: dict[str, Any], status: int, code: str | None
) -> None:
    answer = post(browse, asked(plain_page, **changed))
    assert answer.status_code == status, answer.content
    if code is not None:
        assert answer.json()["code"] == code
        assert answer.json()["message"].endswith(".")
    assert not Job.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000, b"{}"])
def test_a_body_that_is_no_request_is_refused(browse: Client, root: Any, body: bytes) -> None:
    answer = browse.post(GENERATE, body, content_type="application/json", headers=HEADERS)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_a_body_that_is_too_large_is_refused(browse: Client, plain_page: PlainPage, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    answer = post(browse, asked(plain_page, source="x" * 2_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_long")


def test_a_private_and_an_excluded_place_are_refused(browse: Client, deep_page: DeepPage, settings: Any) -> None:
    answer = post(browse, asked(deep_page, path="desk_notes", place="desk_notes"))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_target")
    assert "private" in answer.json()["message"]
    settings.WAGTAIL_AI_CONTENT = {"FIELDS": {"pages.DeepPage": {"exclude": ["body.heading"]}}}
    answer = post(browse, asked(deep_page, path="body.x", place="body.heading"))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_target")


@pytest.mark.parametrize(
    "state", [{"blocks": 5}, {"blocks": [{}]}, {"x": 1}, {"blocks": [{"text": 1}], "entityMap": []}]
)
def test_what_is_no_content_state_is_refused(browse: Client, deep_page: DeepPage, state: Any) -> None:
    answer = post(browse, asked(deep_page, path="body.p1", place="body.paragraph", source=state))
    assert answer.status_code == 400
    assert answer.json()["code"] in ("invalid_input", "nothing_to_work_on")


@pytest.mark.parametrize(
    ("who", "status"), [("editor", 202), ("lead", 202), ("admin_user", 202), ("stranger", 404), ("nobody", 403)]
)
def test_only_who_may_edit_may_ask(
    request: pytest.FixtureRequest, client: Client, plain_page: PlainPage, who: str, status: int
) -> None:
    if who != "nobody":
        client.force_login(request.getfixturevalue(who))
    assert post(client, asked(plain_page)).status_code == status
    assert Job.objects.exists() == (status == 202)


def test_a_locked_page_is_refused(browse: Client, plain_page: PlainPage, lead: Any) -> None:
    PlainPage.objects.filter(pk=plain_page.pk).update(locked=True, locked_by=lead)
    answer = post(browse, asked(plain_page))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_who_may_not_add_there_may_not_ask(client: Client, stranger: Any, section: SectionPage) -> None:
    client.force_login(stranger)
    new = {"app": "pages", "model": "plainpage", "object": "", "parent": str(section.pk), "locale": ""}
    assert post(client, asked(section, subject=new)).status_code == 404


def test_other_methods_are_refused(browse: Client, root: Any) -> None:
    assert browse.get(GENERATE, headers=HEADERS).status_code == 405
