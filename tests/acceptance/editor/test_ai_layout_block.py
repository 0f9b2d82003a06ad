"""The AI layout block in the editor of a real browser: arrangements put in all or one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.site import until

from .ai_blocks import (
    BRIEF,
    LONG,
    SHORT,
    SLUG,
    TEXT,
    LayoutBlock,
    answer_layout,
    arrangement,
    types,
    with_block,
)
from .conftest import Desk, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

PREFER = """
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile
profile = UserProfile.get_for_user(get_user_model().objects.get(username="editor"))
profile.theme, profile.preferred_language = theme, language
profile.save()
"""
KNOWS_ITS_WORDS = "() => window.wagtail.app.queryControllerAll('wac-layout-block').some(({ written }) => written)"
SERIOUS = """async () => {
    const found = await axe.run('[data-controller~=wac-layout-block], [data-controller~=wac-text-block]');
    return found.violations.filter((each) => ['serious', 'critical'].includes(each.impact))
        .map((each) => each.id + ' ' + each.nodes.map((node) => node.html).join(' '));
}"""
BAD = {"type": "raw_html", "value": "<script>window.hit = true</script>"}


@pytest.fixture(autouse=True)
def nothing_waits(desk: Desk) -> None:
    """An answer that was scripted for a test before, and stopped, is not the answer to this one."""
    desk.model.reset()


def test_arrangements_are_shown_put_in_and_taken_out_again(desk: Desk, window: Page) -> None:
    opened, number = with_block(desk, window, "ai_layout", {"brief": BRIEF})
    before = types(window)
    block = LayoutBlock(opened, number)
    answer_layout(desk, {**SHORT, "blocks": [*SHORT["blocks"], BAD]}, LONG)
    block.suggest()
    assert block.status == "2 arrangements are below."
    assert "its type is not offered here" in block.root.inner_text()
    assert "Nothing on prices." in block.root.inner_text()
    picture = window.frame_locator("iframe[title='Preview of “Short”']")
    assert picture.locator("h2").inner_text() == "Counting day"
    assert TEXT in picture.locator("body").inner_text()
    assert window.evaluate("window.hit") is None

    block.button("Insert all blocks of “Long”").click()
    block.reach("inserted")
    assert types(window) == [*before, "quote", "facts", "aside"]
    block.button("Insert “Heading” of “Short”").click()
    until(lambda: types(window) == [*before, "quote", "facts", "aside", "heading"], seconds=5, what="the heading")
    block.button("Undo").click()
    block.reach("undone")
    until(lambda: types(window) == [*before, "quote", "facts", "aside"], seconds=5, what="the undo")

    block.button("Insert all blocks of “Long”").click()  # a second copy, with other ids
    until(lambda: types(window)[-3:] == ["quote", "facts", "aside"] and len(types(window)) == len(before) + 6,
          seconds=5, what="the second copy")  # fmt: skip
    opened.wait_until_saved()
    saved = until(lambda: len((found := desk.latest(SLUG))["content"]["body"]) == len(before) + 6 and found,
                  seconds=20, what="a save with the blocks")  # fmt: skip
    ids = [entry["id"] for entry in saved["content"]["body"]]
    assert len(set(ids)) == len(ids)
    quote = saved["content"]["body"][-3]
    assert quote["value"] == {"text": "One, two, many.", "source": "The warden"}
    assert saved["content"]["body"][-1]["value"][0]["value"] == "Bring a coat."


def test_undo_leaves_what_the_person_has_written_since(desk: Desk, window: Page) -> None:
    opened, number = with_block(desk, window, "ai_layout", {"brief": BRIEF})
    before = types(window)
    block = LayoutBlock(opened, number)
    answer_layout(desk, SHORT, LONG)
    block.suggest()
    block.button("Insert all blocks of “Short”").click()
    block.reach("inserted")
    window.wait_for_function(KNOWS_ITS_WORDS)
    window.locator("input[type=text][name^='body-'][name$='-value']").last.fill("My own day")
    block.button("Undo").click()
    block.reach("undone")
    assert types(window) == [*before, "heading"]
    assert "were kept" in block.status


def test_all_of_it_by_keyboard(desk: Desk, window: Page) -> None:
    opened, number = with_block(desk, window, "ai_layout", {"brief": ""})
    before = types(window)
    block = LayoutBlock(opened, number)
    block.button("Suggest arrangements").focus()
    window.keyboard.press("Enter")
    assert "Write in the brief" in block.status
    assert window.evaluate("document.activeElement.tagName") == "TEXTAREA"
    window.keyboard.type(BRIEF)
    answer_layout(desk, SHORT, LONG)
    for _ in range(3):  # past the button for a comment
        window.keyboard.press("Tab")
        if "Suggest" in window.evaluate("document.activeElement.textContent"):
            break
    window.keyboard.press("Enter")
    block.reach("ready")
    said = "(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).trim()"
    names = []
    for _ in range(4):
        window.keyboard.press("Tab")
        names.append(window.evaluate(said))
    assert names == [
        "Look at it in a new tab",
        "Insert “Heading” of “Short”",
        "Insert “Paragraph” of “Short”",
        "Insert all blocks of “Short”",
    ]
    window.keyboard.press("Enter")
    block.reach("inserted")
    assert types(window) == [*before, "heading", "paragraph"]
    assert window.evaluate(said) == "Insert all blocks of “Short”"


def test_what_goes_wrong_is_said_and_changes_nothing(desk: Desk, window: Page) -> None:
    opened, number = with_block(desk, window, "ai_layout", {"brief": BRIEF})
    before = types(window)
    block = LayoutBlock(opened, number)
    desk.model.script({"status": 401, "body": "{}"})
    block.button("Suggest arrangements").click()
    block.reach("failed")
    assert "The AI service is not set up" in block.status
    answer_layout(desk, SHORT, delay=30)
    block.button("Suggest arrangements").click()
    block.reach("busy")
    block.button("Stop").click()
    block.reach("stopped")
    assert types(window) == before
    answer_layout(desk, SHORT)
    block.suggest()
    assert block.status == "One arrangement is below."


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [("light", "en", 1400), ("dark", "en", 1400), ("light", "en", 400), ("dark", "ar", 1200)],
)
def test_nothing_is_cut_off_or_hard_to_read(desk: Desk, window: Page, theme: str, language: str, width: int) -> None:
    desk.site.run(PREFER, theme=theme, language=language)
    try:
        window.set_viewport_size({"width": width, "height": 1100})
        opened, number = with_block(desk, window, "ai_layout", {"brief": BRIEF})
        block = LayoutBlock(opened, number)
        answer_layout(desk, SHORT, LONG, SHORT)
        block.root.locator(".wac-block-actions button").first.click()
        block.reach("ready")
        block.root.locator(".wac-layout-cards").scroll_into_view_if_needed()
        assert window.evaluate(SERIOUS) == []
        assert window.evaluate("document.documentElement.scrollWidth") == width
        for card in block.root.locator(".wac-layout-card").all():
            box = card.bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    finally:
        desk.site.run(PREFER, theme="light", language="en")


def test_blocks_inside_a_block_are_put_in_there(desk: Desk, window: Page) -> None:
    slug = "how-to-bake-a-samphire-loaf"
    aside = [{"type": "ai_layout", "value": {"brief": BRIEF}, "id": "22222222-2222-4222-8222-222222222222"}]
    opened, number = with_block(desk, window, "aside", aside, slug)
    block = LayoutBlock(opened, str(aside[0]["id"]))
    answer_layout(desk, arrangement("Inside", ("note", "Mind the oven."), ("heading", "Not here")))
    block.suggest()
    block.button("Insert all blocks of “Inside”").click()
    block.reach("inserted")
    opened.wait_until_saved()
    inner = until(lambda: len(found := text_of(desk.latest(slug), number)) == 2 and found, seconds=20, what="a save")
    assert [entry["type"] for entry in inner] == ["ai_layout", "note"]
    assert inner[1]["value"] == "Mind the oven."
