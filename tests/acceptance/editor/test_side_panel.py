"""The AI side panel in a real browser: each tab by mouse and by keyboard, on pages old and new and on snippets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import faults, listen
from tests.support.openai_answers import chat
from tests.support.site import until
from tests.support.sse import model_stream

from .conftest import Desk, wait_until_watched

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SLUG = "one-hundred-and-eight-small-boats"
NUMBER = "from wagtail.models import Page\nout = Page.objects.get(slug=slug).pk"
PROMPT = """
from wagtail_ai_content.models import PromptTemplate
PromptTemplate.objects.update_or_create(function="meta", name="tide-table", defaults={
    "live": True, "body": "{# user #}\\nIn a {{ mood }} mood, {{ words }} words.\\n{{ text|fenced('page_text') }}",
    "variables": [{"name": "mood", "type": "choice", "required": True, "choices": ["calm", "stormy"]},
                  {"name": "words", "type": "number", "required": True}]})
"""
LAST = """
from wagtail_ai_content.models import Job
job = Job.objects.first()
out = {"function": job.function, "status": job.status, "params": job.params, "outcome": job.outcome}
"""
DISMISSED = """
from wagtail_ai_content.models import DismissedSuggestion
out = DismissedSuggestion.objects.filter(object_id=number).count()
"""
PREFER = """
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile
profile = UserProfile.get_for_user(get_user_model().objects.get(username="editor"))
profile.theme, profile.preferred_language = theme, language
profile.save()
"""
META = {"seo_title": "Small boats by candlelight", "search_description": "A regatta of candle boats.", "note": ""}
FOUND = {
    "suggestions": [
        {"id": "t1", "kind": "tone", "message": "A livelier title.", "replacement": "A hundred and eight boats"},
        {"id": "t2", "kind": "clarity", "message": "Say which harbour.", "replacement": ""},
    ],
    "note": "",
}
NARROW = 400


class Panel:
    """The panel of the editor at an address."""

    def __init__(self, desk: Desk, page: Page, address: str) -> None:
        self.desk, self.page = desk, page
        desk.model.reset()
        page.goto(address)
        page.locator(".wac-ask").first.wait_for()
        wait_until_watched(page)

    def open(self, tab: str) -> Locator:
        """The tab, loaded; the panel is opened if it is not."""
        toggle = self.page.get_by_role("button", name="Toggle AI", exact=True)
        if toggle.get_attribute("aria-expanded") != "true":
            toggle.click()
        self.page.get_by_role("tab", name=tab, exact=True).click()
        return self.loaded(tab)

    def loaded(self, tab: str) -> Locator:
        found = self.page.get_by_role("tabpanel", name=tab, exact=True)
        found.locator(".wac-panel-body").wait_for()
        return found

    def answers(self, reply: Any) -> None:
        """The model's next answer, in one piece, as for all that has a form."""
        self.desk.model.script({"body": json.dumps(chat({}, text=json.dumps(reply)))})

    def work(self) -> None:
        done = self.desk.site.manage("ai_worker", "--once")
        assert done.returncode == 0, done.stderr

    def last_job(self) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.site.run(LAST)
        return found

    def has_focus(self, condition: str) -> None:
        self.page.wait_for_function(condition, timeout=5_000)

    @property
    def focused(self) -> str:
        found: str = self.page.evaluate("document.activeElement.textContent.trim() || document.activeElement.name")
        return found


def panel_at(desk: Desk, window: Page, slug: str = SLUG) -> Panel:
    return Panel(desk, window, f"/admin/pages/{desk.site.run(NUMBER, slug=slug)}/edit/")


