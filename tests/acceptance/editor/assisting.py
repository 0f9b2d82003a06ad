"""A page in the editor of a browser, and what a person does there with the help of AI."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.sse import model_stream

from .conftest import Desk, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

RAW = """async (path) => {
    const module = document.querySelector('script[src*="arrivals_controller"]').src;
    const { partAt } = await import(module.replace(/editor\\/[^/]*$/, 'lib/form.js'));
    return JSON.stringify(DraftJS.convertToRaw(partAt(path).getState().getCurrentContent()));
}"""
STATES = """
window.states = [];
document.addEventListener('wac-assist:state', ({ detail }) => window.states.push(detail.state));
"""
SAVES = """
window.saves = [];
document.addEventListener('w-autosave:save', (event) => setTimeout(() => window.saves.push(event.defaultPrevented)));
"""


class AssistedPage(OpenPage):
    """An open page, with a model that says what the test tells it."""

    def __init__(self, desk: Desk, page: Page, number: int, slug: str, *, address: str = "") -> None:
        super().__init__(page, slug, number, address=address)
        self.model = desk.model
        self.model.reset()
        self.page.locator(".wac-ask").first.wait_for()
        self.page.evaluate(STATES)
        self.page.evaluate(SAVES)

    @property
    def menu(self) -> Locator:
        return self.page.locator(".wac-menu")

    @property
    def card(self) -> Locator:
        return self.page.locator(".wac-card")

    @property
    def states(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.states")
        return found

    def says(self, *pieces: str, drip: float = 0) -> None:
        """What the model writes next, in pieces, so many seconds apart."""
        self.model.script(model_stream(list(pieces), drip=drip))

    def button(self, path: str) -> Locator:
        """The AI button of the block or field at a content path."""
        name = path.rpartition(".")[2]
        return self.page.locator(f"[data-contentpath='{name}'] .wac-ask").first

    def choose(self, item: str) -> None:
        self.menu.get_by_role("menuitem", name=item, exact=True).click()

    def ask(self, path: str, item: str) -> None:
        self.button(path).click()
        self.choose(item)

    def press(self, name: str) -> None:
        self.card.get_by_role("button", name=name, exact=True).click()

    def wait_for(self, state: str) -> None:
        """Until the card is in a state: ``busy``, ``changes``, ``whole``, ``failed``…"""
        shown = f".wac-card:is([data-state={state}], [data-state=failed], [data-state=final])"
        self.page.locator(shown).wait_for(timeout=40_000)
        assert self.card.get_attribute("data-state") == state, self.card.inner_text()

    def raw(self, path: str) -> dict[str, Any]:
        """The content state of a rich text, as it is in its editor."""
        found: dict[str, Any] = json.loads(self.page.evaluate(RAW, path))
        return found

    def editor(self, block: str) -> Locator:
        return self.page.locator(f"[data-contentpath='{block}'] .public-DraftEditor-content")

    def focused(self) -> str:
        found: str = self.page.evaluate("document.activeElement.textContent.trim()")
        return found


def assisted(desk: Desk, window: Page, slug: str) -> AssistedPage:
    number = desk.site.run("from wagtail.models import Page\nout = Page.objects.get(slug=slug).pk", slug=slug)
    return AssistedPage(desk, window, number, slug)
