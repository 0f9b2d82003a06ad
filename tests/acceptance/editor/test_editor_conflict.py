"""AI and the person at the form changed the same place: both texts are shown, and either can be had back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.site import until

from .conftest import Desk, open_page, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

AI = "What the AI made of it."
MINE = "What I made of it."


def test_the_same_block_is_a_conflict_and_whichever_is_chosen_the_other_can_be_had_back(
    desk: Desk, window: Page
) -> None:
    slug = "how-to-bake-a-samphire-loaf"
    block = desk.block(slug, "paragraph", 1)
    path = f"body.{block}"
    opened = open_page(desk, window, slug)
    with desk.worker():
        job = desk.submit(slug, path, f"<p>{AI}</p>", seconds=12)
        desk.wait_until_asked()
        opened.write_paragraph(block, MINE, all_of_it=True)
        opened.wait_until_saved()
        desk.written(job, "proposal")
    opened.told()
    assert "You and the AI both changed 1 place. Yours is kept there until you choose." in opened.take()
    box = opened.conflict
    assert MINE in box.inner_text()
    assert AI in box.inner_text()
    assert opened.value(path) == MINE

    box.get_by_role("button", name="Use AI’s").click()
    assert AI in opened.value(path)
    until(lambda: AI in text_of(desk.latest(slug), block), seconds=20, what="the AI's text to be saved")
    assert MINE in box.inner_text()
    opened.write_paragraph(block, "And edited. ")
    opened.type_into("standfirst", " Typed elsewhere.")

    box.get_by_role("button", name="Keep mine").click()
    assert opened.value(path) == MINE
    until(lambda: MINE in text_of(desk.latest(slug), block), seconds=20, what="my text to be saved")
    assert desk.latest(slug)["content"]["standfirst"].endswith("Typed elsewhere.")

    box.get_by_role("button", name="Use AI’s").click()
    assert "And edited. " in opened.value(path), "what was done to the AI's text is kept, too"
    box.get_by_role("button", name="Keep mine").click()
    opened.wait_until_saved()
    assert MINE in text_of(desk.latest(slug), block)
    window.goto("/admin/ai-review/")
    window.get_by_role("link", name="How to bake a samphire loaf").first.click()
    shown = " ".join((window.locator("#main").text_content() or "").split())
    assert AI in shown, "the review screen still has the AI's text"


def test_a_draft_of_the_ai_that_meets_words_not_saved_yet(desk: Desk, window: Page) -> None:
    slug, block = desk.site.run(
        """
from world.models import ArticlePage
page = ArticlePage.objects.order_by("-pk").first()
out = [page.slug, next(block.id for block in page.body if block.block_type == "quote")]
"""
    )
    path = f"body.{block}.text"
    opened = open_page(desk, window, slug)
    window.evaluate("document.addEventListener('w-autosave:save', window.hold = (event) => event.preventDefault())")
    quote = window.locator(f"[data-contentpath='{block}'] textarea").first
    quote.fill(MINE)
    desk.rewrite(slug, path, AI)
    window.evaluate("document.removeEventListener('w-autosave:save', window.hold)")
    opened.type_into("standfirst", " More.")
    opened.told()
    opened.take()
    assert quote.input_value() == MINE
    opened.conflict.get_by_role("button", name="Use AI’s").click()
    assert quote.input_value() == AI
    opened.conflict.get_by_role("button", name="Keep mine").click()
    until(lambda: text_of(desk.latest(slug), block)["text"] == MINE, seconds=20, what="my text to be saved")
    assert not opened.has_conflict_warning()


def test_a_block_that_ai_took_away_and_a_person_edited(desk: Desk, window: Page) -> None:
    slug = "the-library-of-borrowed-coats"
    body = desk.latest(slug)["content"]["body"]
    quote = next(entry for entry in body if entry["type"] == "quote")
    opened = open_page(desk, window, slug)
    window.locator(f"[data-contentpath='{quote['id']}'] textarea").first.fill(MINE)
    desk.propose(slug, {"body": [entry for entry in body if entry is not quote]})
    opened.told()
    opened.take()
    assert "Removed." in opened.conflict.inner_text()
    assert MINE in opened.conflict.inner_text()
    visible = window.locator(f"[data-contentpath='{quote['id']}']:not([aria-hidden=true])")
    opened.conflict.get_by_role("button", name="Use AI’s").click()
    expect(visible).to_have_count(0)
    assert opened.conflict.is_visible(), "the way back must not go with the block"
    opened.conflict.get_by_role("button", name="Keep mine").click()
    assert visible.locator("textarea").first.input_value() == MINE
