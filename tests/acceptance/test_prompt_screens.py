"""The screens of prompts and the history of a page by keyboard alone, in light and dark, wide and narrow, under axe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import check
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

LIST = "/admin/snippets/wagtail_ai_content/prompttemplate/"
WRONG = '{# user #}\nPropose a sober title for:\n{{ txet|fenced("page_text") }}'
MOST_STOPS = 120

Open = Callable[[str, int], "Page"]


@pytest.fixture(scope="module")
def drafted(ebbstow: Site) -> int:
    """Number of a page with an AI draft in its history."""
    asked = ebbstow.manage("ai_generate", "page_text", "long-way-round/the-walled-orchard", "--user", "editor")
    assert asked.returncode == 0, asked.stderr
    worked = ebbstow.manage("ai_worker", "--once")
    assert worked.returncode == 0, worked.stderr
    number: int = ebbstow.run("from wagtail.models import Page\nout = Page.objects.get(slug='the-walled-orchard').pk")
    return number


@pytest.fixture
def open_as_lead(browser: Browser, address: str) -> Iterator[Open]:
    """``open_as_lead(scheme, width)``: a window in which the content lead has logged in."""
    contexts: list[Any] = []

    def window(scheme: str, width: int) -> Page:
        look: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        contexts.append(browser.new_context(base_url=address, **look))
        page: Page = contexts[-1].new_page()
        page.goto("/admin/login/")
        page.get_by_label("Username").fill("lead")
        page.keyboard.press("Tab")
        page.keyboard.type("demo")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")
        return page

    yield window
    for context in contexts:
        context.close()


def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until the element has the focus, and see that it can be told to have it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            break
    else:
        raise AssertionError(f"{wanted} is not reached by keyboard.")
    expect(wanted).to_be_visible()
    look = "element => { const s = getComputedStyle(element); return s.outlineStyle + s.outlineWidth + s.boxShadow }"
    assert wanted.evaluate(look) != "none0pxnone"


@pytest.mark.usefixtures("drafted")
@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_prompt_is_written_corrected_and_previewed_by_keyboard(open_as_lead: Open, scheme: str, width: int) -> None:
    page, name = open_as_lead(scheme, width), f"Sober titles {scheme} {width}"
    page.goto(LIST)
    check(page)
    tab_to(page, page.get_by_role("link", name="Add AI prompt"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/add/")
    check(page)
    body = page.locator("textarea[name=body]")
    write_wrong_prompt(page, name=name)
    save(page, after=body)
    mistake = page.locator(".w-field__errors", has_text="txet").first
    mistake.wait_for()
    assert "line 3" in mistake.inner_text().lower()
    assert body.input_value().replace("\r\n", "\n") == WRONG
    assert mistake.locator("xpath=ancestor-or-self::*[@id]").last.get_attribute("id") in described_by(body)
    check(page)

    toggle = page.get_by_role("button", name="Toggle preview")
    tab_to(page, toggle)
    page.keyboard.press("Enter")
    preview = page.frame_locator("#w-preview-iframe")
    preview.get_by_text("This prompt cannot be used").wait_for()
    check(page)
    tab_to(page, toggle, back=True)
    page.keyboard.press("Enter")

    tab_to(page, body)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(WRONG.replace("txet", "text"))
    save(page, after=body)
    page.wait_for_url("**/edit/**")
    if not page.locator("#w-preview-iframe").is_visible():
        tab_to(page, toggle)
        page.keyboard.press("Enter")
    preview.get_by_text("The lighthouse was built").wait_for()
    check(page)

    page.goto(LIST)
    more = page.get_by_role("button", name=f"More options for '{name}'")
    tab_to(page, more)
    page.keyboard.press("Enter")
    copy = page.get_by_role("link", name="Copy").locator("visible=true")
    copy.wait_for()
    tab_to(page, copy)
    page.keyboard.press("Escape")
    copy.wait_for(state="hidden")
    check(page)


def write_wrong_prompt(page: Page, *, name: str) -> None:
    tab_to(page, page.locator("input[name=name]"))
    page.keyboard.type(name)
    function = page.locator("select[name=function]")
    tab_to(page, function)
    page.keyboard.type("Suggest a t")
    assert function.input_value() == "title"
    tab_to(page, page.locator("select[name=site]"))
    tab_to(page, page.locator("textarea[name=body]"))
    page.keyboard.insert_text(WRONG)


def save(page: Page, *, after: Locator) -> None:
    button = page.get_by_role("button", name="Save draft")
    after.focus()
    tab_to(page, button)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def described_by(field: Locator) -> str:
    return field.get_attribute("aria-describedby") or ""


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_history_with_ai_entries_is_walked_by_keyboard(
    open_as_lead: Open, drafted: int, scheme: str, width: int
) -> None:
    page = open_as_lead(scheme, width)
    page.goto(f"/admin/pages/{drafted}/history/")
    line = page.locator("tr", has_text="AI draft written by the built-in engine (no language model)")
    expect(line.first).to_be_visible()
    check(page)
    tab_to(page, line.first.get_by_role("button", name="Actions"))
    page.keyboard.press("Enter")
    compare = page.get_by_role("link", name="Compare with").locator("visible=true").first
    compare.wait_for()
    tab_to(page, compare)
    page.keyboard.press("Enter")
    page.wait_for_url("**/compare/**")
    expect(page.locator(".comparison__child-object, .addition, ins").first).to_be_visible()
    check(page)
