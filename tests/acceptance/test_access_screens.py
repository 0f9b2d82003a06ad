"""Who may use AI, what it may cost and what was done: the screens for those who look after that, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import faults
from tests.support.site import Site

from .test_first_draft import log_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROWS = """
from django.contrib.auth.models import Group
from wagtail.models import Page, Site
from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.models import Budget, ModelPrice
from wagtail_ai_content.records.access import api as access
from django.contrib.auth import get_user_model
page = Page.objects.get(slug="the-clock-that-tells-the-water").specific
job = run_job(submit(Ask(function="summarise", page=page, user=get_user_model().objects.get(username="lead"))))
access.switch(is_on=True, site=Site.objects.get(), reason="A complaint, settled.", user=None)
Budget.objects.get_or_create(holder="all", defaults={"requests_per_day": 500})
ModelPrice.objects.create(model="openai/test-model", input_per_million=1, output_per_million=2)
out = {"job": str(job.pk), "group": Group.objects.get(name="Editors").pk}
"""
SCREENS = (
    "ai_switch/", "ai_switch/new/", "ai_tier/", "ai_budget/", "ai_budget/new/", "ai_price/", "groups/edit/{group}/",
    "reports/ai-usage/", "reports/ai-audit/", "reports/ai-jobs/", "reports/ai-jobs/{job}/",
)  # fmt: skip
GRANTS = """
from wagtail_ai_content.models import UseGrant
out = sorted(UseGrant.objects.filter(group=group).values_list("function", flat=True))
"""
LANGUAGE = """
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile
profile = UserProfile.get_for_user(get_user_model().objects.get(username="developer"))
profile.preferred_language = language
profile.save()
"""


@pytest.fixture(scope="module")
def rows(ebbstow: Site) -> Any:
    """Something to see on each screen."""
    return ebbstow.run(ROWS)


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "", 1280), ("dark", "", 1280), ("light", "", 400), ("dark", "ar", 400)]
)
def test_axe_finds_nothing_serious(
    browser: Browser, address: str, ebbstow: Site, rows: Any, scheme: Any, language: str, width: int
) -> None:
    ebbstow.run(LANGUAGE, language=language)
    context = browser.new_context(base_url=address, color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    found: dict[str, Any] = {}
    try:
        log_in(page, "developer")
        for screen in SCREENS:
            answer = page.goto(f"/admin/{screen.format(**rows)}")
            assert answer is not None
            assert answer.status == 200, screen
            if faulty := faults(page, within="main"):
                found[screen] = faulty
    finally:
        context.close()
        ebbstow.run(LANGUAGE, language="")
    assert found == {}


def test_a_grant_is_given_by_keyboard_alone(page: Page, ebbstow: Site, rows: Any) -> None:
    before = ebbstow.run(GRANTS, group=rows["group"])
    log_in(page, "developer")
    page.goto(f"/admin/groups/edit/{rows['group']}/")
    page.locator("#id_ai_grants-ADD").focus()
    page.keyboard.press("Enter")
    row = page.locator("#id_ai_grants-FORMS tr").last
    row.get_by_label("Function").focus()
    page.keyboard.type(row.get_by_label("Function").locator("option[value=title]").inner_text())
    assert row.get_by_label("Function").evaluate("(select) => select.value") == "title"
    page.get_by_role("button", name="Save").last.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/groups/")
    assert ebbstow.run(GRANTS, group=rows["group"]) == sorted([*before, "title"])


def test_while_ai_is_switched_off_the_editor_is_told_why(page: Page, ebbstow: Site, rows: Any) -> None:
    log_in(page, "developer")
    page.goto("/admin/ai_switch/new/")
    page.get_by_role("textbox", name="Reason").fill("We look into a complaint.")
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/admin/ai_switch/")
    assert "We look into a complaint." in page.inner_text("main")
    number = ebbstow.run("from wagtail.models import Page\nout = Page.objects.get(slug='counting-seals').pk")
    try:
        page.goto(f"/admin/pages/{number}/edit/")
        page.get_by_role("button", name="Toggle AI").click()
        page.get_by_text("The reason given: We look into a complaint.").first.wait_for()
    finally:
        ebbstow.run("from wagtail_ai_content.models import AISwitch\nAISwitch.objects.filter(site=None).delete()")
