"""Whatever goes wrong while AI writes: it is said, the old text stands, and the editor goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.support.sse import model_stream

from .assisting import AssistedPage, assisted
from .conftest import Desk

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "paper-from-the-marsh"
LIMIT = """
from wagtail_ai_content.models import Tier
tier = Tier.objects.get(is_default=True)
tier.requests_per_day, tier.contact = most, "Ask the newsroom." if most == 0 else ""
tier.save()
"""
LOCK = """
from django.contrib.auth import get_user_model
from wagtail.models import Page
lead = get_user_model().objects.get(username="lead")
Page.objects.filter(slug=slug).update(locked=locked, locked_by=lead if locked else None)
"""
PROMPT = """
from wagtail_ai_content.models import PromptTemplate
PromptTemplate.objects.update_or_create(function="assist", name="at-the-tide", defaults={
    "live": True, "body": "{# user #}\\nBe {{ mood }} for {{ days }} days.\\n{{ text|fenced('text') }}",
    "variables": [{"name": "mood", "type": "choice", "required": True, "choices": ["calm", "stormy"]},
                  {"name": "days", "type": "number", "required": True}]})
"""
NO_PROMPT = (
    'from wagtail_ai_content.models import PromptTemplate\nPromptTemplate.objects.filter(name="at-the-tide").delete()'
)
ASK = """(path) => {
    document.dispatchEvent(new CustomEvent('wac-assist:ask', { detail: { path, action: 'improve' } }));
}"""
INSERT = """([id, blocks]) => {
    const usual = { type: 'unstyled', depth: 0, inlineStyleRanges: [], entityRanges: [] };
    const whole = (block, number) => ({ ...usual, key: `k${number}`, ...block });
    document.getElementById('body-root').rootBlock.insert(
        { type: 'paragraph', id, value: JSON.stringify({ blocks: blocks.map(whole), entityMap: {} }) }, 0);
}"""
BLOCK = "00000000-0000-4000-8000-00000000000b"


def failure(page: AssistedPage, *, asked: bool = True) -> str:
    """What the card says of it; closed, it leaves the text as it was."""
    before = page.page.locator("[name=standfirst]").input_value()
    if asked:
        page.ask("standfirst", "Improve")
    page.page.locator(".wac-card:is([data-state=failed], [data-state=final])").wait_for(timeout=60_000)
    said = page.card.get_by_role("status").inner_text()
    page.press("Close")
    assert page.page.locator("[name=standfirst]").input_value() == before
    assert page.states[-2:] == ["failed", "discarded"]
    return said


def test_each_failure_says_what_to_do_and_then_the_editor_goes_on(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    said: dict[str, str] = {}

    def fails(name: str, *entries: dict[str, Any]) -> None:
        page.model.reset()
        page.model.script(*entries)
        said[name] = failure(page)

    fails("limit", *[{"status": 429, "headers": {"Retry-After": "1"}, "body": "{}"}] * 4)
    fails("key", *[{"status": 401, "body": "{}"}] * 4)
    fails("page", *[{"status": 200, "headers": {"Content-Type": "text/html"}, "body": "<html>no</html>"}] * 4)
    fails("cut", *[model_stream(["Half of ", "a text"], cut=True)] * 4)
    fails("refused", *[model_stream(["I would rather "], reason="content_filter")] * 4)
    page.model.reset()
    desk.site.run(LIMIT, most=0)
    said["quota"] = failure(page)
    desk.site.run(LIMIT, most=None)
    desk.site.run(LOCK, slug=SLUG, locked=True)
    said["locked"] = failure(page)
    desk.site.run(LOCK, slug=SLUG, locked=False)
    assert page.model.calls == []

    for name, words in {
        "limit": "too many requests", "key": "not set up", "page": "", "cut": "middle", "refused": "declined",
        "quota": "Ask the newsroom.", "locked": "locked",
    }.items():  # fmt: skip
        assert words in said[name], said
        assert len(said[name]) > 20
        assert "Traceback" not in said[name]
    page.says("Words that came after all.")
    page.ask("standfirst", "Improve")
    page.wait_for("whole")
    page.press("Use this text")
    assert window.locator("[name=standfirst]").input_value() == "Words that came after all."


def test_where_nothing_may_be_asked_the_reason_is_said(desk: Desk, window: Page) -> None:
    number = desk.site.run("from wagtail.models import Page\nout = Page.objects.get(slug=slug).pk", slug=SLUG)
    desk.site.run(LOCK, slug=SLUG, locked=True)
    try:
        window.goto(f"/admin/pages/{number}/edit/")
        window.locator("[data-controller~=wac-assist]").wait_for(state="attached")
        window.evaluate(ASK, "standfirst")
        window.locator(".messages").get_by_text("This page is locked, so AI may not change it.").wait_for()
        expect(window.locator(".wac-ask")).to_have_count(0)
    finally:
        desk.site.run(LOCK, slug=SLUG, locked=False)


def test_a_prompt_asks_for_its_values_and_one_that_is_gone_is_told(desk: Desk, window: Page) -> None:
    desk.site.run(PROMPT)
    page = assisted(desk, window, SLUG)
    page.button("standfirst").focus()
    window.keyboard.press("Enter")
    page.menu.get_by_role("menuitem", name="at-the-tide").focus()
    window.keyboard.press("Enter")
    window.wait_for_function("document.activeElement.tagName === 'SELECT'")
    page.menu.get_by_label("mood").select_option("stormy")
    window.keyboard.press("Control+Enter")
    assert page.menu.get_by_label("days").evaluate("(input) => input.matches(':invalid')")
    page.menu.get_by_label("days").fill("3")
    page.says("Three stormy days.")
    window.keyboard.press("Control+Enter")
    page.wait_for("whole")
    assert "Be stormy for 3 days." in str(page.model.calls[-1].body["messages"])
    page.press("Close")

    page.button("standfirst").click()
    page.choose("at-the-tide")
    page.menu.get_by_label("mood").select_option("calm")
    page.menu.get_by_label("days").fill("1")
    desk.site.run(NO_PROMPT)
    page.menu.get_by_label("days").press("Control+Enter")
    assert "at-the-tide" in failure(page, asked=False)


def test_what_nobody_would_ask_ends_in_a_clear_state(desk: Desk, window: Page) -> None:
    page = assisted(desk, window, SLUG)
    page.says("Once only.")
    window.evaluate(f"(path) => [1, 2].forEach(() => ({ASK})(path))", "standfirst")
    page.wait_for("whole")
    assert (page.card.count(), len(page.model.calls)) == (1, 1)
    page.button("standfirst").evaluate("(button) => button.click()")
    expect(page.menu).to_be_hidden()
    assert page.card.evaluate("(card) => card === document.activeElement")
    page.press("Close")

    long = [{"text": "word " * 1000} for _ in range(30)]
    window.evaluate(INSERT, [BLOCK, long])
    page.button(f"body.{BLOCK}").wait_for()
    before = page.raw(f"body.{BLOCK}")
    page.ask(f"body.{BLOCK}", "Improve")
    window.locator(".wac-card[data-state=final]").wait_for(timeout=60_000)
    assert "150000" in page.card.get_by_role("status").inner_text().replace(",", "")
    page.press("Close")
    assert page.raw(f"body.{BLOCK}") == before
