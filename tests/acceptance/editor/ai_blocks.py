"""AI blocks in the open form of a browser, and what their model answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.openai_answers import chat
from tests.support.site import until
from tests.support.sse import model_stream

from .conftest import Desk, OpenPage, open_page, tab_to

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SLUG = "counting-seals"
ADD = """
import uuid
from wagtail.models import Page
page = Page.objects.get(slug=slug).specific.get_latest_revision_as_object()
out = str(uuid.uuid4())
page.body = [*page.body.raw_data, {"type": kind, "value": value, "id": out}]
page.save_revision()
"""
TYPES = """(name) => {
    const { children } = window.wagtail.editHandler.getPanelByName(name).getBoundWidget();
    return children.map(({ type }) => type);
}"""
BRIEF = "Tell visitors how the seals are counted."
TEXT = "We count them from the boat at low water."


def arrangement(name: str, *blocks: tuple[str, Any]) -> dict[str, Any]:
    return {"name": name, "reason": f"{name} for a reason.", "blocks": [{"type": t, "value": v} for t, v in blocks]}


SHORT = arrangement("Short", ("heading", "Counting day"), ("paragraph", f"<p>{TEXT}</p>"))
LONG = arrangement(
    "Long",
    ("quote", {"text": "One, two, many.", "source": "The warden"}),
    ("facts", [{"label": "Boats", "value": "two"}]),
    ("aside", [{"type": "note", "value": "Bring a coat."}]),
)


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


def add_by_keyboard(window: Page, name: str) -> None:
    """From a field of a block before it; the focus is in the new block's brief then."""
    tab_to(window, ".c-sf-add-button")
    window.keyboard.press("Enter")
    window.get_by_role("listbox").locator("visible=true").wait_for()
    tab_to(window, "[role=combobox], input")
    window.keyboard.type(name)
    window.get_by_role("option", name=name, exact=True).wait_for()
    window.keyboard.press("Enter")
    window.wait_for_function("document.activeElement.matches('[data-contentpath=brief] textarea')")
