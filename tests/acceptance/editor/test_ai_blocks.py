"""The AI blocks in the editor of a real browser: a text from its brief, and arrangements put in all or one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.openai_answers import chat
from tests.support.site import until
from tests.support.sse import model_stream

from .conftest import Desk, OpenPage, open_page, text_of, wait_until_watched

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Route

SLUG = "counting-seals"
ADD = """
import uuid
from wagtail.models import Page
page = Page.objects.get(slug=slug).specific.get_latest_revision_as_object()
out = str(uuid.uuid4())
page.body = [*page.body.raw_data, {"type": kind, "value": value, "id": out}]
page.save_revision()
"""
KIND = """
from wagtail.models import Page
from wagtail_ai_content import provenance
out = provenance.of(Page.objects.get(slug=slug).specific, draft=True).part(part).kind
"""
PREFER = """
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile
profile = UserProfile.get_for_user(get_user_model().objects.get(username="editor"))
profile.theme, profile.preferred_language = theme, language
profile.save()
"""
TYPES = """(name) => {
    const { children } = window.wagtail.editHandler.getPanelByName(name).getBoundWidget();
    return children.map(({ type }) => type);
}"""
KNOWS_ITS_WORDS = "() => window.wagtail.app.queryControllerAll('wac-layout-block').some(({ written }) => written)"
SERIOUS = """async () => {
    const found = await axe.run('[data-controller~=wac-layout-block], [data-controller~=wac-text-block]');
    return found.violations.filter((each) => ['serious', 'critical'].includes(each.impact))
        .map((each) => each.id + ' ' + each.nodes.map((node) => node.html).join(' '));
}"""
BRIEF = "Tell visitors how the seals are counted."
TEXT = "We count them from the boat at low water."


@pytest.fixture(autouse=True)
def nothing_waits(desk: Desk) -> None:
    """An answer that was scripted for a test before, and stopped, is not the answer to this one."""
    desk.model.reset()


def arrangement(name: str, *blocks: tuple[str, Any]) -> dict[str, Any]:
    return {"name": name, "reason": f"{name} for a reason.", "blocks": [{"type": t, "value": v} for t, v in blocks]}


SHORT = arrangement("Short", ("heading", "Counting day"), ("paragraph", f"<p>{TEXT}</p>"))
LONG = arrangement(
    "Long",
    ("quote", {"text": "One, two, many.", "source": "The warden"}),
    ("facts", [{"label": "Boats", "value": "two"}]),
    ("aside", [{"type": "note", "value": "Bring a coat."}]),
)
BAD = {"type": "raw_html", "value": "<script>window.hit = true</script>"}


def answer_layout(desk: Desk, *arrangements: dict[str, Any], **more: Any) -> None:
    text = json.dumps({"arrangements": list(arrangements), "note": "Nothing on prices."})
    desk.model.script({"body": json.dumps(chat({}, text=text)), **more})


def answer_text(desk: Desk, text: str, **more: Any) -> None:
    desk.model.script({**model_stream([text]), **more})


class LayoutBlock:
    """An AI layout block in the open form."""

    def __init__(self, opened: OpenPage, id_: str) -> None:
        self.page = opened.page
        self.root = opened.page.locator(f"[data-contentpath='{id_}'] [data-controller~=wac-layout-block]")
        self.root.scroll_into_view_if_needed()

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def status(self) -> str:
        return self.root.get_by_role("status").inner_text()

    def suggest(self, name: str = "Suggest arrangements") -> None:
        self.button(name).click()
        self.reach("ready")

    def reach(self, state: str) -> None:
        until(lambda: self.root.get_attribute("data-state") == state, seconds=40, what=f"the state “{state}”")


def with_block(desk: Desk, window: Page, kind: str, value: Any, slug: str = SLUG) -> tuple[OpenPage, str]:
    number = desk.site.run(ADD, slug=slug, kind=kind, value=value)
    return open_page(desk, window, slug), number


def types(window: Page, path: str = "body") -> list[str]:
    return list(window.evaluate(TYPES, path))


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


# --- the text block


class TextBlock:
    """An AI text block in the open form."""

    def __init__(self, page: Page, root: Locator) -> None:
        self.page = page
        self.root = root
        self.root.scroll_into_view_if_needed()

    @property
    def status(self) -> str:
        return self.root.locator(".wac-block-status").inner_text()

    @property
    def text(self) -> str:
        return str(
            self.root.locator("[data-contentpath=text] input[type=hidden]").evaluate(
                "(input) => input.draftailEditor.getEditorState().getCurrentContent().getPlainText()"
            )
        )

    def generate(self, name: str = "Generate") -> None:
        self.root.get_by_role("button", name=name, exact=True).click()

    def reach(self, state: str) -> None:
        until(lambda: self.root.get_attribute("data-state") == state, seconds=40, what=f"the state “{state}”")

    def take(self) -> None:
        self.root.get_by_role("button", name="Use this text").click()
        self.reach("applied")


def add_through_the_menu(window: Page, name: str, within: Locator | None = None) -> None:
    (within or window).locator("button[title='Insert a block']").last.click()
    window.get_by_role("option", name=name, exact=True).click()


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
