"""The list of AI versions, its filters, its bulk actions, and the count in the menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site

from tests.support.pages.models import DeepPage, PlainPage
from tests.support.versions import propose
from wagtail_ai_content.conf import BUILTIN_MODEL
from wagtail_ai_content.interfaces.review.menu import count_waiting
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

pytestmark = pytest.mark.django_db
LIST = "wagtail_ai_content_review:index"


@pytest.fixture
def browse(client: Client, editor: Any) -> Client:
    client.force_login(editor)
    return client


@pytest.fixture
def proposals(plain_page: PlainPage, deep_page: DeepPage, editor: Any, lead: Any) -> dict[str, AIVersion]:
    """One of each kind a filter tells apart."""
    here = {"site": Site.objects.get(is_default_site=True), "model_used": BUILTIN_MODEL}
    return {
        "plain": propose(plain_page, {"title": "Day one"}, requested_by=editor, **here),
        "deep": propose(deep_page, {"title": "Day three"}, requested_by=lead, conflicts=2, alerts=1, function="title"),
        "done": propose(plain_page, {"title": "Old news"}, requested_by=editor, status=VersionStatus.REJECTED),
    }


def listed(browse: Client, **query: Any) -> str:
    answer = browse.get(f"{reverse(LIST)}?{urlencode(query)}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows(browse: Client, proposals: dict[str, AIVersion], **query: Any) -> set[str]:
    """Which of the proposals are listed."""
    shown = listed(browse, **query)
    return {name for name, version in proposals.items() if str(version.pk) in shown}


def test_what_waits_is_listed_first_of_all(browse: Client, proposals: dict[str, AIVersion]) -> None:
    assert rows(browse, proposals) == {"plain", "deep"}
    shown = listed(browse)
    for text in ("First day", "Rewrite", "Title", "built-in engine", "2 conflicts", "1 fact changed", "lead"):
        assert text in shown


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "any"}, {"plain", "deep", "done"}),
        ({"status": "rejected"}, {"done"}),
        ({"conflicts": "true"}, {"deep"}),
        ({"conflicts": "false"}, {"plain"}),
        ({"alerts": "true"}, {"deep"}),
        ({"function": "title"}, {"deep"}),
        ({"model_used": "test/model"}, {"deep"}),
        ({"q": "First"}, {"plain"}),
        ({"q": "nowhere"}, set()),
    ],
)
def test_filters_and_search(browse: Client, proposals: dict[str, AIVersion], query: Any, found: set[str]) -> None:
    assert rows(browse, proposals, **query) == found


def test_filters_by_site_type_and_requester(
    browse: Client, proposals: dict[str, AIVersion], deep_page: DeepPage, lead: Any
) -> None:
    site = Site.objects.get(is_default_site=True)
    assert rows(browse, proposals, site=site.pk) == {"plain"}
    assert rows(browse, proposals, target_content_type=deep_page.cached_content_type.pk) == {"deep"}
    assert rows(browse, proposals, requested_by=lead.pk) == {"deep"}


def test_an_empty_list_says_what_it_is_for(browse: Client, editor: Any) -> None:
    assert "Nothing waits for your review" in listed(browse)
    assert "No AI versions match" in listed(browse, q="x")


def test_the_menu_counts_what_waits(browse: Client, proposals: dict[str, AIVersion]) -> None:
    assert "AI review (2)" in listed(browse)


def test_the_menu_stops_counting(editor: Any, proposals: dict[str, AIVersion]) -> None:
    copies(proposals["plain"], 150)
    assert count_waiting(editor) == 100


def test_as_many_queries_for_many_versions_as_for_few(browse: Client, proposals: dict[str, AIVersion]) -> None:
    listed(browse)
    with count_queries() as few:
        listed(browse, status="any")
    copies(proposals["plain"], 500)
    with count_queries() as many:
        listed(browse, status="any")
    assert len(few) == len(many), many[-1]["sql"]


def test_opening_takes_as_many_queries_for_many_versions_as_for_few(
    browse: Client, proposals: dict[str, AIVersion]
) -> None:
    address = reverse("wagtail_ai_content_review:review", args=[proposals["deep"].pk])
    browse.get(address)
    with count_queries() as few:
        browse.get(address)
    copies(proposals["plain"], 500)
    with count_queries() as many:
        browse.get(address)
    assert len(few) == len(many), many[-1]["sql"]


# --- bulk actions


@pytest.fixture
def bulk(browse: Client) -> Callable[..., str]:
    """``bulk(action, id=…)``: confirm it, and what the list says afterwards."""

    def run(action: str, **query: Any) -> str:
        path = reverse("wagtail_bulk_action", args=["wagtail_ai_content", "aiversion", action])
        address = f"{path}?{urlencode({**query, 'next': reverse(LIST)}, doseq=True)}"
        assert browse.get(address).status_code == 200
        return browse.post(address, follow=True).content.decode()

    return run


def test_accepting_several_writes_drafts(
    bulk: Callable[..., str], proposals: dict[str, AIVersion], plain_page: Page, deep_page: Page
) -> None:
    shown = bulk("accept_clean", id=[proposals["plain"].pk, proposals["deep"].pk])
    assert "2 AI versions were written as drafts. Nothing was published." in shown
    titles = {page.draft_title for page in Page.objects.filter(pk__in=[plain_page.pk, deep_page.pk])}
    assert titles == {"Day one", "Day three"}


def test_one_that_cannot_be_taken_does_not_stop_the_others(
    bulk: Callable[..., str], proposals: dict[str, AIVersion], deep_page: Page
) -> None:
    Page.objects.filter(pk=deep_page.pk).update(locked=True)
    shown = bulk("accept_clean", id=[proposals["plain"].pk, proposals["deep"].pk])
    assert "1 AI version was written" in shown
    assert "is locked" in shown


def test_rejecting_several(bulk: Callable[..., str], proposals: dict[str, AIVersion]) -> None:
    assert "2 AI versions were rejected." in bulk("reject", id=[proposals["plain"].pk, proposals["deep"].pk])
    assert set(AIVersion.objects.values_list("status", flat=True)) == {VersionStatus.REJECTED}


def test_all_in_the_list_means_with_its_filters(bulk: Callable[..., str], proposals: dict[str, AIVersion]) -> None:
    bulk("reject", id="all", conflicts="true")
    assert AIVersion.objects.get(pk=proposals["plain"].pk).status == VersionStatus.PENDING
    assert AIVersion.objects.get(pk=proposals["deep"].pk).status == VersionStatus.REJECTED


def test_versions_of_other_peoples_pages_are_not_touched(
    client: Client, proposals: dict[str, AIVersion], stranger: Any
) -> None:
    client.force_login(stranger)
    path = reverse("wagtail_bulk_action", args=["wagtail_ai_content", "aiversion", "reject"])
    address = f"{path}?id={proposals['plain'].pk}&next={reverse(LIST)}"
    assert "First day" not in client.get(address).content.decode()
    client.post(address)
    assert AIVersion.objects.get(pk=proposals["plain"].pk).status == VersionStatus.PENDING


def copies(version: AIVersion, count: int) -> None:
    fields = {
        field.attname: getattr(version, field.attname)
        for field in AIVersion._meta.concrete_fields
        if not field.primary_key
    }
    AIVersion.objects.bulk_create([AIVersion(**fields) for _ in range(count)])


@contextmanager
def count_queries() -> Iterator[CaptureQueriesContext]:
    with CaptureQueriesContext(connection) as queries:
        yield queries


def test_nothing_of_the_screen_is_inline(browse: Client, proposals: dict[str, AIVersion]) -> None:
    shown = browse.get(reverse("wagtail_ai_content_review:review", args=[proposals["deep"].pk])).content.decode()
    ours = shown[shown.index('class="wac-review"') : shown.index("</main>")]
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", ours)
