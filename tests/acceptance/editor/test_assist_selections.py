"""AI asked about a selection that runs across an image, an embed or a rule, or ends where a person would not see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.site import until

from .assisting import AssistedPage, assisted
from .conftest import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

FILM = "https://films.ebbstow.example/the-wade-in-one-tide"
WRITE = """
from wagtail.images import get_image_model
from world.models import StoryPage
page = StoryPage.objects.get(slug="dimlight")
image = get_image_model().objects.first().pk
page.body = (
    f'<p>One <b>stands</b> above it.</p><embed embedtype="image" format="left" id="{image}" alt="The Wade"/>'
    f'<p>Two is between them.</p><embed embedtype="media" url="{film}"/><p>Three comes after.</p><hr/>'
    '<p>Four is below, to the end.</p>'
)
page.save_revision()
out = page.slug
"""
TABLE = (
    "<table><caption>Crossings</caption><tr><th>Low water</th><th>Opens</th></tr>"
    "<tr><td>11.20</td><td><b>8.50</b></td></tr><tr><td>12.05</td><td>9.35</td></tr></table>"
)
PASTE = """(editor, html) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/html', html);
    clipboardData.setData('text/plain', 'not this');
    editor.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}"""
TYPES = ["unstyled", "atomic", "unstyled", "atomic", "unstyled", "atomic", "unstyled"]


@pytest.fixture
def page(desk: Desk, window: Page) -> AssistedPage:
    return assisted(desk, window, desk.site.run(WRITE, film=FILM))


def put_caret(page: AssistedPage, word: str) -> None:
    """To the start of the paragraph that begins with a word."""
    page.editor("body").locator("[data-text]", has_text=word).first.click(position={"x": 4, "y": 4})
    page.page.keyboard.press("Home")


def shorten(page: AssistedPage) -> None:
    """Ask about what is selected, and take all of the answer."""
    page.button("body").click()
    expect(page.menu).to_contain_text("For the selected text")
    page.choose("Make shorter")
    page.card.locator("button:visible", has_text="Accept all").or_(
        page.card.locator("button:visible", has_text="Use this text")
    ).click(timeout=40_000)


def texts(raw: dict[str, Any]) -> list[str]:
    return [block["text"] for block in raw["blocks"] if block["type"] != "atomic"]


def entities(raw: dict[str, Any]) -> list[Any]:
    """What each image, embed and rule is, from the top."""
    return [
        raw["entityMap"][str(block["entityRanges"][0]["key"])] for block in raw["blocks"] if block["type"] == "atomic"
    ]


def undo(page: AssistedPage, before: dict[str, Any]) -> None:
    page.page.keyboard.press("Control+z")
    until(lambda: page.raw("body") == before, seconds=5, what="the text as it was")


def test_images_embeds_and_rules_inside_a_selection_stay_where_they_are(page: AssistedPage) -> None:
    before = page.raw("body")
    assert [block["type"] for block in before["blocks"]] == TYPES
    put_caret(page, "One")
    page.page.keyboard.press("Control+ArrowRight")
    for _ in range(3):
        page.page.keyboard.press("Shift+ArrowDown")
    page.page.keyboard.press("Shift+End")
    for _ in "end.":
        page.page.keyboard.press("Shift+ArrowLeft")
    page.says("<p>is above.</p><p>Two.</p><p>Three.</p><p>Four, to the</p>")
    shorten(page)
    after = page.raw("body")
    assert [block["type"] for block in after["blocks"]] == TYPES
    assert entities(after) == entities(before)
    assert texts(after) == ["One is above.", "Two.", "Three.", "Four, to the end."]
    undo(page, before)
    page.page.keyboard.press("Control+Shift+z")
    assert page.raw("body") == after


def test_a_selection_that_ends_at_an_image_or_an_embed_leaves_it_and_its_neighbours(page: AssistedPage) -> None:
    before = page.raw("body")
    for paragraph, word in enumerate(("One", "Two")):
        put_caret(page, word)
        page.page.keyboard.press("Shift+End")
        page.page.keyboard.press("Shift+ArrowRight")  # over it, to the start of what follows
        page.model.reset()
        page.says(f"<p>{word} and short.</p>")
        shorten(page)
        after = page.raw("body")
        assert [block["type"] for block in after["blocks"]] == TYPES
        assert entities(after) == entities(before)
        changed = texts(before)
        changed[paragraph] = f"{word} and short."
        assert texts(after) == changed
        undo(page, before)


def test_a_table_that_is_pasted_gives_its_words_and_a_selection_across_them_keeps_the_rest(page: AssistedPage) -> None:
    put_caret(page, "Four")
    page.page.keyboard.press("End")
    page.page.keyboard.press("Enter")
    page.editor("body").evaluate(PASTE, TABLE)
    expect(page.editor("body")).to_contain_text("12.05")
    pasted = page.raw("body")
    said = " ".join(texts(pasted))
    assert [word for word in ("Crossings", "Low water", "Opens", "11.20", "8.50", "9.35") if word not in said] == []
    put_caret(page, "Four")
    page.page.keyboard.press("Control+Shift+End")
    page.says("<p>The Wade opens at 8.50 and at 9.35.</p>")
    shorten(page)
    after = page.raw("body")
    assert texts(after) == [*texts(pasted)[:3], "The Wade opens at 8.50 and at 9.35."]
    assert entities(after) == entities(pasted)
    undo(page, pasted)


def test_an_image_alone_has_no_words_and_says_so(page: AssistedPage) -> None:
    before = page.raw("body")
    page.editor("body").locator("button.MediaBlock").first.click()
    page.page.keyboard.press("Escape")
    page.button("body").click()
    page.choose("Improve")
    page.page.locator(".wac-card:is([data-state=failed], [data-state=final])").wait_for(timeout=40_000)
    expect(page.card.get_by_role("status")).to_contain_text("has no text to work on")
    page.press("Close")
    assert page.raw("body") == before
    assert page.model.calls == []
