"""What AI put into the form is saved, whatever Wagtail's autosave is doing at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.support.site import until
from tests.support.sse import model_stream

from .assisting import assisted
from .conftest import Desk, text_of, wait_until_watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "paper-from-the-marsh"
HOLD_THE_FIRST_SAVE = """() => {
    const send = window.fetch;
    window.fetch = async (address, options) => {
        if (options?.body instanceof FormData && !window.letGo) {
            await new Promise((go) => { window.letGo = go; });
        }
        return send(address, options);
    };
}"""
IS_IN_ITS_INPUT = """(words) => [...document.querySelectorAll('form[data-edit-form] input[type=hidden]')]
    .some((input) => input.value.includes(words))"""


def test_a_text_taken_while_an_earlier_save_is_on_its_way_is_saved_too(desk: Desk, window: Page) -> None:
    """Wagtail takes for saved whatever is in the form when the answer comes."""
    block = desk.block(SLUG, "paragraph", 0)
    page = assisted(desk, window, SLUG)
    page.says("<p>Other words entirely.</p>")
    page.ask(f"body.{block}", "Improve")
    page.card.locator("visible=true").get_by_text("Other words entirely.").wait_for(timeout=40_000)
    take = page.card.get_by_role("button", name="Use this text").or_(page.card.get_by_role("button", name="Accept all"))
    take.locator("visible=true").wait_for(timeout=40_000)
    window.evaluate(HOLD_THE_FIRST_SAVE)
    page.type_into("title", " typed before")
    window.wait_for_function("typeof window.letGo === 'function'")
    take.locator("visible=true").click()
    window.wait_for_function(IS_IN_ITS_INPUT, arg="Other words entirely.")
    window.evaluate("() => window.letGo()")
    until(lambda: "Other words entirely." in text_of(desk.latest(SLUG), block), seconds=20, what="the text to be saved")


def new_page(desk: Desk, window: Page, title: str) -> None:
    """A page being created that will be saved as soon as its title is there, with an AI button at each text."""
    section = desk.site.run("from wagtail.models import Page\nout = Page.objects.get(slug='almanac').pk")
    window.goto("/admin/")
    window.goto(f"/admin/pages/add/world/articlepage/{section}/")
    window.locator(".wac-ask").first.wait_for()
    wait_until_watched(window)
    window.locator("[name=standfirst]").fill("A few words of mine.")
    window.evaluate(HOLD_THE_FIRST_SAVE)
    window.locator("[name=title]").press_sequentially(title)
    window.wait_for_function("typeof window.letGo === 'function'")


def saved_page(desk: Desk, window: Page, standfirst: str) -> None:
    slug = window.locator("[name=slug]").input_value()
    until(lambda: desk.latest(slug)["content"]["standfirst"] == standfirst, seconds=20, what="the text to be saved")


def test_a_page_becomes_an_edit_page_while_text_arrives_and_while_a_card_is_open(desk: Desk, window: Page) -> None:
    card, field = window.locator(".wac-card"), window.locator("[name=standfirst]")
    button = window.locator("[data-contentpath=standfirst] .wac-ask")
    desk.model.reset()

    new_page(desk, window, "The boat that was asked about")
    desk.model.script(model_stream(["word "] * 40, drip=0.1))
    button.click()
    window.locator(".wac-menu").get_by_role("menuitem", name="Improve", exact=True).click()
    window.locator(".wac-card-text", has_text="word word").wait_for(timeout=40_000)
    window.evaluate("() => window.letGo()")
    window.wait_for_url("**/edit/")
    assert card.get_attribute("data-state") == "busy"
    card.get_by_role("button", name="Use this text").click(timeout=40_000)
    written = " ".join(["word"] * 40)
    assert field.input_value() == written
    saved_page(desk, window, written)

    new_page(desk, window, "The boat that waited for an answer")
    desk.model.script(model_stream(["A first version."]))
    button.click()
    window.locator(".wac-menu").get_by_role("menuitem", name="Improve", exact=True).click()
    window.locator(".wac-card:is([data-state=whole], [data-state=changes])").wait_for(timeout=40_000)
    window.evaluate("() => window.letGo()")
    window.wait_for_url("**/edit/")
    desk.model.script(model_stream(["A second version."]))
    card.get_by_role("button", name="Try again").click()
    card.get_by_text("A second version.").wait_for(timeout=40_000)
    card.get_by_role("button", name="Use this text").or_(card.get_by_role("button", name="Accept all")).locator(
        "visible=true"
    ).click()
    saved_page(desk, window, "A second version.")
    expect(window.locator(".wac-field--asked")).to_have_count(0)
    button.click()
    window.locator(".wac-menu").get_by_role("menuitem").first.wait_for()
