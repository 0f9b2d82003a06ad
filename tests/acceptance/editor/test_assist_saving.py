"""What AI put into the form is saved, whatever Wagtail's autosave is doing at that moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.site import until

from .assisting import assisted
from .conftest import Desk, text_of

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
