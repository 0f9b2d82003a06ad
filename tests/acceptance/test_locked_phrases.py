"""A phrase locked on a page, in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.browser import listen

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_lead_locks_a_phrase_on_a_chosen_page(page: Page, address: str) -> None:
    noise = listen(page, site=address)
    page.goto("/admin/login/?next=/admin/ai_locked_phrase/new/")
    page.fill("[name=username]", "lead")
    page.fill("[name=password]", "demo")
    page.keyboard.press("Enter")
    page.fill("[name=phrase]", "Ebbstow  Harbour Trust")
    page.click("text=Choose a page")
    choice = page.locator(".modal-body a.choose-page").first
    title = choice.inner_text().strip()
    choice.click()
    page.wait_for_selector(".modal-body", state="detached")
    page.click("button:has-text('Create')")
    row = page.locator("tr", has_text="Ebbstow Harbour Trust")
    assert f"{title} and the pages below" in row.inner_text()
    row.locator("a", has_text="Ebbstow Harbour Trust").click()
    assert title in page.locator("[data-contentpath=page_id], #panel-child-where-page_id-section").first.inner_text()
    assert noise == []
