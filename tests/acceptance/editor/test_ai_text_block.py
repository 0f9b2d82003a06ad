"""The AI text block in the editor of a real browser: a text from its brief, and both blocks on a page being created."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.site import until

from .ai_blocks import (
    BRIEF,
    LONG,
    SHORT,
    LayoutBlock,
    TextBlock,
    add_by_keyboard,
    add_through_the_menu,
    answer_layout,
    answer_text,
    arrangement,
    types,
    with_block,
)
from .conftest import Desk, open_page, tab_to, text_of, wait_until_watched

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

KIND = """
from wagtail.models import Page
from wagtail_ai_content import provenance
out = provenance.of(Page.objects.get(slug=slug).specific, draft=True).part(part).kind
"""


@pytest.fixture(autouse=True)
def nothing_waits(desk: Desk) -> None:
    """An answer that was scripted for a test before, and stopped, is not the answer to this one."""
    desk.model.reset()


def test_a_text_is_written_from_its_brief_and_written_again(desk: Desk, window: Page) -> None:
    opened = open_page(desk, window, "paper-from-the-marsh")
    add_through_the_menu(window, "AI text")
    block = TextBlock(window, window.locator("[data-controller~=wac-text-block]").last)
    block.generate()
    assert "Write in the brief" in block.status
    block.root.locator("[data-contentpath=brief] textarea").fill("Say how the pulp is made.")
    answer_text(desk, "<p>The pulp is made of <b>reed</b>.</p>", drip=0.2)
    block.generate()
    block.reach("shown")
    assert block.text == ""
    block.take()
    assert (block.text, block.status) == ("The pulp is made of reed.", "The text is in its field.")
    answer_text(desk, "<p>The pulp is made of straw.</p>")
    block.root.get_by_role("button", name="Regenerate", exact=True).press("Enter")
    block.reach("shown")
    assert block.text == "The pulp is made of reed."
    block.root.get_by_role("button", name="Reject all").click()
    block.reach("discarded")
    assert block.text == "The pulp is made of reed."
    opened.wait_until_saved()
    saved = until(
        lambda: (last := desk.latest("paper-from-the-marsh")["content"]["body"][-1])["type"] == "ai_text"
        and last["value"]["text"] and last,
        seconds=20, what="a save with the text of the block",
    )  # fmt: skip
    assert saved["value"]["brief"] == "Say how the pulp is made."
    assert "The pulp is made of <b>reed</b>." in saved["value"]["text"]
    until(
        lambda: desk.site.run(KIND, slug="paper-from-the-marsh", part=saved["id"]) == "ai",
        seconds=20,
        what="provenance",
    )
    sent = json.dumps(desk.model.calls[-2].body)
    assert "Say how the pulp is made." in sent


def test_a_text_that_is_taken_while_a_save_is_under_way_is_saved_too(desk: Desk, window: Page) -> None:
    slug = "the-library-of-borrowed-coats"
    _, number = with_block(desk, window, "ai_text", {"brief": "", "prompt": "", "tone": "", "text": ""}, slug)
    block = TextBlock(window, window.locator(f"[data-contentpath='{number}'] [data-controller~=wac-text-block]"))
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if route.request.method == "POST" and not held:
            held.append(route)
        else:
            route.continue_()

    window.route("**/edit/", hold_the_first)
    block.root.locator("[data-contentpath=brief] textarea").fill("Say how the coats are lent.")
    until(lambda: window.wait_for_timeout(100) or held, seconds=20, what="a save to be under way")
    answer_text(desk, "<p>The coats are lent for a tide.</p>")
    block.generate()
    block.reach("shown")
    block.take()
    window.wait_for_timeout(600)  # rich text reaches its input a moment after it was changed
    held[0].continue_()
    until(
        lambda: window.wait_for_timeout(100) or "lent for a tide" in text_of(desk.latest(slug), number)["text"],
        seconds=20,
        what="a save with the text",
    )


def test_prompt_and_tone_can_be_chosen_and_are_kept_when_they_are_gone(desk: Desk, window: Page) -> None:
    slug = "the-library-of-borrowed-coats"
    value = {"brief": "Say it.", "prompt": "deleted-long-ago", "tone": "friendly", "text": ""}
    opened, number = with_block(desk, window, "ai_text", value, slug)
    block = TextBlock(window, window.locator(f"[data-contentpath='{number}'] [data-controller~=wac-text-block]"))
    window.locator(f"[data-contentpath='{number}'] button[aria-label*='ettings'], [data-contentpath='{number}'] "
                   "button[title*='ettings']").first.click()  # fmt: skip
    tone, prompt = block.root.get_by_label("Tone"), block.root.get_by_label("Prompt")
    assert tone.evaluate("(select) => select.selectedOptions[0].textContent") == "Friendlier"
    assert prompt.evaluate("(select) => select.selectedOptions[0].textContent") == "deleted-long-ago (no longer there)"
    tone.select_option("formal")
    opened.wait_until_saved()
    saved = until(lambda: text_of(desk.latest(slug), number)["tone"] == "formal" and text_of(desk.latest(slug), number),
                  seconds=20, what="the tone to be saved")  # fmt: skip
    assert saved["prompt"] == "deleted-long-ago"
    block.generate()
    block.reach("failed")
    assert "deleted-long-ago" in block.root.inner_text()
    assert block.text == ""


def test_both_work_while_a_page_is_being_created(desk: Desk, window: Page) -> None:
    parent = desk.site.run("from wagtail.models import Page\nout = Page.objects.get(slug='almanac').pk")
    window.goto(f"/admin/pages/add/world/articlepage/{parent}/")
    wait_until_watched(window)
    window.locator("#id_title").fill("A page to come")
    add_through_the_menu(window, "AI layout", window.locator("[data-contentpath=body]"))
    root = window.locator("[data-controller~=wac-layout-block]")
    root.locator("textarea").fill(BRIEF)
    answer_layout(desk, SHORT, LONG)
    root.get_by_role("button", name="Suggest arrangements").click()
    window.locator("[data-controller~=wac-layout-block][data-state=ready]").wait_for(timeout=40_000)
    root.get_by_role("button", name="Insert all blocks of “Short”").click()
    window.locator("[data-controller~=wac-layout-block][data-state=inserted]").wait_for()
    assert types(window) == ["ai_layout", "heading", "paragraph"]
    add_through_the_menu(window, "AI text", window.locator("[data-contentpath=body]"))
    block = TextBlock(window, window.locator("[data-controller~=wac-text-block]"))
    block.root.locator("[data-contentpath=brief] textarea").fill("Say it.")
    answer_text(desk, "<p>It is said.</p>")
    block.generate()
    block.reach("shown")
    block.take()
    assert block.text == "It is said."


def test_both_by_keyboard_alone_in_a_block_in_a_block(desk: Desk, window: Page) -> None:
    slug, press = "the-nine", window.keyboard.press
    note = {"type": "note", "value": "Mind the step.", "id": "22222222-2222-4222-8222-222222222222"}
    opened, number = with_block(desk, window, "aside", [note], slug)
    window.locator(f"[data-contentpath='{note['id']}'] textarea").focus()
    add_by_keyboard(window, "AI text")
    block = TextBlock(window, window.locator(f"[data-contentpath='{number}'] [data-controller~=wac-text-block]"))
    window.keyboard.type("Say how many there are.")
    tab_to(window, "button[title*='ettings'], button[aria-label*='ettings']", back=True)
    press("Enter")
    tab_to(window, "[data-contentpath=tone] select")
    window.keyboard.type("More formal")
    tab_to(window, ".wac-block-actions button")
    answer_text(desk, "<p>There are nine of them.</p>")
    press("Enter")
    block.reach("shown")
    tab_to(window, "[data-wac-assist-card-target=use]")
    press("Enter")
    block.reach("applied")
    window.wait_for_function("document.activeElement.matches('.public-DraftEditor-content')")
    press("Control+End")
    window.keyboard.type(" Count again.")
    assert block.text == "There are nine of them. Count again."
    tab_to(window, ".wac-block-actions button", back=True)
    assert window.evaluate("document.activeElement.textContent") == "Regenerate"
    answer_text(desk, "<p>Nine, and not one fewer.</p>")
    press("Enter")
    block.reach("shown")
    assert block.text == "There are nine of them. Count again."
    press("Control+Enter")
    block.reach("applied")
    assert block.text == "Nine, and not one fewer."
    assert "more formal, in full sentences" in json.dumps(desk.model.calls[-1].body)

    add_by_keyboard(window, "AI layout")
    layout = LayoutBlock(opened, number)
    window.keyboard.type(BRIEF)
    tab_to(window, ".wac-block-actions button")
    answer_layout(desk, arrangement("Inside", ("note", "Mind the oven.")))
    press("Enter")
    layout.reach("ready")
    tab_to(window, "[aria-label='Insert all blocks of “Inside”']")
    press("Enter")
    layout.reach("inserted")
    opened.wait_until_saved()
    inner = until(lambda: len(found := text_of(desk.latest(slug), number)) == 4 and found, seconds=20, what="a save")
    assert [entry["type"] for entry in inner] == ["note", "ai_text", "ai_layout", "note"]
    assert "Nine, and not one fewer." in inner[1]["value"]["text"]
    assert inner[1]["value"]["tone"] == "formal"
    tab_to(window, "[data-controller~=wac-layout-block] .wac-block-actions button:last-child", back=True)
    press("Enter")
    layout.reach("undone")
