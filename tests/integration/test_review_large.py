"""A version of five hundred blocks on the review screen: shown page by page, decided about as a whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.support.pages.models import DeepPage
from tests.support.versions import propose
from wagtail_ai_content.records.versions.api import AIVersion

pytestmark = pytest.mark.django_db


def of_blocks(page: DeepPage, count: int, user: Any) -> AIVersion:
    """A proposal that tells each of so many blocks anew."""
    page.body = json.dumps(
        [
            {"type": "paragraph", "id": f"b{number}", "value": f"<p>Boat {number} came in.</p>"}
            for number in range(count)
        ]
    )
    page.save_revision()
    return propose(page, {f"body.b{n}": f"<p>Boat {n} sailed home.</p>" for n in range(count)}, requested_by=user)


def shown(client: Client, version: AIVersion, page: int) -> tuple[str, int]:
    """The screen and its number of queries."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("wagtail_ai_content_review:review", args=[version.pk]), {"p": page})
    assert answer.status_code == 200
    return answer.content.decode(), len(queries)


def test_five_hundred_blocks_are_shown_in_pages_with_as_many_queries_as_one(
    deep_page: DeepPage, client: Client, editor: Any
) -> None:
    client.force_login(editor)
    shown(client, of_blocks(deep_page, 1, editor), 1)  # what a process asks only once, and a page's first revision
    _, few = shown(client, of_blocks(deep_page, 1, editor), 1)
    version = of_blocks(deep_page, 500, editor)

    first, many = shown(client, version, 1)
    last, _ = shown(client, version, 10)

    assert many == few
    assert ("Boat 0 " in first, "Boat 499 " in first) == (True, False)
    assert ("Boat 0 " in last, "Boat 499 " in last) == (False, True)


def test_all_five_hundred_are_taken_in_one_draft(deep_page: DeepPage, client: Client, editor: Any) -> None:
    client.force_login(editor)
    version = of_blocks(deep_page, 500, editor)
    revisions = deep_page.revisions.count()

    client.post(reverse("wagtail_ai_content_review:review", args=[version.pk]), {"action": "accept_clean"})

    draft = DeepPage.objects.get(pk=deep_page.pk).get_latest_revision_as_object()
    assert all("sailed home" in block.value.source for block in draft.body)
    assert (len(draft.body), deep_page.revisions.count()) == (500, revisions + 1)
