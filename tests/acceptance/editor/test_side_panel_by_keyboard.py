"""Each tab of the AI side panel by keyboard alone: over blocks in blocks, on a page being created, and in a snippet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.sse import model_stream

from .conftest import Desk, tab_to
from .test_assist_actions import SNIPPET, WITH_A_BLOCK_IN_A_BLOCK
from .test_side_panel import FOUND, NUMBER, Panel

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROMPT = """
from wagtail_ai_content.models import PromptTemplate
PromptTemplate.objects.update_or_create(function="assist", name="tide-table", defaults={
    "live": True, "body": "{# user #}\\nIn a {{ mood }} mood, {{ words }} words.\\n{{ text|fenced('text') }}",
    "variables": [{"name": "mood", "type": "choice", "required": True, "choices": ["calm", "stormy"]},
                  {"name": "words", "type": "number", "required": True}]})
"""
READY = ".wac-card:is([data-state=changes], [data-state=whole])"


def nested(desk: Desk) -> tuple[str, str]:
    """The address, and where in the form the last text goes, as the list of texts begins with it."""
    slug = "how-to-bake-a-samphire-loaf"
    desk.site.run(WITH_A_BLOCK_IN_A_BLOCK, slug=slug)
    return f"/admin/pages/{desk.site.run(NUMBER, slug=slug)}/edit/", "Body: Aside"


def created(desk: Desk) -> tuple[str, str]:
    return f"/admin/pages/add/world/articlepage/{desk.site.run(NUMBER, slug='almanac')}/", "Standfirst"


def snippet(desk: Desk) -> tuple[str, str]:
    return f"/admin/snippets/world/notice/edit/{desk.site.run(SNIPPET)}/", "Body"


class Hands:
    """Somebody at the keyboard, in the panel of an editor."""

    def __init__(self, desk: Desk, page: Page, address: str) -> None:
        self.desk, self.page = desk, page
        self.panel = Panel(desk, page, address)
        self.press, self.write = page.keyboard.press, page.keyboard.type

    def to(self, selector: str, *, back: bool = False) -> None:
        tab_to(self.page, selector, back=back)

    def open_panel(self) -> None:
        self.page.get_by_role("button", name="Toggle AI", exact=True).focus()
        self.press("Enter")
        self.panel.loaded("Generate")
        self.to("#tab-label-wac-generate")

    def turn_to(self, name: str, key: str = "ArrowRight") -> None:
        """Another tab, from the label of one."""
        self.press(key)
        self.panel.loaded(name)
        self.panel.has_focus(f"document.activeElement.id === 'tab-label-wac-{name.lower()}'")

    def take(self) -> None:
        """What the model wrote; the focus is in its field then."""
        self.page.locator(READY).wait_for(timeout=40_000)
        self.panel.has_focus("document.activeElement.closest('.wac-card')")
        self.press("Control+Enter")
        expect(self.page.locator(".wac-card")).to_have_count(0)

    def has_title(self, title: str) -> None:
        expect(self.page.locator("[name=title]")).to_have_value(title)

    # --- what is done on each tab, from its label

    def use_a_prompt(self) -> None:
        """The site's own, on the title, with its two values."""
        self.to("#wac-prompt-choice")
        self.write("tide-table")
        self.to("#wac-prompt-what")
        self.press("Home")  # the title
        self.to("#tab-wac-prompts fieldset select")
        self.write("stormy")
        self.to("#tab-wac-prompts fieldset input")
        self.write("12")
        self.to("#tab-wac-prompts button[type=submit]")
        self.desk.model.script(model_stream(["A hundred boats in the storm"]))
        self.press("Enter")
        self.take()

    def apply_a_suggestion(self) -> None:
        self.to("#tab-wac-suggestions button")
        self.panel.answers(FOUND)
        self.press("Enter")
        self.page.get_by_role("button", name="Apply: A livelier title.").wait_for(timeout=40_000)
        self.to("[aria-label='Apply: A livelier title.']")
        self.press("Enter")
        self.take()

    def dismiss_a_suggestion(self) -> None:
        self.to("[aria-label^='Dismiss:']")
        self.press("Enter")
        self.page.get_by_text("Dismissed. It does not come again").wait_for()

    def generate(self, text: str) -> None:
        """Into a text of the form, after a look at what is sent."""
        self.to("#wac-write-what")
        self.write(text)
        self.to("#wac-write-brief")
        self.write("Say it in five words.")
        self.to("#tab-wac-generate summary")
        self.press("Enter")
        self.page.locator("#tab-wac-generate .wac-egress").wait_for()
        self.to("#tab-wac-generate button[type=submit]")
        self.desk.model.script(model_stream(["Five words of an AI."]))
        self.press("Enter")
        self.take()


@pytest.mark.parametrize("place", [nested, created, snippet])
def test_each_tab_by_keyboard_alone(desk: Desk, window: Page, place: Callable[[Desk], tuple[str, str]]) -> None:
    desk.site.run(PROMPT)
    address, text = place(desk)
    hands = Hands(desk, window, address)
    if place is created:
        window.locator("[name=standfirst]").fill("A clock that nobody winds.")

    hands.open_panel()
    hands.turn_to("Prompts")
    hands.use_a_prompt()
    hands.has_title("A hundred boats in the storm")
    assert "In a stormy mood, 12 words." in str(desk.model.calls[-1].body["messages"])

    hands.to("#tab-label-wac-prompts", back=True)
    hands.turn_to("Suggestions")
    hands.apply_a_suggestion()
    hands.has_title("A hundred and eight boats")
    hands.to("#tab-label-wac-suggestions", back=True)
    hands.dismiss_a_suggestion()

    hands.to("#tab-label-wac-suggestions", back=True)
    hands.turn_to("Activity")
    hands.turn_to("Generate", "Home")
    hands.generate(text)
    written = "(document.activeElement.value ?? document.activeElement.textContent)"
    hands.panel.has_focus(f"{written}.includes('Five words')")
