"""The notice and the conflicts as they look: in the dark, on small screens, right to left, and by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.site import until

from .conftest import Desk, open_page, text_of, wait_until_watched

if TYPE_CHECKING:
    from playwright.sync_api import Page

SLUG = "one-hundred-and-eight-small-boats"
HOSTILE = '<img src=x onerror="window.hit = true"><script>window.hit = true</script> & more'
PREFER = """
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile
profile = UserProfile.get_for_user(get_user_model().objects.get(username="editor"))
profile.theme, profile.preferred_language = theme, language
profile.save()
"""
SERIOUS = """async () => {
    const found = await axe.run('.wac-notice, .wac-conflict');
    return found.violations.filter((each) => ['serious', 'critical'].includes(each.impact)).map((each) => each.id);
}"""


@pytest.mark.parametrize(
    ("theme", "language", "width"), [("dark", "en", 1400), ("light", "en", 400), ("light", "ar", 1200)]
)
def test_nothing_is_cut_off_or_hard_to_read(desk: Desk, window: Page, theme: str, language: str, width: int) -> None:
    desk.site.run(PREFER, theme=theme, language=language)
    window.set_viewport_size({"width": width, "height": 800})
    opened = open_page(desk, window, SLUG)
    quote = desk.block(SLUG, "quote")
    window.locator(f"[data-contentpath='{quote}'] textarea").first.fill(
        f"Mine in {theme} {language} {width}. {HOSTILE}"
    )
    desk.propose(SLUG, {f"body.{quote}.text": f"The AI's in {theme} {language} {width}. {HOSTILE}", "title": "Boats"})
    opened.told()
    opened.notice.locator("button:visible").first.click()
    opened.conflict.wait_for()
    opened.notice.locator(".wac-notice-places button").click()
    assert window.evaluate("document.activeElement.matches('.wac-conflict')")
    assert window.evaluate(SERIOUS) == []
    assert window.evaluate("document.documentElement.scrollWidth") == width
    for part in (opened.notice, opened.conflict):
        box = part.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
    assert HOSTILE in opened.conflict.inner_text()
    assert window.evaluate("window.hit") is None
    desk.site.run(PREFER, theme="light", language="en")


def test_all_of_it_by_keyboard(desk: Desk, window: Page) -> None:
    slug = "the-weather-every-day-since-1841"
    opened = open_page(desk, window, slug)
    quote = desk.block(slug, "quote")
    window.locator(f"[data-contentpath='{quote}'] textarea").first.fill("Mine.")
    desk.propose(slug, {f"body.{quote}.text": "The AI's.", "title": "Weather"})
    opened.told()
    opened.notice.get_by_role("button", name="Take them in").focus()
    window.keyboard.press("Enter")
    window.locator(".wac-notice[data-state=taken]").wait_for()
    focused = "document.activeElement.textContent.trim()"
    assert window.evaluate(focused) == "Take out again"
    window.keyboard.press("Shift+Tab")
    assert window.evaluate(focused) == "Body: Quote: Text"
    window.keyboard.press("Enter")
    window.keyboard.press("Tab")
    assert window.evaluate(focused) == "Keep mine"
    window.keyboard.press("Tab")
    window.keyboard.press("Enter")
    assert window.evaluate(focused) == "Use AI’s"
    assert "Yours is kept here." in opened.conflict.get_by_role("status").inner_text()
    until(lambda: text_of(desk.latest(slug), quote)["text"] == "The AI's.", seconds=20, what="the choice to be saved")


def test_a_snippet_is_told_and_takes_it_in(desk: Desk, window: Page) -> None:
    desk.site.run(
        """
from django.contrib.auth import get_user_model
user = get_user_model().objects.get(username="editor")
user.is_superuser = True
user.save()
"""
    )
    number = desk.site.run("from world.models import Notice\nout = Notice.objects.first().pk")
    window.goto(f"/admin/snippets/world/notice/edit/{number}/")
    window.locator(".wac-notice").wait_for(state="attached")
    wait_until_watched(window)
    desk.site.run(
        """
from world.models import Notice
from tests.support.versions import propose
notice = Notice.objects.get(pk=number)
propose(notice, {"title": "Another title", "body": "<p>Other <b>words</b>.</p>"})
""",
        number=number,
    )
    window.locator(".wac-notice[data-state=arrived]").wait_for(timeout=20_000)
    window.get_by_role("button", name="Take them in").click()
    window.locator(".wac-notice[data-state=taken]").wait_for()
    look = "from world.models import Notice\nout = Notice.objects.get(pk=number).get_latest_revision().content"
    saved = until(
        lambda: (found := desk.site.run(look, number=number))["title"] == "Another title" and found,
        seconds=20,
        what="a save with the AI's title",
    )
    assert "Other <b>words</b>." in saved["body"]
