"""The list of Reports → AI moderation: its order, filters, pages and exports."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import Page, Site

from tests.support.moderation import add_decision
from wagtail_ai_content.records.guardrails import api as guardrails

pytestmark = pytest.mark.django_db

INDEX = "ai_moderation:index"


@pytest.fixture
def admin(client: Client, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


def listed(client: Client, **chosen: Any) -> list[str]:
    answer = client.get(reverse(INDEX), chosen)
    assert answer.status_code == 200
    return [row.category for row in answer.context["object_list"]]


def test_those_that_wait_come_first_then_the_newest(admin: Client) -> None:
    now = timezone.now()
    add_decision(category="passed", status="approved")
    add_decision(category="old and waiting", age=500)
    add_decision(category="blocked", status="rejected", age=10)
    add_decision(category="waiting", age=100)
    add_decision(category="let through", status="approved", reviewed=now, age=20)
    add_decision(category="rejected", status="rejected", reviewed=now, age=30)
    assert listed(admin) == ["waiting", "old and waiting", "passed", "blocked", "let through", "rejected"]
    for standing in ("passed", "blocked", "let_through", "rejected"):
        assert listed(admin, standing=standing) == [standing.replace("_", " ")]
    assert listed(admin, standing="waiting") == ["waiting", "old and waiting"]


def test_a_row_says_what_was_found_where_and_for_whom(admin: Client) -> None:
    add_decision(reviewer_name="the lead", site_name="Ebbstow")
    page = admin.get(reverse(INDEX)).content.decode()
    wanted = (
        "a medical claim", "a miracle cure", "House rules", "From a model", "Summarise", "Ebbstow", "editor",
        "Waiting", "the lead",
    )  # fmt: skip
    assert [text for text in wanted if text not in page] == []


def test_it_is_filtered_by_each_of_its_filters(admin: Client, root: Page) -> None:
    site = Site.objects.get(is_default_site=True)
    add_decision(category="one", site=site, check_name="Another")
    add_decision(category="two", stage="request", function="meta")
    add_decision(category="old", age=3 * 86_400)
    today = timezone.localdate()
    assert listed(admin) == ["two", "one", "old"]
    assert listed(admin, stage="request") == listed(admin, function="meta") == ["two"]
    assert listed(admin, site=site.pk) == listed(admin, check="Another") == ["one"]
    assert listed(admin, created_from=str(today)) == ["two", "one"]
    assert listed(admin, created_to=str(today - timedelta(days=1))) == ["old"]
    assert listed(admin, stage="request", check="Another") == []


def test_pages_follow_one_another_across_the_two_parts(admin: Client) -> None:
    for number in range(120):
        add_decision(category=f"{number}", age=number, status="flagged" if number < 60 else "rejected")
    assert [row for page in (1, 2, 3) for row in listed(admin, p=page)] == [str(one) for one in range(120)]


def test_rows_of_any_number_take_the_same_queries(admin: Client) -> None:
    counts = []
    for _ in range(2):
        add_decision()
        with CaptureQueriesContext(connection) as queries:
            admin.get(reverse(INDEX))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_where_counting_stops_it_says_how_to_see_the_rest(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        add_decision()
    monkeypatch.setattr(guardrails, "MOST_COUNTED", 3)
    assert (
        "3 or more moderation decisions: choose a date to see older ones" in admin.get(reverse(INDEX)).content.decode()
    )


def test_without_any_it_says_what_will_be_there(admin: Client) -> None:
    assert "No text was stopped yet." in admin.get(reverse(INDEX)).content.decode()
    assert "No texts match your query." in admin.get(reverse(INDEX), {"stage": "reply"}).content.decode()


def test_everything_chosen_is_exported(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wagtail_ai_content.records.guardrails.lists.AT_ONCE", 2)
    for number in range(5):
        add_decision(category=f"{number}")
    add_decision(stage="request")
    text = b"".join(admin.get(reverse(INDEX), {"export": "csv", "stage": "reply"}).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["What it is"] for row in rows] == ["4", "3", "2", "1", "0"]
    assert (rows[0]["Decision"], rows[0]["Place"], rows[0]["Where"]) == ("Waiting", "a miracle cure", "From a model")


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "-2+3", "\t=1", "+cmd|' /C calc'!A0"])
def test_no_cell_is_a_formula(admin: Client, text: str) -> None:
    add_decision(category=text, excerpt=text, check_name=text, note=text, asked_by=text)
    table = b"".join(admin.get(reverse(INDEX), {"export": "csv"}).streaming_content).decode()
    row = next(csv.DictReader(io.StringIO(table)))
    for name in ("What it is", "Place", "Found by", "Note", "Asked by"):
        assert text in row[name][1:]
        assert row[name].startswith("'")
    book = load_workbook(io.BytesIO(b"".join(admin.get(reverse(INDEX), {"export": "xlsx"}).streaming_content)))
    assert "f" not in {cell.data_type for row in book.active.iter_rows() for cell in row}
