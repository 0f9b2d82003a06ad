"""Each thing that the menu offers: by mouse in a snippet, and by keyboard alone in a block inside of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .assisting import AssistedPage, assisted
from .conftest import Desk
from .test_editor_screens import PREFER

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "how-to-bake-a-samphire-loaf"
WITH_A_BLOCK_IN_A_BLOCK = """
from wagtail.models import Page
page = Page.objects.get(slug=slug).specific.get_latest_revision_as_object()
inner = {"type": "paragraph", "id": "44444444-4444-4444-8444-444444444444", "value": "<p>Wash the samphire twice.</p>"}
aside = {"type": "aside", "id": "33333333-3333-4333-8333-333333333333", "value": [inner]}
page.body = [*page.body.raw_data, aside]
page.save_revision()
out = [aside["id"], inner["id"]]
"""
SNIPPET = """
from django.contrib.auth import get_user_model
from world.models import Notice
get_user_model().objects.filter(username="editor").update(is_superuser=True)
out = Notice.objects.first().pk
"""
FOCUSED = "document.activeElement.dataset.wacAssistCardTarget"
ENDS = ("close", "none")
ANSWERED = ".wac-card:is([data-state=changes], [data-state=whole], [data-state=unchanged])"
FEWEST = 8


def chosen_by_key(page: AssistedPage, path: str, number: int) -> str:
    """Open the menu, go down to an item, give it what it asks for; its name."""
    press = page.page.keyboard.press
    page.button(path).focus()
    press("Enter")
    page.menu.wait_for()
    press("Home")
    for _ in range(number):
        press("ArrowDown")
    name = page.focused()
    press("Enter")
    if page.menu.locator("form").is_visible():
        page.page.keyboard.type("Say it to a child.")
        press("Control+Enter")
    elif page.menu.is_visible():
        press("Enter")  # the first tone, the first language
    return name


def chosen_by_mouse(page: AssistedPage, path: str, number: int) -> str:
    page.button(path).click()
    item = page.menu.get_by_role("menuitem").nth(number)
    name = item.inner_text()
    item.click()
    if page.menu.locator("form").is_visible():
        page.menu.locator("form textarea").first.fill("Say it to a child.")
        page.menu.locator("form button[type=submit]").click()
    elif page.menu.is_visible():
        page.menu.get_by_role("menuitem").first.click()
    return name


def offered(page: AssistedPage, path: str) -> int:
    page.button(path).click()
    page.menu.get_by_role("menuitem").first.wait_for()
    number = page.menu.get_by_role("menuitem").count()
    page.page.keyboard.press("Escape")
    return number


def test_each_by_keyboard_alone_in_a_block_in_a_block_right_to_left_in_the_dark(desk: Desk, window: Page) -> None:
    path = ".".join(["body", *desk.site.run(WITH_A_BLOCK_IN_A_BLOCK, slug=SLUG)])
    desk.site.run(PREFER, theme="dark", language="ar")
    try:
        page = assisted(desk, window, SLUG)
        before, number = page.raw(path), offered(page, path)
        assert number >= FEWEST
        for at in range(number):
            page.says(f"<p>Answer {at} about samphire.</p>")
            name = chosen_by_key(page, path, at)
            window.locator(ANSWERED).wait_for(timeout=40_000)
            assert page.card.locator(".wac-card-title").inner_text() == name
            for _ in range(12):
                window.keyboard.press("Tab")
                if window.evaluate(FOCUSED) in ENDS:
                    break
            window.keyboard.press("Enter")
            assert page.card.count() == 0, name
            assert page.raw(path) == before
            assert page.button(path).evaluate("(button) => button === document.activeElement")
    finally:
        desk.site.run(PREFER, theme="light", language="en")


def test_each_by_mouse_in_a_snippet(desk: Desk, window: Page) -> None:
    address = f"/admin/snippets/world/notice/edit/{desk.site.run(SNIPPET)}/"
    page = AssistedPage(desk, window, 0, "", address=address)
    before, number = page.raw("body"), offered(page, "body")
    assert number >= FEWEST
    for at in range(number):
        page.says(f"<p>Answer {at} about the ferry.</p>")
        name = chosen_by_mouse(page, "body", at)
        window.locator(ANSWERED).wait_for(timeout=40_000)
        assert page.card.locator(".wac-card-title").inner_text() == name
        page.card.locator("button:visible").filter(has_text="Reject all").or_(
            page.card.locator("button:visible").filter(has_text="Close")
        ).click()
        assert page.raw("body") == before