def test_the_whole_page_is_written_and_what_was_shown_is_what_was_sent(desk: Desk, window: Page) -> None:
    noise = listen(window, site=desk.address)
    panel = panel_at(desk, window)
    generate = panel.open("Generate")
    generate.get_by_label("What is to be written?").select_option(label="Write the search texts")
    generate.get_by_label("Brief").fill("Mention the candles.")
    generate.get_by_text("What will be sent?").click()
    generate.locator(".wac-egress").wait_for()
    shown = generate.locator(".wac-egress-part pre").evaluate_all("found => found.map((each) => each.textContent)")
    assert "Left out, because it is private: Desk notes." in generate.inner_text()
    expect(generate.locator("mark.wac-stretch--yours", has_text="Mention the candles.")).to_have_count(1)
    panel.answers(META)
    generate.get_by_role("button", name="Generate with AI").click()
    button = generate.get_by_role("button", name="Working…")
    button.wait_for()
    assert button.is_disabled()
    expect(generate.locator("form[aria-busy=true]")).to_have_count(1)
    generate.get_by_text("Waiting for a worker").wait_for()
    panel.work()
    generate.get_by_text("Written as a new draft").wait_for()
    assert generate.get_by_role("button", name="Generate with AI").is_enabled()
    sent = desk.model.calls[-1].body["messages"]
    assert [message["content"] for message in sent] == shown
    window.locator(".wac-notice[data-state=arrived]").wait_for(timeout=3_000)
    take = window.get_by_role("button", name="Take them in")
    take.click()  # nothing of the panel is in front of it
    window.locator(".wac-notice[data-state=taken]").wait_for()
    assert noise == []


def test_a_request_can_be_cancelled(desk: Desk, window: Page) -> None:
    panel = panel_at(desk, window)
    generate = panel.open("Generate")
    generate.get_by_role("button", name="Generate with AI").click()
    generate.get_by_text("Waiting for a worker").wait_for()
    assert panel.focused == "Cancel"
    window.keyboard.press("Enter")
    generate.get_by_text("Cancelled. Nothing was changed.").wait_for()
    until(lambda: panel.last_job()["status"] == "cancelled", seconds=5, what="the job to be cancelled")
    assert panel.focused == "Generate with AI"


def test_an_error_is_told_and_can_be_tried_again(desk: Desk, window: Page) -> None:
    panel = panel_at(desk, window)
    generate = panel.open("Generate")
    generate.get_by_label("What is to be written?").select_option(label="Write the search texts")
    desk.model.script({"status": 401, "body": '{"error": {"message": "no"}}'})
    generate.get_by_role("button", name="Generate with AI").click()
    generate.get_by_text("Waiting for a worker").wait_for()
    panel.work()
    generate.locator(".wac-outcome[data-state=error]").wait_for()
    assert generate.get_by_role("button", name="Generate with AI").is_enabled()


def test_a_page_being_created_is_saved_first_and_the_panel_stays(desk: Desk, window: Page) -> None:
    section = desk.site.run(NUMBER, slug="almanac")
    panel = Panel(desk, window, f"/admin/pages/add/world/storypage/{section}/")
    generate = panel.open("Generate")
    assert "has not been saved yet" in generate.inner_text()
    window.locator("[name=title]").fill("The lamp room")
    window.locator("[name=summary]").fill("Four lamps and a clock that nobody winds.")
    generate.get_by_label("What is to be written?").select_option(label="Write the search texts")
    generate.get_by_label("Brief").fill("Mention the lamps.")
    panel.answers(META)
    generate.get_by_role("button", name="Generate with AI").click()
    generate.get_by_text("Waiting for a worker").wait_for(timeout=15_000)
    window.wait_for_url("**/edit/")
    assert generate.get_by_label("Brief").input_value() == "Mention the lamps."
    assert "has not been saved yet" not in generate.inner_text()
    panel.work()
    generate.get_by_text("Written as a new draft").wait_for()
    assert panel.last_job()["outcome"] == "revision"
    activity = panel.open("Activity")
    activity.get_by_text("Write the search texts").first.wait_for()


