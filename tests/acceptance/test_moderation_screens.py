"""AI rules and the texts they hold, in a browser: written and tried, decided by keyboard alone, and under axe."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import check, listen
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

RULES = "/admin/snippets/wagtail_ai_content/ruleset/"
QUEUE = "/admin/reports/ai-moderation/"
MOST_STOPS = 120
LOOKS = [("light", 1280, "en"), ("dark", 400, "en"), ("light", 400, "ar"), ("dark", 1280, "ar")]

HOLD = """
import json
from django.contrib.auth import get_user_model
from wagtail.models import Page
from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.models import ModerationDecision, RuleSet
value = {"category": "a place of ours", "action": "review", "stage": "request", "advice": "Say “the river”",
         "phrases": "wade*"}
held = RuleSet.objects.create(name="House rules", sample="Across the Wade", live=False,
                              rules=json.dumps([{"type": "words", "value": value, "id": "r"}]))
held.save_revision().publish()
page = Page.objects.get(slug="across-the-wade")
user = get_user_model().objects.get(username="editor")
job = run_job(submit(Ask(function="summarise", page=page, user=user)))
assert job.error_code == "held", job.error_code
out = {"rules": held.pk, "decision": ModerationDecision.objects.get().pk, "job": str(job.pk)}
"""
STATE = """
from wagtail_ai_content.models import Job, ModerationDecision
decision = ModerationDecision.objects.get(pk=number)
job = Job.objects.get(pk=job)
out = [decision.status, decision.reviewer_name, decision.note, job.status]
"""

Open = Callable[..., "Page"]


@pytest.fixture(scope="module")
def held(ebbstow: Site) -> dict[str, Any]:
    """Numbers of a published rule set, of a text that waits because of it, and of the job it comes from."""
    found: dict[str, Any] = ebbstow.run(HOLD)
    return found


@pytest.fixture
def open_as_lead(browser: Browser, address: str) -> Iterator[Open]:
    """``open_as_lead(scheme, width)``: a window in which the content lead has logged in."""
    contexts: list[Any] = []

    def window(scheme: str = "light", width: int = 1280) -> Page:
        look: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        contexts.append(browser.new_context(base_url=address, **look))
        page: Page = contexts[-1].new_page()
        page.goto("/admin/login/")
        page.get_by_label("Username").fill("lead")
        page.get_by_label("Password").first.fill("demo")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")
        return page

    yield window
    for context in contexts:
        context.close()


def speak(ebbstow: Site, language: str) -> None:
    ebbstow.run(
        "from django.contrib.auth import get_user_model\n"
        "from wagtail.users.models import UserProfile\n"
        "profile = UserProfile.get_for_user(get_user_model().objects.get(username='lead'))\n"
        "profile.preferred_language = language\nprofile.save()",
        language=language,
    )


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{wanted} is not reached by keyboard.")


def test_axe_finds_nothing_serious(open_as_lead: Open, ebbstow: Site, held: dict[str, Any]) -> None:
    shown = (RULES, f"{RULES}edit/{held['rules']}/", f"{RULES}inspect/{held['rules']}/", QUEUE,
             f"{QUEUE}{held['decision']}/")  # fmt: skip
    for scheme, width, language in LOOKS:
        page = open_as_lead(scheme, width)
        speak(ebbstow, language)
        for address in shown:
            page.goto(address)
            expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
            check(page)
        speak(ebbstow, "en")


def test_a_rule_is_written_and_tried_before_it_counts(open_as_lead: Open, address: str) -> None:
    page = open_as_lead()
    noise = listen(page, site=address)
    page.goto(f"{RULES}add/")
    page.locator("[name=name]").fill("Medical claims")
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name="Words").click()
    page.locator("[name=rules-0-value-category]").fill("a medical claim")
    page.locator("[name=rules-0-value-phrases]").fill("miracle cure")
    page.locator("[name=sample]").fill("This Miracle Cure helps.")
    page.get_by_role("button", name="Toggle preview").click()
    preview = page.frame_locator("#w-preview-iframe")
    expect(preview.get_by_text("This Miracle Cure helps.").first).to_be_visible()
    expect(preview.get_by_text("Blocked").first).to_be_visible()
    check(page)
    page.locator("[name=sample]").fill("Nothing of the kind.")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url(re.compile(r"/edit/"))
    page.locator("[name=sample]").wait_for()
    if not page.locator("#w-preview-iframe").is_visible():
        page.get_by_role("button", name="Toggle preview").click()
    expect(preview.get_by_text("Nothing was found.").first).to_be_visible()
    assert noise == []


def test_a_text_is_let_through_by_keyboard_alone(
    open_as_lead: Open, address: str, ebbstow: Site, held: dict[str, Any]
) -> None:
    page = open_as_lead()
    noise = listen(page, site=address)
    waiting = page.get_by_role("link", name="a place of ours")
    expect(page.get_by_text("1 text waits for a reviewer")).to_be_visible()
    tab_to(page, waiting)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{QUEUE}{held['decision']}/")
    expect(page.locator("mark").first).to_be_visible()
    note = page.get_by_label("Note")
    tab_to(page, note)
    page.keyboard.type("We may name it")
    page.keyboard.press("Enter")  # a new line, and no decision
    expect(page).to_have_url(re.compile(rf"{QUEUE}{held['decision']}/"))
    tab_to(page, page.get_by_role("button", name="Let it through"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{QUEUE}")
    expect(page.get_by_text("It is let through. 1 job goes on.")).to_be_visible()
    status, reviewer, written, job = ebbstow.run(STATE, number=held["decision"], job=held["job"])
    assert (status, reviewer, written.strip(), job) == ("approved", "lead", "We may name it", "pending")
    assert noise == []
