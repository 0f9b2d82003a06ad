"""Tiers, budgets, prices and the report in the Wagtail admin."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Site

from tests.support.usage import budget, grant, need
from wagtail_ai_content.records.usage import api as usage
from wagtail_ai_content.records.usage.api import Budget, ModelPrice, QuotaWindow, Tier, UsageTotal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiers")]

LIMITS = (
    "requests_per_minute", "requests_per_day", "requests_per_month", "tokens_per_day", "tokens_per_month",
    "money_per_day", "money_per_month",
)  # fmt: skip


@pytest.fixture
def admin(client: Client, root: Any, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


def may(user: Any, *codenames: str) -> None:
    group = Group.objects.create(name="keepers")
    group.permissions.add(*Permission.objects.filter(codename__in=[*codenames, "access_admin"]))
    user.groups.add(group)


def tier_form(*grants: dict[str, Any], **changes: Any) -> dict[str, Any]:
    form = {
        "name": "Team", "contact": "", **dict.fromkeys(LIMITS, ""),
        "grants-TOTAL_FORMS": len(grants), "grants-INITIAL_FORMS": 0, "grants-MIN_NUM_FORMS": 0,
        "grants-MAX_NUM_FORMS": 1000, **changes,
    }  # fmt: skip
    for number, one in enumerate(grants):
        row = {"group": "", "user": "", "id": "", "ORDER": "", "DELETE": "", **one}
        form |= {f"grants-{number}-{name}": value for name, value in row.items()}
    return form


def budget_form(**changes: Any) -> dict[str, Any]:
    return {"site": "", "group": "", "contact": "", **dict.fromkeys(LIMITS, ""), **changes}


def test_three_tiers_without_limits_come_with_the_app(admin: Client) -> None:
    assert list(Tier.objects.values_list("name", "is_default")) == [
        ("Free", True), ("Pro", False), ("Enterprise", False),
    ]  # fmt: skip
    page = admin.get(reverse("ai_tier:index")).content.decode()
    assert page.count("No limits") == 3


def test_a_tier_is_made_and_granted_to_a_group_and_a_person(admin: Client, editor: Any, lead: Any) -> None:
    group = editor.groups.get()
    form = tier_form({"group": group.pk}, {"user": lead.pk}, requests_per_day="50", money_per_month="12.50")
    assert admin.post(reverse("ai_tier:add"), form).status_code == 302
    tier = Tier.objects.get(name="Team")
    assert (tier.requests_per_day, tier.money_per_month) == (50, Decimal("12.50"))
    for user in (editor, lead):
        assert {limit.holder.name for limit in usage.limits_for(user.pk, None)} == {"Team"}
    page = admin.get(reverse("ai_tier:edit", args=[tier.pk])).content.decode()
    assert "lead" in page
    listing = admin.get(reverse("ai_tier:index")).content.decode()
    assert "50 requests a day, 12.50 US dollars a month" in listing


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"requests_per_day": "-1"}, "greater than or equal to 0"),
        ({"money_per_month": "-0.01"}, "greater than or equal to 0"),
        ({"money_per_month": "0.001"}, "no more than 2 decimal places"),
        ({"tokens_per_day": "9" * 30}, "less than or equal to"),
        ({"is_default": "on"}, "Another tier holds for everybody else already."),
        ({"name": "Pro"}, "already exists"),
    ],
)
def test_what_cannot_be_a_limit_is_told(admin: Client, changes: dict[str, str], told: str) -> None:
    answer = admin.post(reverse("ai_tier:add"), tier_form(**changes))
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert Tier.objects.count() == 3


def test_a_grant_names_a_group_or_a_person_and_each_has_one_tier(admin: Client, editor: Any) -> None:
    group, other = editor.groups.get(), Group.objects.create(name="Others")
    grant("Pro", group=group)
    for row, told in (
        ({"group": other.pk, "user": editor.pk}, "Choose a group or a person, one of the two."),
        ({"group": group.pk}, "Grant with this Group already exists."),
    ):
        answer = admin.post(reverse("ai_tier:add"), tier_form(row))
        assert answer.status_code == 200, row
        assert told in answer.content.decode()
    assert not Tier.objects.filter(name="Team").exists()


def test_a_tier_in_use_is_not_deleted_and_the_screen_says_why(admin: Client, editor: Any) -> None:
    tier = grant("Pro", user=editor)
    url = reverse("ai_tier:delete", args=[tier.pk])
    for answer in (admin.get(url), admin.post(url)):
        assert "This tier is granted to 1 person or group." in answer.content.decode()
    assert Tier.objects.filter(pk=tier.pk).exists()
    tier.grants.all().delete()
    assert admin.post(url).status_code == 302
    assert not Tier.objects.filter(pk=tier.pk).exists()


def test_a_budget_is_made_for_a_site_a_group_and_everybody(admin: Client, editor: Any) -> None:
    site, group = Site.objects.get(), editor.groups.get()
    for whose in ({"site": site.pk}, {"group": group.pk}, {}):
        form = budget_form(money_per_month="10", **whose)
        assert admin.post(reverse("ai_budget:add"), form).status_code == 302
        again = admin.post(reverse("ai_budget:add"), form)
        assert "There is a budget for them already." in again.content.decode()
    assert set(Budget.objects.values_list("holder", flat=True)) == {f"site:{site.pk}", f"group:{group.pk}", "all"}
    both = admin.post(reverse("ai_budget:add"), budget_form(site=site.pk, group=group.pk))
    assert "Choose a site or a group, or neither for everybody together." in both.content.decode()
    page = admin.get(reverse("ai_budget:index")).content.decode()
    assert "Everybody together" in page
    everybody = Budget.objects.get(holder="all")
    assert f'href="{reverse("ai_budget:edit", args=[everybody.pk])}"' in page
    assert page.count("10.00 US dollars a month") == 3


def test_a_changed_budget_is_its_own_and_takes_the_counts_anew(admin: Client) -> None:
    row = budget(money_per_month=Decimal(10))
    usage.reserve([need(most=9)])
    assert QuotaWindow.objects.filter(fresh=True).exists()
    form = budget_form(money_per_month="20")
    assert admin.post(reverse("ai_budget:edit", args=[row.pk]), form).status_code == 302
    row.refresh_from_db()
    assert row.money_per_month == 20
    assert not QuotaWindow.objects.filter(fresh=True).exists()


def test_a_price_is_entered_and_zero_is_one(admin: Client) -> None:
    form = {
        "model": "own/machine", "input_per_million": "0", "output_per_million": "0.000001", "valid_from": "2026-11-01",
    }  # fmt: skip
    assert admin.post(reverse("ai_price:add"), form).status_code == 302
    assert ModelPrice.objects.get().output_per_million == Decimal("0.000001")
    for changes, told in (
        ({}, "There is a price for this model from this day on already"),
        ({"input_per_million": "-1"}, "greater than or equal to 0"),
    ):
        assert told in admin.post(reverse("ai_price:add"), {**form, **changes}).content.decode()


@pytest.mark.parametrize(
    ("right", "open_to"),
    [
        ("change_tier", {"ai_tier:index", "ai_usage:index", "ai_usage:results", "ai_person_chooser:choose"}),
        ("change_budget", {"ai_budget:index"}),
        ("change_modelprice", {"ai_price:index"}),
        ("change_lockedphrase", set()),
    ],
)
def test_each_screen_asks_for_its_own_right(client: Client, editor: Any, right: str, open_to: set[str]) -> None:
    may(editor, right)
    client.force_login(editor)
    names = {
        "ai_tier:index", "ai_budget:index", "ai_price:index", "ai_usage:index", "ai_usage:results",
        "ai_person_chooser:choose", "ai_person_chooser:choose_results",
    }  # fmt: skip
    shown = {name for name in names if client.get(reverse(name)).status_code == 200}
    assert shown == open_to | ({"ai_person_chooser:choose_results"} if right == "change_tier" else set())
    chosen = client.get(reverse("ai_person_chooser:chosen", args=[editor.pk]))
    assert (chosen.status_code == 200) == (right == "change_tier")
    menu = client.get(reverse("wagtailadmin_home")).content.decode()
    assert ("/reports/ai-usage/" in menu) == (right == "change_tier")


def test_people_are_found_by_name_and_address(admin: Client, editor: Any, lead: Any) -> None:
    def found(query: str) -> set[str]:
        page = admin.get(reverse("ai_person_chooser:choose_results"), {"q": query}).content.decode()
        return set(re.findall(r"<a data-chooser-modal-choice[^>]*>\s*(\w+)", page))

    assert found("") == {"editor", "lead", "boss"}
    assert found("lead@") == {"lead"}
    assert found("nobody") == set()


def totals(count: int, *, month: Any = None) -> None:
    month = month or timezone.localdate().replace(day=1)
    UsageTotal.objects.bulk_create(
        UsageTotal(
            month=month, actor=str(number), user_name=f"user{number}", site_key=1, site_name="Example", model="a/one",
            answers=2, prompt_tokens=10, money=1_250_000 + number,
        )
        for number in range(count)
    )  # fmt: skip


def test_the_report_shows_this_month_and_others_when_asked(admin: Client) -> None:
    totals(2)
    last = (timezone.localdate().replace(day=1) - timezone.timedelta(days=1)).replace(day=1)
    totals(1, month=last)
    UsageTotal.objects.create(month=last, actor="9", user_name="zoe", model="b/two", unknown=3)
    page = admin.get(reverse("ai_usage:index")).content.decode()
    assert "2.500001 US dollars" in page
    assert "user1" in page
    assert "zoe" not in page
    before = admin.get(reverse("ai_usage:index"), {"month": last.isoformat()}).content.decode()
    assert "1.25 US dollars, 3 answers of unknown cost" in before
    assert "zoe" in before
    narrowed = admin.get(reverse("ai_usage:index"), {"user_name": "ser1"}).content.decode()
    assert "user0" not in narrowed
    assert admin.get(reverse("ai_usage:index"), {"month": "nonsense"}).status_code == 200


def test_the_report_takes_as_many_queries_for_one_row_as_for_fifty(admin: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            admin.get(reverse("ai_usage:index"))
        return len(caught)

    totals(1)
    queries()
    few = queries()
    UsageTotal.objects.all().delete()
    totals(50)
    assert queries() == few


def test_an_export_has_six_decimals_and_no_formula(admin: Client) -> None:
    totals(1)
    UsageTotal.objects.update(user_name="=HYPERLINK(1)", money=1)
    answer = admin.get(reverse("ai_usage:index"), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK(1)" in text
    assert "0.000001" in text
    assert b"".join(admin.get(reverse("ai_usage:index"), {"export": "xlsx"}).streaming_content)
