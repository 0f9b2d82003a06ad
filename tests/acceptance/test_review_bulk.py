"""Deciding about several AI versions at once in a real browser: by mouse, and by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import faults, listen
from tests.support.site import Site

from .test_first_draft import log_in
from .test_review_screen import propose

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SLUGS = {
    "The clock that tells the water": "the-clock-that-tells-the-water",
    "Paper from the marsh": "paper-from-the-marsh",
    "Counting seals": "counting-seals",
}
CLEAR = """
from wagtail_ai_content.models import AIVersion
AIVersion.objects.all().delete()
"""
STATES = """
from wagtail_ai_content.models import AIVersion
out = dict(AIVersion.objects.values_list("target_label", "status"))
"""
TITLES = """
from world.models import ArticlePage
found = ArticlePage.objects.filter(slug__in=slugs).order_by("slug")
out = [[page.get_latest_revision_as_object().seo_title, page.seo_title] for page in found]
"""
MOST_TABS = 80


@pytest.fixture
def titles(ebbstow: Site) -> list[str]:
    """The titles of pages with a version each, and nothing else that waits."""
    ebbstow.run(CLEAR)
    for slug in SLUGS.values():
        propose(ebbstow, slug=slug, wording={"seo_title": f"AI: {slug}"[:60]})
    found = sorted(ebbstow.run(STATES))
    assert len(found) == len(SLUGS)
    return found


@pytest.fixture
def lead(page: Page, titles: list[str]) -> Page:
    log_in(page, "lead")
    page.goto("/admin/ai-review/")
    return page


def box(page: Page, title: str) -> Locator:
    return page.get_by_role("row").filter(has_text=title).get_by_role("checkbox")


def test_all_clean_are_accepted_by_mouse(lead: Page, address: str, ebbstow: Site, titles: list[str]) -> None:
    noise = listen(lead, site=address)
    for title in titles[:2]:
        box(lead, title).check()
    bar = lead.locator("[data-bulk-action-footer]")
    bar.get_by_role("link", name="Accept the clean changes").click()
    asked = lead.locator("main").inner_text()
    assert [title in asked for title in titles] == [True, True, False]
    assert faults(lead, within="main") == []
    lead.get_by_role("button", name="Accept all clean").click()
    lead.wait_for_url("**/admin/ai-review/**")
    assert "2 AI versions were written as drafts. Nothing was published." in lead.inner_text("body")
    shown = lead.locator("#listing-results").inner_text()
    assert [title in shown for title in titles] == [False, False, True]
    states = ebbstow.run(STATES)
    assert [states[title] for title in titles] == ["accepted", "accepted", "pending"]
    found = ebbstow.run(TITLES, slugs=list(SLUGS.values()))
    assert sum(draft.startswith("AI: ") for draft, _ in found) == 2
    assert not any(live for _, live in found)
    assert noise == []


def test_all_of_the_list_are_rejected_by_keyboard(lead: Page, address: str, ebbstow: Site, titles: list[str]) -> None:
    noise = listen(lead, site=address)
    tab_to(lead, lead.locator("[data-bulk-action-select-all-checkbox]").first)
    lead.keyboard.press("Space")
    assert all(box(lead, title).is_checked() for title in titles)
    tab_to(lead, box(lead, titles[0]))
    lead.keyboard.press("Space")
    assert not box(lead, titles[0]).is_checked()
    tab_to(lead, lead.locator("[data-bulk-action-footer]").get_by_role("link", name="Reject the selected"))
    lead.keyboard.press("Enter")
    button = lead.get_by_role("button", name="Reject")
    button.wait_for()
    tab_to(lead, button)
    lead.keyboard.press("Enter")
    lead.wait_for_url("**/admin/ai-review/**")
    assert "2 AI versions were rejected." in lead.inner_text("body")
    states = ebbstow.run(STATES)
    assert [states[title] for title in titles] == ["pending", "rejected", "rejected"]
    assert noise == []


def test_somebody_who_thinks_better_of_it_goes_back_and_nothing_is_done(
    lead: Page, ebbstow: Site, titles: list[str]
) -> None:
    box(lead, titles[0]).check()
    lead.locator("[data-bulk-action-footer]").get_by_role("link", name="Reject the selected").click()
    lead.get_by_role("link", name="Cancel").click()
    lead.wait_for_url("**/admin/ai-review/**")
    assert set(ebbstow.run(STATES).values()) == {"pending"}


def tab_to(page: Page, wanted: Locator) -> None:
    """Press the tab key until ``wanted`` has the focus."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_TABS} tabs did not lead to {wanted}.")