def test_autosave_leaves_the_panel_alone(desk: Desk, window: Page) -> None:
    panel = panel_at(desk, window, "paper-from-the-marsh")
    generate = panel.open("Generate")
    generate.get_by_label("Brief").fill("Half a thought")
    window.locator("[name=standfirst]").press("End")
    window.locator("[name=standfirst]").press_sequentially(" And so on.", delay=20)
    window.locator("#w-autosave-indicator[data-w-autosave-state-value=saved]").wait_for()
    assert generate.get_by_label("Brief").input_value() == "Half a thought"


def test_one_text_comes_at_its_place_in_the_form(desk: Desk, window: Page) -> None:
    panel = panel_at(desk, window, "paper-from-the-marsh")
    generate = panel.open("Generate")
    what = generate.get_by_label("What is to be written?")
    what.focus()
    what.select_option("text:standfirst")
    generate.get_by_role("button", name="Generate with AI").click()
    assert "Say first what is to be written." in generate.inner_text()
    generate.get_by_label("Brief").fill("Say how thin it is.")
    desk.model.script(model_stream(["Paper as thin as a wing."]))
    generate.get_by_role("button", name="Generate with AI").click()
    card = window.locator(".wac-card")
    card.get_by_text("Paper as thin as a wing.").wait_for(timeout=40_000)
    assert card.evaluate("card => card.closest('[data-contentpath]').dataset.contentpath") == "standfirst"


def test_prompts_of_the_site_with_their_values(desk: Desk, window: Page) -> None:
    desk.site.run(PROMPT)
    panel = panel_at(desk, window)
    prompts = panel.open("Prompts")
    prompts.get_by_label("Prompt", exact=True).select_option(label="tide-table · Write the search texts")
    prompts.get_by_label("Mood").select_option("stormy")
    prompts.get_by_role("button", name="Run").click()
    prompts.get_by_text("Words: This field is required.").wait_for()
    prompts.get_by_label("Words").fill("12")
    prompts.get_by_text("What will be sent?").click()
    prompts.locator(".wac-egress").wait_for()
    assert "In a stormy mood, 12 words." in prompts.locator("pre").first.text_content()
    panel.answers(META)
    prompts.get_by_role("button", name="Run").click()
    prompts.get_by_text("Waiting for a worker").wait_for()
    assert panel.last_job()["params"]["variables"] == {"mood": "stormy", "words": 12}
    panel.work()
    prompts.locator(".wac-outcome[data-state=done]").wait_for()


def test_suggestions_are_shown_applied_and_dismissed(desk: Desk, window: Page) -> None:
    panel = panel_at(desk, window)
    tab = panel.open("Suggestions")
    panel.answers(FOUND)
    tab.get_by_role("button", name="Look for suggestions").click()
    tab.get_by_text("A livelier title.").first.wait_for(timeout=40_000)
    tab.get_by_role("button", name="Show: Say which harbour.").click()
    window.wait_for_function("document.activeElement.name === 'standfirst'")
    tab.get_by_role("button", name="Apply: A livelier title.").click()
    window.locator(".wac-card").wait_for()
    window.locator(".wac-card").get_by_role("button", name="Use this text").or_(
        window.locator(".wac-card").get_by_role("button", name="Accept all")
    ).first.click()
    until(
        lambda: window.locator("[name=title]").input_value() == "A hundred and eight boats", seconds=5, what="the title"
    )
    tab.get_by_text("Put into the form.").wait_for()
    tab.get_by_role("button", name="Dismiss: Say which harbour.").click()
    tab.get_by_text("Dismissed. It does not come again").wait_for()
    expect(tab.locator("li")).to_have_count(0)
    panel.answers(FOUND)
    tab.get_by_role("button", name="Look again").click()
    tab.get_by_text("1 that you dismissed is not shown.").wait_for(timeout=40_000)
    expect(tab.get_by_text("Say which harbour.")).to_have_count(0)


