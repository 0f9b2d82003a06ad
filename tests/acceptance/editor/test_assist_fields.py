"""AI in plain fields, and what happens while text arrives: stop, autosave, and whatever changes meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.site import until
from tests.support.sse import model_stream
from wagtail_ai_content.core.guardrails.formats import NEXT_OPTION

from .assisting import assisted
from .conftest import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "paper-from-the-marsh"
PROVENANCE = """
from wagtail.models import Page
from wagtail_ai_content import provenance
found = provenance.of(Page.objects.get(slug=slug).specific, draft=True)
out = {key: [part.kind, part.of_text, part.generations[0].function] for key, part in found.parts.items()}
"""


def test_a_text_is_changed_as_if_typed_and_saved_as_an_ais(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    field = window.locator("[name=standfirst]")
    before = field.input_value()
    written = "Quite another standfirst that some model wrote about reeds and slow machines."
    page.says(written[:20], written[20:])
    page.ask("standfirst", "Improve")
    page.wait_for("whole")
    assert field.input_value() == before
    page.press("Use this text")
    assert field.input_value() == written
    field.press("Control+z")
    assert field.input_value() == before
    field.press("Control+Shift+z")
    assert field.input_value() == written
    until(lambda: desk.latest(SLUG)["content"]["standfirst"] == written, seconds=20, what="the text to be saved")
    found = until(lambda: desk.site.run(PROVENANCE, slug=SLUG), seconds=10, what="the words to be known as an AI's")
    assert found["standfirst"] == ["ai", 1.0, "assist"]


def test_titles_to_choose_from_and_the_slug_follows_as_ever(desk: Desk, window: Page) -> None:
    window.goto("/admin/")
    section = desk.site.run("from wagtail.models import Page\nout = Page.objects.get(slug='almanac').pk")
    window.goto(f"/admin/pages/add/world/articlepage/{section}/")
    window.locator(".wac-ask").first.wait_for()
    desk.model.reset()
    window.locator("[name=title]").press_sequentially("Reeds")
    until(lambda: window.locator("[name=slug]").input_value() == "reeds", seconds=10, what="the slug to follow")
    desk.model.script(model_stream([f"\n{NEXT_OPTION}\n".join(["Slow paper", "A sheet of marsh", "Reed by reed"])]))
    window.locator("[data-contentpath='title'] .wac-ask").click()
    window.locator(".wac-menu").get_by_role("menuitem", name="Suggest", exact=True).click()
    window.locator(".wac-card[data-state=whole]").wait_for(timeout=40_000)
    options = window.get_by_role("radio")
    expect(options).to_have_count(3)
    options.first.focus()
    window.keyboard.press("ArrowDown")
    assert options.nth(1).get_attribute("aria-checked") == "true"
    assert "characters, best up to 60" in window.locator(".wac-card").inner_text()
    chosen = options.nth(1).inner_text()
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    assert window.locator("[name=title]").input_value() == chosen
    slug = chosen.lower().replace(" ", "-")
    until(lambda: window.locator("[name=slug]").input_value() == slug, seconds=5, what="the slug to follow")


def test_stopping_leaves_the_text_and_ends_the_call(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    before = window.locator("[name=standfirst]").input_value()
    page.says(*["word "] * 200, drip=0.1)
    page.ask("standfirst", "Improve")
    window.locator(".wac-card-text", has_text="word word").wait_for(timeout=40_000)
    assert window.locator("[name=standfirst]").is_hidden(), "the field cannot be typed in meanwhile"
    page.press("Stop")
    page.card.get_by_text("Stopped. Your text is as it was.").wait_for()
    until(lambda: page.model.stats["in_flight"] == 0, seconds=5, what="the call to the model to end")
    page.press("Close")
    assert window.locator("[name=standfirst]").input_value() == before
    assert page.states == ["busy", "stopped", "discarded"]


def test_autosave_waits_while_text_arrives_and_other_fields_can_be_typed_in(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    page.says(*["word "] * 60, drip=0.1)
    page.ask("standfirst", "Improve")
    window.locator(".wac-card-text", has_text="word word").wait_for(timeout=40_000)
    page.type_into("title", " typed meanwhile")
    until(lambda: True in window.evaluate("window.saves"), seconds=10, what="autosave to be held")
    assert not desk.latest(SLUG)["content"]["title"].endswith("typed meanwhile")
    page.press("Stop")
    until(
        lambda: desk.latest(SLUG)["content"]["title"].endswith("typed meanwhile"), seconds=20, what="autosave to go on"
    )


def test_a_session_that_is_over_is_told_and_the_text_is_there(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    before = window.locator("[name=standfirst]").input_value()
    window.context.clear_cookies()
    page.ask("standfirst", "Improve")
    page.card.get_by_text("Log in again in another tab").wait_for()
    page.press("Close")
    assert window.locator("[name=standfirst]").input_value() == before


def test_a_text_that_was_changed_meanwhile_is_compared_again(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    page.says("Words that the model wrote.")
    page.ask("standfirst", "Improve")
    page.wait_for("whole")
    window.evaluate("document.querySelector('[name=standfirst]').value = 'Words that somebody wrote.'")
    page.press("Use this text")
    page.card.get_by_text("This text was changed meanwhile.").wait_for()
    assert window.locator("[name=standfirst]").input_value() == "Words that somebody wrote."
    page.card.get_by_role("button", name="Accept all").click()
    assert window.locator("[name=standfirst]").input_value() == "Words that the model wrote."


def test_a_block_deleted_while_its_text_arrives_ends_the_call(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    page.says(*["word "] * 300, drip=0.1)
    page.ask(f"body.{block}", "Improve")
    window.locator(".wac-card-text", has_text="word word").wait_for(timeout=40_000)
    window.evaluate("document.getElementById('body-root').rootBlock.deleteBlock(0)")
    until(lambda: page.model.stats["in_flight"] == 0, seconds=10, what="the call to the model to end")
    assert page.states[-1] == "failed"


def test_a_block_that_is_moved_goes_on(desk: Desk, window: Page) -> None:
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    page.says(*["word "] * 25, drip=0.1)
    page.ask(f"body.{block}", "Improve")
    window.locator(".wac-card-text", has_text="word word").wait_for(timeout=40_000)
    window.evaluate("document.getElementById('body-root').rootBlock.moveBlock(0, 1)")
    page.wait_for("whole")
    page.press("Use this text")
    assert page.raw(f"body.{block}")["blocks"][0]["text"].startswith("word word")


def test_a_text_that_is_refined_is_sent_back_with_the_wish(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    page.says("A first version.")
    page.ask("standfirst", "Improve")
    page.wait_for("whole")
    page.says("A second version.")
    page.press("Refine…")
    window.keyboard.type("Make it the second")
    window.keyboard.press("Control+Enter")
    page.card.get_by_text("A second version.").wait_for(timeout=40_000)
    page.wait_for("whole")
    sent = str(page.model.calls[-1].body["messages"])
    assert "A first version." in sent
    assert "Make it the second" in sent


def test_others_ask_and_propose_through_events(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    window.evaluate(
        "document.dispatchEvent(new CustomEvent('wac-assist:propose',"
        " {detail: {path: 'standfirst', text: 'A suggestion of the panel.'}}))"
    )
    page.wait_for("whole")
    page.press("Use this text")
    assert window.locator("[name=standfirst]").input_value() == "A suggestion of the panel."
    window.evaluate(
        "document.dispatchEvent(new CustomEvent('wac-assist:ask', {detail: {path: 'body.nowhere', action: 'improve'}}))"
    )
    until(lambda: page.states[-1] == "failed", seconds=5, what="the refusal")
    assert len(page.model.calls) == 0
