"""What is used of limits is shown: to each person on their account screen, and in the list of budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Site

from tests.support.usage import budget, grant
from wagtail_ai_content.pipeline import usage
from wagtail_ai_content.records.jobs.api import NewJob
from wagtail_ai_content.records.usage import api

pytestmark = pytest.mark.django_db

ACCOUNT = "/admin/account/"
BUDGETS = "/admin/ai_budget/"


def ask(user: Any, site: Any, times: int = 1) -> None:
    """Set aside what so many requests would take."""
    for _ in range(times):
        new = NewJob(
            function="summarise", function_version="1", params={}, fingerprint="f", user_id=user.pk, site_id=site.pk
        )
        usage.reserve(
            new, usage.Terms(limits=api.limits_for(user.pk, site.pk), quote=usage.Quote(tokens=250, money=90_000))
        )


@pytest.fixture
def site(root: Any) -> Any:
    return Site.objects.get(is_default_site=True)


def test_a_person_sees_their_limits_and_what_is_used(editor: Any, site: Any, client: Client) -> None:
    grant("Pro", user=editor, requests_per_day=4, tokens_per_month=1000)
    budget(site=site, money_per_month=Decimal("0.45"))
    ask(editor, site)
    client.force_login(editor)
    html = client.get(ACCOUNT).content.decode()

    for said in (
        "4 requests a day for you (tier “Pro”)",
        "1,000 tokens a month for you",
        "0.45 US dollars a month for the site",
    ):
        assert said in html
    for used in ("1 (25&nbsp;%)", "250 (25&nbsp;%)", "0.09 (20&nbsp;%)"):
        assert used in html


def test_without_limits_it_says_so(editor: Any, site: Any, client: Client) -> None:
    client.force_login(editor)

    assert "There are no limits to what you may use of AI." in client.get(ACCOUNT).content.decode()


def test_saving_the_account_still_works(editor: Any, site: Any, client: Client) -> None:
    grant("Pro", user=editor, requests_per_day=4)
    client.force_login(editor)
    answer = client.post(ACCOUNT, {"ai_use-opted_out": "on"})

    assert answer.status_code in (200, 302)
    assert "Traceback" not in answer.content.decode()


def test_budgets_are_listed_with_what_is_used(editor: Any, site: Any, auditor: Any, client: Client) -> None:
    budget(site=site, requests_per_day=10, money_per_month=Decimal("0.45"))
    budget(group=Group.objects.create(name="Idle"), requests_per_day=5)
    ask(editor, site, 2)
    client.force_login(auditor)
    html = client.get(BUDGETS).content.decode()

    assert "2 of 10 requests a day (20 %)" in html
    assert "0.18 of 0.45 US dollars a month (40 %)" in html
    assert "0 of 5 requests a day (0 %)" in html


def test_a_tier_of_nothing_is_used_up(editor: Any, site: Any) -> None:
    grant("None", user=editor, requests_per_day=0)
    [use] = usage.use_by(editor.pk, site.pk)

    assert (use.used, use.share) == (0, 100)


def test_counts_begin_anew_where_a_limit_was_changed(editor: Any, site: Any) -> None:
    tier = grant("Pro", user=editor, requests_per_day=4)
    ask(editor, site)
    tier.requests_per_day = 8
    tier.save()
    [use] = usage.use_by(editor.pk, site.pk)

    assert use.limit.most == 8
    assert use.used in (0, 1)
