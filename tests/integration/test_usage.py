"""Requests held to their limits, from asking to every end a job can have."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Page

from tests.support.usage import budget, counts, grant
from wagtail_ai_content import conf
from wagtail_ai_content.api import Ask, Job, cancel_job, cancel_jobs, run_job, submit
from wagtail_ai_content.core.errors import ProviderUnavailable, QuotaExceeded, Refused, UnknownPrice
from wagtail_ai_content.core.providers.base import Cost, Usage
from wagtail_ai_content.core.text import Text
from wagtail_ai_content.interfaces.notices.mail import send_due
from wagtail_ai_content.pipeline import prices, recover
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.usage.api import ModelPrice, QuotaWindow, Tier, UsageEvent, UsageTotal
from wagtail_ai_content.testing import FakeProvider, Step, answered_by

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = '{"summary": "Short.", "note": ""}'
PAID = Step(text=ANSWER, usage=Usage(prompt_tokens=200, completion_tokens=20), cost=Cost(amount=Decimal("0.0125")))
MODEL = "test/model"


@pytest.fixture(autouse=True)
def _prices_of_this_test() -> Any:
    yield
    prices._Kept.read = float("-inf")
    prices._Kept.prices = {}


@pytest.fixture
def model(settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        **settings.WAGTAIL_AI_CONTENT,
        "MODEL": MODEL,
        "PRICES": {MODEL: {"input": 10, "output": 20}},
    }


def ask(page: Page, user: Any, **params: Any) -> Ask:
    return Ask(function="summarise", page=page, user=user, params=params)


def asked_often(page: Page, user: Any, count: int) -> list[Job]:
    return [submit(ask(page, user, variables={"number": number})) for number in range(count)]


def run(job: Job, *script: Any) -> Job:
    with answered_by(FakeProvider(script)):
        return run_job(job)


def spent(slot: str) -> tuple[int, int]:
    return next(count for name, count in counts().items() if name.endswith(slot))


def test_a_request_past_the_limit_is_refused_and_nothing_is_stored(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=2, contact="Ann (ann@example.com)")
    asked_often(plain_page, editor, 2)
    with pytest.raises(QuotaExceeded) as refused:
        asked_often(plain_page, editor, 3)
    told = str(refused.value.text)
    assert "2 requests a day for you (tier “Pro”). 2 are used or reserved, and this request needs up to 1." in told
    assert "starts again at" in told
    assert "midnight (UTC)" in told
    assert "ask Ann (ann@example.com)." in told
    assert (refused.value.code, Job.objects.count(), spent("requests day")) == ("quota", 2, (2, 0))


def test_the_same_request_again_takes_nothing_more(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=1)
    first = submit(ask(plain_page, editor))
    assert submit(ask(plain_page, editor)) == first
    assert spent("requests day") == (1, 0)


def test_as_installed_a_request_costs_one_query_more_and_a_job_keeps_nothing_aside(
    plain_page: Page, editor: Any
) -> None:
    submit(ask(plain_page, editor))
    with CaptureQueriesContext(connection) as queries:
        job = submit(ask(plain_page, editor, variables={"another": 1}))
    about_limits = [query["sql"] for query in queries if "_tier" in query["sql"] or "_quotawindow" in query["sql"]]
    assert len(about_limits) == 1
    assert run(job, PAID).reserved is None
    assert not QuotaWindow.objects.exists()


def test_money_is_quoted_set_aside_and_settled_with_six_decimals(model: None, plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, money_per_month=Decimal(1), tokens_per_day=100_000)
    job = submit(ask(plain_page, editor))
    reserved, before = spent("money month")
    assert reserved > 12_500
    assert before == 0
    assert spent("tokens day")[0] > 220
    done = run(job, PAID)
    assert (done.status, done.reserved) == ("succeeded", None)
    assert (spent("money month"), spent("tokens day")) == ((0, 12_500), (0, 220))


def test_a_budget_that_a_request_might_break_refuses_it(model: None, plain_page: Page, editor: Any) -> None:
    budget(money_per_month=Decimal("0.01"))
    with pytest.raises(QuotaExceeded, match=r"0\.01 US dollars a month for everybody together"):
        submit(ask(plain_page, editor))


@pytest.mark.parametrize(
    ("script", "status", "taken"),
    [((PAID,), "succeeded", (0, 220)), ((Refused(),), "failed", (0, 0)), ((ValueError("x"),), "failed", (0, 0))],
)
def test_every_end_of_a_run_settles(
    script: Any, status: str, taken: tuple[int, int], plain_page: Page, editor: Any
) -> None:
    grant("Pro", user=editor, tokens_per_day=100_000, requests_per_day=9)
    job = submit(ask(plain_page, editor))
    provider = FakeProvider(script if not isinstance(script[0], ValueError) else ())
    if isinstance(script[0], ValueError):
        provider.complete = _broken  # type: ignore[method-assign]
    with answered_by(provider):
        done = run_job(job)
    assert (done.status, done.reserved) == (status, None)
    assert (spent("tokens day"), spent("requests day")) == (taken, (0, 1))


async def _broken(request: Any) -> Any:
    raise ValueError("a bug")


def test_a_job_that_is_tried_again_keeps_what_it_set_aside(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, tokens_per_day=100_000)
    job = submit(ask(plain_page, editor))
    aside = spent("tokens day")
    job = run(job, ProviderUnavailable())
    assert (job.status, spent("tokens day")) == ("pending", aside)
    Job.objects.filter(pk=job.pk).update(next_attempt=job.created)
    assert run(job, "no JSON", PAID).status in ("succeeded", "pending")


def test_a_repair_is_counted_too(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, tokens_per_day=100_000)
    job = submit(ask(plain_page, editor))
    bad = Step(text="no JSON", usage=Usage(prompt_tokens=100, completion_tokens=10))
    while job.status == "pending":
        Job.objects.filter(pk=job.pk).update(next_attempt=job.created)
        job = run(job, PAID if job.repairs else bad)
    assert (job.status, spent("tokens day")) == ("succeeded", (0, 330))
    assert UsageEvent.objects.filter(job=job.pk).count() == 2


def test_cancelling_gives_everything_back(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=9)
    first, *_ = asked_often(plain_page, editor, 4)
    cancel_job(first.pk)
    assert spent("requests day") == (3, 0)
    assert cancel_jobs() == 3
    assert spent("requests day") == (0, 0)


def test_cancelling_in_the_middle_of_a_call_gives_back_a_little_later(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=9)
    job = submit(ask(plain_page, editor))
    jobs.claim("test", limit=1, lease=90)
    Job.objects.filter(pk=job.pk).update(calls=1)
    cancel_job(job.pk)
    recover.take_back()
    assert spent("requests day") == (1, 0), "whoever runs it may still tell what the call took"
    job.refresh_from_db()
    assert job.completed is not None
    Job.objects.filter(pk=job.pk).update(completed=job.completed - timezone.timedelta(seconds=60))
    recover.take_back()
    assert spent("requests day") == (0, 1)


def test_a_dead_workers_reservation_comes_back(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=9)
    job = submit(ask(plain_page, editor))
    for _ in range(recover.most_attempts()):
        jobs.claim("dead", limit=1, lease=-1)
        assert spent("requests day") == (1, 0)
        recover.take_back()
    job.refresh_from_db()
    assert (job.status, job.error_code, spent("requests day")) == ("failed", "worker_lost", (0, 0))


def test_an_end_without_its_transaction_is_settled_by_the_sweep(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=9)
    job = submit(ask(plain_page, editor))
    Job.objects.filter(pk=job.pk).update(status="failed", completed=timezone.now(), calls=1)
    recover.recover()
    assert spent("requests day") == (0, 1)


def test_a_job_that_ends_twice_is_settled_once(plain_page: Page, editor: Any) -> None:
    grant("Pro", user=editor, requests_per_day=9)
    job = submit(ask(plain_page, editor))
    asked_often(plain_page, editor, 2)
    (claim,) = jobs.claim("test", limit=1, lease=90, job_id=job.pk)
    jobs.finish(claim, status=jobs.Status.FAILED)
    with pytest.raises(jobs.LeaseLost):
        jobs.finish(claim, status=jobs.Status.FAILED)
    assert not jobs.cancel(job.pk, message=Text("again"))
    assert spent("requests day") == (2, 0)


def test_what_an_unknown_price_does_is_a_setting(settings: Any, plain_page: Page, editor: Any) -> None:
    told = {**settings.WAGTAIL_AI_CONTENT, "MODEL": "nobody/knows"}
    settings.WAGTAIL_AI_CONTENT = told
    budget(money_per_month=Decimal(1))
    job = run(submit(ask(plain_page, editor)), ANSWER)
    assert job.status == "succeeded"
    assert UsageTotal.objects.get().unknown == 1
    settings.WAGTAIL_AI_CONTENT = {**told, "BLOCK_UNKNOWN_PRICES": True}
    with pytest.raises(UnknownPrice, match="“nobody/knows”"):
        submit(ask(plain_page, editor, variables={"again": 1}))
    ModelPrice.objects.create(model="nobody/knows", input_per_million=0, output_per_million=0)
    prices.refresh(at_once=True)
    assert submit(ask(plain_page, editor, variables={"again": 1})).pk, "a price of zero is known"


def test_unknown_prices_can_be_refused_without_any_limit(settings: Any, plain_page: Page, editor: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {
        **settings.WAGTAIL_AI_CONTENT, "MODEL": "nobody/knows", "BLOCK_UNKNOWN_PRICES": True,
    }  # fmt: skip
    with pytest.raises(UnknownPrice):
        submit(ask(plain_page, editor))
    settings.WAGTAIL_AI_CONTENT = {**settings.WAGTAIL_AI_CONTENT, "MODEL": conf.BUILTIN_MODEL}
    assert submit(ask(plain_page, editor)).pk


def test_an_entered_price_is_used_for_the_next_quote(model: None, plain_page: Page, editor: Any) -> None:
    budget(money_per_month=Decimal(1))
    first = submit(ask(plain_page, editor))
    reserved, _ = spent("money month")
    cancel_job(first.pk)
    ModelPrice.objects.create(model=MODEL, input_per_million=100, output_per_million=200)
    prices.refresh(at_once=True)
    submit(ask(plain_page, editor, variables={"again": 1}))
    assert spent("money month") == (10 * reserved, 0)


def test_prices_are_read_at_most_twice_a_minute() -> None:
    prices.refresh(at_once=True)
    with CaptureQueriesContext(connection) as queries:
        prices.refresh()
        prices.refresh()
    assert len(queries) == 0


def test_a_report_has_who_asked_where_and_which_model(plain_page: Page, editor: Any) -> None:
    run(submit(ask(plain_page, editor)), PAID)
    total = UsageTotal.objects.get()
    assert (total.user_name, total.answers, total.money, total.prompt_tokens) == ("editor", 1, 12_500, 200)
    assert total.site_name
    event = UsageEvent.objects.get()
    assert (event.cost, event.actor) == (Decimal("0.012500"), str(editor.pk))


def test_use_is_kept_when_the_person_and_the_job_are_gone(plain_page: Page, editor: Any) -> None:
    job = run(submit(ask(plain_page, editor)), PAID)
    Job.objects.filter(pk=job.pk).delete()
    editor.delete()
    assert UsageEvent.objects.get().user_name == UsageTotal.objects.get().user_name == "editor"


def test_those_who_keep_budgets_are_told_once_of_each_threshold(
    model: None, plain_page: Page, editor: Any, django_user_model: Any
) -> None:
    django_user_model.objects.create_superuser("boss", "boss@example.com", "secret")
    budget(money_per_month=Decimal("0.05"))
    for number in (1, 2):
        run(submit(ask(plain_page, editor, variables={"number": number})), PAID)
        recover.recover()
        recover.recover()
    send_due(after=0)
    (told,) = [message for message in mail.outbox if message.to == ["boss@example.com"]]
    assert told.subject == "50 % of this month's AI budget is spent: 0.025 of 0.05 US dollars."
    assert told.body.count("50 %") == 1
    assert not any("budget" in message.subject for message in mail.outbox if message.to == ["editor@example.com"])


def test_a_default_tier_holds_whoever_has_no_other(plain_page: Page, editor: Any, lead: Any) -> None:
    Tier.objects.update_or_create(name="Free", defaults={"is_default": True, "requests_per_day": 0})
    grant("Pro", user=lead)
    with pytest.raises(QuotaExceeded, match="tier “Free”"):
        submit(ask(plain_page, editor))
    assert submit(ask(plain_page, lead)).pk
