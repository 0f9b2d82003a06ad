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


@pytest.mark.parametrize("place", [nested, created, snippet])
def test_each_tab_by_keyboard_alone(desk: Desk, window: Page, place: Callable[[Desk], tuple[str, str]]) -> None:
    desk.site.run(PROMPT)
    address, text = place(desk)
    panel = Panel(desk, window, address)
    press, write = window.keyboard.press, window.keyboard.type
    title = window.locator("[name=title]")
    if place is created:
        window.locator("[name=standfirst]").fill("A clock that nobody winds.")

    def take() -> None:
        """What the model wrote; the focus is in its field then."""
        window.locator(READY).wait_for(timeout=40_000)
        panel.has_focus("document.activeElement.closest('.wac-card')")
        press("Control+Enter")
        expect(window.locator(".wac-card")).to_have_count(0)

    def turn_to(name: str, key: str = "ArrowRight") -> None:
        press(key)
        panel.loaded(name)
        panel.has_focus(f"document.activeElement.id === 'tab-label-wac-{name.lower()}'")

    window.get_by_role("button", name="Toggle AI", exact=True).focus()
    press("Enter")
    panel.loaded("Generate")
    tab_to(window, "#tab-label-wac-generate")
    turn_to("Prompts")
    tab_to(window, "#wac-prompt-choice")
    write("tide-table")
    tab_to(window, "#wac-prompt-what")
    press("Home")  # the title
    tab_to(window, "#tab-wac-prompts fieldset select")
    write("stormy")
    tab_to(window, "#tab-wac-prompts fieldset input")
    write("12")
    tab_to(window, "#tab-wac-prompts button[type=submit]")
    desk.model.script(model_stream(["A hundred boats in the storm"]))
    press("Enter")
    take()
    expect(title).to_have_value("A hundred boats in the storm")
    assert "In a stormy mood, 12 words." in str(desk.model.calls[-1].body["messages"])

    tab_to(window, "#tab-label-wac-prompts", back=True)
    turn_to("Suggestions")
    tab_to(window, "#tab-wac-suggestions button")
    panel.answers(FOUND)
    press("Enter")
    window.get_by_role("button", name="Apply: A livelier title.").wait_for(timeout=40_000)
    tab_to(window, "[aria-label='Apply: A livelier title.']")
    press("Enter")
    take()
    expect(title).to_have_value("A hundred and eight boats")
    tab_to(window, "#tab-label-wac-suggestions", back=True)
    tab_to(window, "[aria-label^='Dismiss:']")
    press("Enter")
    window.get_by_text("Dismissed. It does not come again").wait_for()

    tab_to(window, "#tab-label-wac-suggestions", back=True)
    turn_to("Activity")
    turn_to("Generate", "Home")
    tab_to(window, "#wac-write-what")
    write(text)
    tab_to(window, "#wac-write-brief")
    write("Say it in five words.")
    tab_to(window, "#tab-wac-generate summary")
    press("Enter")
    window.locator("#tab-wac-generate .wac-egress").wait_for()
    tab_to(window, "#tab-wac-generate button[type=submit]")
    desk.model.script(model_stream(["Five words of an AI."]))
    press("Enter")
    take()
    panel.has_focus("(document.activeElement.value ?? document.activeElement.textContent).includes('Five words')")
