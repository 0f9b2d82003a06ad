"""AI in rich text: by the toolbar, by “/” and by keyboard, taken in as one step that undo takes back."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.site import until
from wagtail_ai_content.core.versions.places import same

from .assisting import AssistedPage, assisted
from .conftest import Desk, open_page, text_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SLUG, TABLE = "the-clock-that-tells-the-water", "patient-anne-and-the-bell"


def html_of(page: AssistedPage, path: str) -> str:
    """The paragraphs of a rich text, as a model would write them back, without any of their formats."""
    return "".join(f"<p>{escape(block['text'])}</p>" for block in page.raw(path)["blocks"])


def test_a_whole_text_changed_in_the_block_and_brought_back_by_one_undo(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    before = page.raw(f"body.{block}")
    page.says(html_of(page, f"body.{block}").replace("two metres across", "three yards wide"))
    page.ask(f"body.{block}", "Improve")
    page.wait_for("changes")
    assert "“two metres across” becomes “three yards wide”" in (page.card.text_content() or "")
    assert page.raw(f"body.{block}") == before, "nothing is in the form before it is accepted"
    page.press("Accept all")
    after = page.raw(f"body.{block}")
    assert "three yards wide" in after["blocks"][0]["text"]
    formats = [[entry["style"] for entry in each["blocks"][0]["inlineStyleRanges"]] for each in (before, after)]
    assert formats[0] == formats[1] == ["ITALIC"] * 4, "words that stay keep their formats"
    expect(page.card).to_have_count(0)
    window.keyboard.press("Control+z")
    assert page.raw(f"body.{block}") == before
    window.keyboard.press("Control+Shift+z")
    assert page.raw(f"body.{block}") == after
    assert page.states == ["busy", "shown", "applied"]
    until(
        lambda: "three yards wide" in text_of(desk.latest(SLUG), block),
        seconds=20,
        what="the accepted text to be saved",
    )


def test_each_change_is_taken_left_or_edited_by_keyboard_alone(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 1)
    page = assisted(desk, window, SLUG)
    text, html = page.raw(f"body.{block}")["blocks"][0]["text"], html_of(page, f"body.{block}")
    old = [found[0] for found in re.finditer(r"\b[a-z]{5,}\b", text) if html.count(found[0]) == 1][:9:4]
    for word, other in zip(old, ["AAAA", "BBBB", "CCCC"], strict=True):
        html = html.replace(word, other)
    page.says(html)
    page.button(f"body.{block}").focus()
    window.keyboard.press("Enter")
    page.menu.wait_for()
    assert page.focused() == "Improve"
    window.keyboard.press("End")
    window.keyboard.press("Home")
    window.keyboard.press("ArrowDown")
    assert page.focused() == "Fix spelling and grammar"
    window.keyboard.press("Escape")
    expect(page.menu).to_be_hidden()
    assert page.button(f"body.{block}").evaluate("(button) => button === document.activeElement")
    window.keyboard.press("Enter")
    page.menu.wait_for()
    window.keyboard.press("f")
    window.keyboard.press("Enter")
    page.wait_for("changes")
    assert "Change 1 of 3" in page.card.inner_text()
    window.keyboard.press("r")
    assert "Change 2 of 3" in page.card.inner_text()
    window.keyboard.press("e")
    window.keyboard.press("Control+a")
    window.keyboard.type("MINE")
    window.keyboard.press("Control+Enter")
    assert "1 accepted, 1 rejected, 1 not decided" in page.card.inner_text()
    page.press("Finish")
    assert page.raw(f"body.{block}")["blocks"][0]["text"] == text.replace(old[1], "MINE")
    assert page.editor(block).evaluate("(editor) => editor === document.activeElement")


def test_only_what_is_selected_is_sent_and_replaced(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 2)
    page = assisted(desk, window, SLUG)
    text = page.raw(f"body.{block}")["blocks"][0]["text"]
    page.editor(block).click()
    window.keyboard.press("Control+Home")
    for _ in range(3):
        window.keyboard.press("Control+Shift+ArrowRight")
    selected = window.evaluate("window.getSelection().toString()")
    page.says("<p>Other words</p>")
    window.locator(f"[data-contentpath='{block}'] .Draftail-ToolbarButton[name=WAC-ASSIST]").click()
    page.menu.wait_for()
    assert "For the selected text" in page.menu.inner_text()
    page.choose("Make shorter")
    page.wait_for("changes")
    page.press("Accept all")
    assert page.raw(f"body.{block}")["blocks"][0]["text"] == f"Other words{text[len(selected.rstrip()) :]}"
    sent = str(page.model.calls[0].body["messages"])
    assert selected.strip() in sent
    assert text[-40:] not in sent


def test_the_slash_opens_the_menu_and_leaves_nothing_behind(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    before = [each["text"] for each in page.raw(f"body.{block}")["blocks"]]
    page.editor(block).click()
    window.keyboard.press("Control+End")
    window.keyboard.press("Enter")
    window.keyboard.type("/ai")
    window.get_by_role("option", name="AI", exact=True).click()
    page.menu.wait_for()
    assert page.focused() == "Improve"
    assert [each["text"] for each in page.raw(f"body.{block}")["blocks"]] == [*before, ""]
    window.keyboard.press("Escape")
    assert page.editor(block).evaluate("(editor) => editor === document.activeElement")


def offered(window: Page, editor: Locator) -> list[str]:
    """What the “/” list of an editor offers; its text is left as it was."""
    editor.click()
    window.keyboard.press("Control+End")
    window.keyboard.press("Enter")
    window.keyboard.type("/")
    expect(window.get_by_role("option").first).to_be_visible()
    found = [each.strip() for each in window.get_by_role("option").all_inner_texts()]
    for key in ("Escape", "Backspace", "Backspace"):
        window.keyboard.press(key)
    return found


def test_the_slash_has_no_entry_in_the_cells_of_a_table_which_keep_their_words(desk: Desk, window: Page) -> None:
    block, table = desk.block(TABLE, "paragraph", 0), desk.block(TABLE, "table")
    page = assisted(desk, window, TABLE)
    before = text_of(desk.latest(TABLE), table)
    assert "AI" in offered(window, page.editor(block))
    cells = window.locator(f"[data-contentpath='{table}']")
    assert cells.locator(".wac-ask, [name=WAC-ASSIST]").count() == 0
    cell = cells.locator(".public-DraftEditor-content").first
    assert "AI" not in offered(window, cell)
    page.says("<p>Ring for her.</p>")
    page.ask(f"body.{block}", "Improve")
    page.card.get_by_role("button", name=re.compile("Accept all|Use this text")).click()
    page.wait_until_saved()
    assert text_of(desk.latest(TABLE), block).endswith("Ring for her.</p>")
    assert same(text_of(desk.latest(TABLE), table), before)


def test_the_slash_has_no_entry_for_those_who_may_not_use_ai(desk: Desk, window: Page) -> None:
    assert desk.site.manage("ai_switch", "off", "--reason", "A test.").returncode == 0
    try:
        with window.expect_response(lambda answer: "/ai-editor/open/" in answer.url) as told:
            open_page(desk, window, SLUG)
        assert told.value.status == 403
        block = desk.block(SLUG, "paragraph", 0)
        assert "AI" not in offered(window, window.locator(f"[data-contentpath='{block}'] .public-DraftEditor-content"))
        expect(window.locator(".wac-ask")).to_have_count(0)
    finally:
        assert desk.site.manage("ai_switch", "on").returncode == 0


def test_a_paragraph_becomes_a_list_and_a_link_survives(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    page.says("<ul><li>The clock hangs in the gable</li><li>There is one hand</li></ul>")
    page.ask(f"body.{block}", "Turn into a list")
    page.card.get_by_role("button", name=re.compile("Accept all|Use this text")).click()
    types = [each["type"] for each in page.raw(f"body.{block}")["blocks"]]
    assert types == ["unordered-list-item", "unordered-list-item"]
    window.keyboard.press("Control+z")
    assert [each["type"] for each in page.raw(f"body.{block}")["blocks"]] == ["unstyled"]


def test_a_block_that_was_just_inserted_has_the_button_and_its_empty_text_is_written(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    window.evaluate(
        "document.getElementById('body-root').rootBlock.insert("
        "{type: 'paragraph', id: '00000000-0000-4000-8000-00000000000a', value: "
        "JSON.stringify({blocks: [{key: 'aaaaa', text: '', type: 'unstyled', depth: 0, inlineStyleRanges: [],"
        " entityRanges: []}], entityMap: {}})}, 0)"
    )
    block = "00000000-0000-4000-8000-00000000000a"
    page.button(f"body.{block}").wait_for()
    page.says("<p>Written from a ", "brief about mud.</p>")
    page.ask(f"body.{block}", "Write from a brief")
    window.keyboard.type("Write about mud.")
    window.keyboard.press("Control+Enter")
    page.wait_for("whole")
    page.press("Use this text")
    assert page.raw(f"body.{block}")["blocks"][0]["text"] == "Written from a brief about mud."
    assert "Write about mud." in str(page.model.calls[0].body["messages"])
