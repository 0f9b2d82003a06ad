"""The menu and the card as they look: in the dark, on small screens, right to left, and to assistive technology."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import faults, listen
from tests.support.sse import model_stream

from .assisting import AssistedPage, assisted
from .conftest import Desk
from .test_editor_screens import HOSTILE, PREFER

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SLUG = "counting-seals"
MENU_FITS = """() => {
    const box = document.querySelector('.wac-menu').getBoundingClientRect();
    return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
}"""
COLOURS = """(element) => {
    const { backgroundColor, textDecorationLine, outlineStyle } = getComputedStyle(element);
    return { background: backgroundColor, line: textDecorationLine, outline: outlineStyle };
}"""
MOVING = "document.querySelector('.wac-card').getAnimations({ subtree: true }).length"


def fits(part: Locator, width: int) -> bool:
    box = part.bounding_box()
    assert box is not None
    return bool(box["x"] >= 0 and box["x"] + box["width"] <= width)


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [("light", "en", 1400), ("dark", "en", 1400), ("light", "en", 400), ("light", "ar", 1200)],
)
def test_nothing_is_cut_off_or_hard_to_use(desk: Desk, window: Page, theme: str, language: str, width: int) -> None:
    desk.site.run(PREFER, theme=theme, language=language)
    window.set_viewport_size({"width": width, "height": 800})
    try:
        page = assisted(desk, window, SLUG)
        block = desk.block(SLUG, "paragraph", 0)
        text = page.raw(f"body.{block}")["blocks"][0]["text"]
        page.says(f"<p>First {text} Last.</p>")
        page.button(f"body.{block}").click()
        page.menu.wait_for()
        assert faults(window, within=".wac-menu") == []
        assert window.evaluate(MENU_FITS)
        page.menu.get_by_role("menuitem").first.click()
        page.wait_for("changes")
        assert faults(window, within=".wac-card") == []
        assert window.evaluate("document.documentElement.scrollWidth") == width
        assert fits(page.card, width)
        assert all(fits(button, width) for button in page.card.locator("button:visible").all())
    finally:
        desk.site.run(PREFER, theme="light", language="en")


def test_changes_can_be_told_apart_without_colours_and_nothing_moves(desk: Desk, window: Page) -> None:
    window.emulate_media(forced_colors="active", reduced_motion="reduce")
    page = assisted(desk, window, SLUG)
    block = desk.block(SLUG, "paragraph", 0)
    text = page.raw(f"body.{block}")["blocks"][0]["text"]
    page.model.script({**model_stream([f"<p>First {text.replace('once', 'often')}</p>"]), "delay": 2})
    page.ask(f"body.{block}", "Improve")
    page.wait_for("busy")
    assert window.evaluate(MOVING) == 0
    bar = page.card.get_by_role("progressbar")
    assert bar.evaluate(COLOURS)["background"] != bar.evaluate(
        "(bar) => getComputedStyle(bar.parentElement).backgroundColor"
    )
    page.wait_for("changes")
    lines = {name: page.card.locator(f"{name}.wac-change").first.evaluate(COLOURS)["line"] for name in ("ins", "del")}
    assert lines == {"ins": "underline", "del": "line-through"}
    assert page.card.locator("[data-current]").first.evaluate(COLOURS)["outline"] == "solid"


def test_markup_in_an_answer_is_only_text(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    page.says("Before ", HOSTILE, " after.")
    page.ask("standfirst", "Improve")
    shown = window.locator(".wac-card:is([data-state=whole], [data-state=changes])")
    shown.wait_for(timeout=40_000)
    window.locator(".wac-card").get_by_role("button", name="Accept all").or_(
        window.locator(".wac-card").get_by_role("button", name="Use this text")
    ).locator("visible=true").click()
    assert window.evaluate("window.hit") is None


def test_the_page_asks_nobody_else_and_says_nothing_to_the_console(desk: Desk, window: Page) -> None:
    noise = listen(window, site=desk.address)
    page = assisted(desk, window, SLUG)
    page.says("Other words.")
    page.ask("standfirst", "Improve")
    window.locator(".wac-card:is([data-state=whole], [data-state=changes])").wait_for(timeout=40_000)
    assert noise == []


def test_hundreds_of_blocks_get_their_buttons_at_once(desk: Desk, window: Page) -> None:
    page: AssistedPage = assisted(desk, window, SLUG)
    before = window.locator(".wac-ask").count()
    window.evaluate(
        """() => {
            const root = document.getElementById('body-root').rootBlock;
            for (let count = 0; count < 200; count += 1) {
                const id = crypto.randomUUID();
                root.insert({ type: 'heading', value: `Heading ${count}`, id }, 0, { animate: false });
            }
        }"""
    )
    window.wait_for_function(f"document.querySelectorAll('.wac-ask').length === {before + 200}")
    spent = window.evaluate(
        """async () => {
            const script = document.querySelector('script[src*="arrivals_controller"]').src;
            const { textsIn } = await import(script.replace(/editor\\/[^/]*$/, 'lib/fields.js'));
            const began = performance.now();
            const found = textsIn({ 'body.heading': {} }).size;
            return { found, each: (performance.now() - began) / found };
        }"""
    )
    assert spent["found"] >= 200
    assert spent["each"] < 1, "milliseconds to find one text"
    assert page.states == []