def test_what_is_dismissed_before_the_first_save_is_remembered_after_it(desk: Desk, window: Page) -> None:
    section = desk.site.run(NUMBER, slug="almanac")
    panel = Panel(desk, window, f"/admin/pages/add/world/storypage/{section}/")
    window.locator("[name=summary]").fill("A clock that nobody winds.")
    tab = panel.open("Suggestions")
    found = {"suggestions": [{"id": "t1", "kind": "clarity", "message": "Which clock?", "replacement": ""}], "note": ""}
    panel.answers(found)
    tab.get_by_role("button", name="Look for suggestions").click()
    tab.get_by_role("button", name="Dismiss: Which clock?").click(timeout=40_000)
    tab.get_by_text("Dismissed.").wait_for()
    window.locator("[name=title]").press_sequentially("The clock", delay=20)
    window.locator("[name=title]").press("Tab")
    window.wait_for_function("location.pathname.endsWith('/edit/')", timeout=20_000)
    number = window.evaluate("location.pathname").split("/")[-3]
    until(lambda: desk.site.run(DISMISSED, number=number) == 1, seconds=10, what="the dismissal to be remembered")


def test_who_wrote_the_block_that_has_the_focus(desk: Desk, window: Page) -> None:
    slug = "the-weather-every-day-since-1841"
    quote = desk.block(slug, "quote")
    desk.model.reset()
    desk.rewrite(slug, f"body.{quote}.text", "Words that the worker wrote.")
    panel = panel_at(desk, window, slug)
    activity = panel.open("Activity")
    window.locator(f"[data-contentpath='{quote}'] textarea").first.focus()
    shown = activity.locator(".wac-part:visible")
    assert "AI-generated" in shown.inner_text()
    assert "openai/test-model" in shown.inner_text() or "test-model" in shown.inner_text()
    window.locator("[name=title]").focus()
    assert "Written by people" in activity.locator(".wac-part:visible").inner_text()


def test_a_snippet_has_the_panel_too(desk: Desk, window: Page) -> None:
    desk.site.run("""
from django.contrib.auth import get_user_model
get_user_model().objects.filter(username="editor").update(is_superuser=True)
""")
    number = desk.site.run("from world.models import Notice\nout = Notice.objects.first().pk")
    panel = Panel(desk, window, f"/admin/snippets/world/notice/edit/{number}/")
    generate = panel.open("Generate")
    what = generate.get_by_label("What is to be written?")
    assert "page" not in what.inner_text()
    what.select_option("text:title")
    generate.get_by_label("Brief").fill("Shout.")
    desk.model.script(model_stream(["FERRY OFF"]))
    generate.get_by_role("button", name="Generate with AI").click()
    window.locator(".wac-card").get_by_text("FERRY OFF").wait_for(timeout=40_000)
    assert "Nobody has asked AI" not in panel.open("Activity").inner_text()


@pytest.mark.parametrize(
    ("theme", "language", "width"),
    [("light", "en", 1400), ("dark", "en", 1400), ("dark", "en", NARROW), ("light", "ar", 1200)],
)
def test_nothing_is_cut_off_or_hard_to_read(desk: Desk, window: Page, theme: str, language: str, width: int) -> None:
    desk.site.run(PREFER, theme=theme, language=language)
    try:
        window.set_viewport_size({"width": width, "height": 900})
        panel = panel_at(desk, window)
        window.locator("[data-side-panel-toggle=ai]").click()
        for name in ("generate", "prompts", "suggestions", "activity"):
            window.locator(f"#tab-label-wac-{name}").click()
            tab = window.locator(f"#tab-wac-{name}")
            tab.locator(".wac-panel-body").wait_for()
            if tab.locator(".wac-look").count():
                tab.locator(".wac-look summary").first.click()
                tab.locator(".wac-egress, .wac-look .wac-panel-note").first.wait_for()
            assert faults(window, within="[data-side-panel=ai]") == [], name
            assert tab.evaluate("each => each.scrollWidth <= each.clientWidth + 1"), name
        assert window.evaluate("document.documentElement.scrollWidth") == width
        assert panel.page is window
    finally:
        desk.site.run(PREFER, theme="light", language="en")
