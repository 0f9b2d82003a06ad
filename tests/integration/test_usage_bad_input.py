"""Limits and prices that people get wrong, through the screens they use: what is said, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from wagtail.models import Page

from tests.support.openai_server import OpenAIServer
from tests.support.usage import budget, counts, grant
from wagtail_ai_content.api import Ask, Job, run_job, submit
from wagtail_ai_content.core.errors import QuotaExceeded
from wagtail_ai_content.pipeline import prices
from wagtail_ai_content.records.usage.api import ModelPrice, QuotaWindow, Tier, UsageTotal
from wagtail_ai_content.records.usage.models import LIMITS
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiers")]
runs_jobs = pytest.mark.django_db(transaction=True)

NEGATIVE = "greater than or equal to 0"
ANSWER = '{"summary": "Short.", "note": ""}'


@pytest.fixture
def admin(client: Client, root: Page, django_user_model: Any) -> Client:
    client.force_login(django_user_model.objects.create_superuser("boss", "boss@example.com", "secret"))
    return client


@pytest.fixture(autouse=True)
def fresh_prices() -> Iterator[None]:
    yield
    prices._Kept.read = float("-inf")
    prices._Kept.prices = {}


def form_of(instance: Any, **typed: Any) -> dict[str, Any]:
    """What the edit form of a tier or a budget sends, its grants as they are."""
    form = {name: getattr(instance, name) for name in LIMITS} | {"contact": instance.contact}
    form = {name: "" if value is None else value for name, value in form.items()}
    if isinstance(instance, Tier):
        rows = list(instance.grants.all())
        form |= {"name": instance.name, "grants-MIN_NUM_FORMS": 0, "grants-MAX_NUM_FORMS": 1000,
                 "grants-TOTAL_FORMS": len(rows), "grants-INITIAL_FORMS": len(rows)}  # fmt: skip
        for number, row in enumerate(rows):
            told = {"id": row.pk, "group": row.group_id or "", "user": row.user_id or "", "ORDER": "", "DELETE": ""}
            form |= {f"grants-{number}-{name}": value for name, value in told.items()}
    return {**form, **typed}


def ask(page: Page, user: Any, number: int = 0) -> Job:
    return submit(Ask(function="summarise", page=page, user=user, params={"variables": {"number": number}}))


def run(job: Job) -> Job:
    with answered_by(FakeProvider([ANSWER])):
        return run_job(job)


# --- a negative limit


@pytest.mark.parametrize("field", LIMITS)
@pytest.mark.parametrize("kind", ["tier", "budget"])
def test_a_negative_limit_is_told_and_the_one_before_stays(admin: Client, editor: Any, kind: str, field: str) -> None:
    row = grant("Pro", user=editor, **{field: 7}) if kind == "tier" else budget(**{field: 7})
    form = form_of(row, **{field: "-1", "contact": "Ann, typed just now"})

    answer = admin.post(reverse(f"ai_{kind}:edit", args=[row.pk]), form)

    page = answer.content.decode()
    assert NEGATIVE in page
    assert 'value="-1"' in page
    assert "Ann, typed just now" in page
    row.refresh_from_db()
    assert (getattr(row, field), row.contact) == (7, "")
    assert kind == "budget" or row.grants.get().user == editor


def test_a_negative_price_is_told_and_the_one_before_stays(admin: Client) -> None:
    price = ModelPrice.objects.create(model="openai/one", input_per_million=3, output_per_million=4)
    form = {"model": "openai/one", "input_per_million": "-0.5", "output_per_million": "9", "valid_from": "2026-11-01"}

    answer = admin.post(reverse("ai_price:edit", args=[price.pk]), form)

    page = answer.content.decode()
    assert NEGATIVE in page
    assert 'value="-0.5"' in page
    price.refresh_from_db()
    assert (price.input_per_million, price.output_per_million) == (3, 4)


def test_a_second_price_from_the_same_day_on_is_refused_with_what_to_do(admin: Client) -> None:
    form = {"model": "openai/one", "input_per_million": "0", "output_per_million": "0", "valid_from": "2026-11-01"}
    assert admin.post(reverse("ai_price:add"), form).status_code == 302

    page = admin.post(reverse("ai_price:add"), {**form, "input_per_million": "5"}).content.decode()

    assert "There is a price for this model from this day on already. Change that one, or choose another day." in page
    assert ModelPrice.objects.get().input_per_million == 0


# --- a tier in use is deleted


@runs_jobs
def test_a_tier_that_was_not_deleted_still_holds(admin: Client, plain_page: Page, editor: Any) -> None:
    tier = grant("Pro", user=editor, requests_per_day=1)
    ask(plain_page, editor)

    answer = admin.post(reverse("ai_tier:delete", args=[tier.pk]))

    assert "Grant another tier first" in answer.content.decode()
    assert f'href="{reverse("ai_tier:edit", args=[tier.pk])}" class="button"' in answer.content.decode()
    with pytest.raises(QuotaExceeded, match="tier “Pro”"):
        ask(plain_page, editor, 1)


@runs_jobs
def test_the_tier_that_holds_for_everybody_else_is_not_deleted_with_its_limits(
    admin: Client, plain_page: Page, editor: Any
) -> None:
    tier = Tier.objects.get(is_default=True)
    tier.requests_per_day = 0
    tier.save()
    delete = reverse("ai_tier:delete", args=[tier.pk])

    for answer in (admin.get(delete), admin.post(delete)):
        assert "This tier holds for everybody who has no other." in answer.content.decode()
    with pytest.raises(QuotaExceeded):
        ask(plain_page, editor)

    admin.post(reverse("ai_tier:edit", args=[tier.pk]), form_of(tier))  # without the tick
    assert admin.post(delete).status_code == 302
    assert ask(plain_page, editor).pk


@runs_jobs
def test_a_job_that_waits_outlives_its_tier(admin: Client, plain_page: Page, editor: Any) -> None:
    tier = grant("Team", user=editor, requests_per_day=3)
    job = ask(plain_page, editor)
    gone = {"grants-0-DELETE": "on"}
    assert admin.post(reverse("ai_tier:edit", args=[tier.pk]), form_of(tier, **gone)).status_code == 302
    assert admin.post(reverse("ai_tier:delete", args=[tier.pk])).status_code == 302

    done = run(job)

    assert (done.status, done.reserved, counts()[f"user:{editor.pk} requests day"]) == ("succeeded", None, (0, 1))
    assert UsageTotal.objects.get().answers == 1


# --- a price of zero


@runs_jobs
def test_a_model_that_costs_nothing_is_no_unknown_cost(
    admin: Client, plain_page: Page, editor: Any, openai_server: OpenAIServer, settings: Any
) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        "MODEL": "openai/own-machine",
        "PROVIDERS": {"openai": {"API_KEY": "none", "API_BASE": openai_server.url}},
        "BLOCK_UNKNOWN_PRICES": True,
        "CACHE_ALIAS": None,
    }
    form = {"model": "openai/own-machine", "input_per_million": "0", "output_per_million": "0",
            "valid_from": timezone.localdate().isoformat()}  # fmt: skip
    assert admin.post(reverse("ai_price:add"), form).status_code == 302
    budget(money_per_month=Decimal(0))
    prices.refresh(at_once=True)

    done = run_job(ask(plain_page, editor))

    assert (done.status, done.cost) == ("succeeded", 0)
    assert counts()["all money month"] == (0, 0)
    total = UsageTotal.objects.get()
    assert (total.answers, total.money, total.unknown) == (1, 0, 0)
    assert total.prompt_tokens > 0
    report = admin.get(reverse("ai_usage:index")).content.decode()
    assert "answer of unknown cost" not in report
    assert "0.00 US dollars" in report


# --- a clock that is set back


@runs_jobs
def test_after_a_clock_ran_ahead_it_is_said_until_when_and_saving_the_tier_puts_it_right(
    admin: Client, plain_page: Page, editor: Any
) -> None:
    tier = grant("Pro", user=editor, requests_per_day=1)
    run(ask(plain_page, editor))
    today = QuotaWindow.objects.get()
    ahead = today.start + timedelta(days=40)
    QuotaWindow.objects.update(start=ahead)  # as a server counts whose clock is ahead, until it is set back

    with pytest.raises(QuotaExceeded) as refused:
        ask(plain_page, editor, 1)
    assert date_format(ahead + timedelta(days=1), "DATETIME_FORMAT") in str(refused.value.text)

    form = form_of(tier, requests_per_day="2")
    assert admin.post(reverse("ai_tier:edit", args=[tier.pk]), form).status_code == 302
    assert run(ask(plain_page, editor, 1)).status == "succeeded"
    assert (QuotaWindow.objects.get().start, *counts().values()) == (today.start, (0, 2))
    with pytest.raises(QuotaExceeded, match="2 are used"):
        ask(plain_page, editor, 2)
    assert UsageTotal.objects.get().answers == 2
