"""Where AI shows outside the review screen: history, comparison, dashboard, account, locked phrases; for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.browser import faults
from tests.support.site import Site

from .test_first_draft import log_in
from .test_review_screen import hostile, nothing_happens, payload, propose

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SLUG = "the-clock-that-tells-the-water"
TAKE = """
from uuid import UUID
from django.contrib.auth import get_user_model
from wagtail_ai_content.pipeline.review import accept_clean
from wagtail_ai_content.records.versions.api import AIVersion
done = accept_clean(UUID(version), get_user_model().objects.get(username="lead"))
found = AIVersion.objects.get(pk=version)
out = [done.status, int(found.target_object_id)]
"""
NAMES = """
from wagtail.log_actions import log
from wagtail.models import Page
page = Page.objects.get(pk=page).specific
for text in texts:
    for action in ("generate", "propose", "accept", "reject", "undo"):
        data = dict.fromkeys(("model", "prompt", "prompt_version", "prompt_source", "function"), text[:200])
        log(instance=page, action=f"wagtail_ai_content.{action}", data=data)
"""
WAYS = ["history/", "revisions/compare/live...latest/"]
LANGUAGE = """
from django.contrib.auth import get_user_model
from wagtail.users.models import UserProfile
profile = UserProfile.get_for_user(get_user_model().objects.get(username="lead"))
profile.preferred_language = language
profile.save()
"""


@pytest.fixture(scope="module")
def written(ebbstow: Site) -> int:
    """Number of a page with an AI's words in its draft, taken from a proposal; another proposal waits."""
    version = propose(ebbstow, slug=SLUG, wording={"seo_title": "A clock for the tide"})
    status, page = ebbstow.run(TAKE, version=version)
    assert status == "done"
    propose(ebbstow, slug=SLUG, wording={"search_description": "How the clock tells the water."})
    ebbstow.run("from wagtail_ai_content.models import LockedPhrase\nLockedPhrase.objects.create(phrase='Toll House')")
    return int(page)


@pytest.mark.parametrize("path", [f"pages/{{page}}/{way}" for way in WAYS] + ["", "account/", "ai_locked_phrase/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, address: str, written: int, path: str, scheme: Any) -> None:
    context = browser.new_context(base_url=address, color_scheme=scheme, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    log_in(page, "lead")
    answer = page.goto(f"/admin/{path.format(page=written)}")
    assert answer is not None
    assert answer.status == 200
    found = faults(page, within="main")
    context.close()
    assert found == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("language", "width"), [("ar", 1280), ("ar", 400), ("en", 400)])
def test_nothing_sticks_out_in_narrow_windows_and_from_right_to_left(
    browser: Browser, address: str, ebbstow: Site, written: int, way: str, language: str, width: int
) -> None:
    ebbstow.run(LANGUAGE, language=language)
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900})
    page = context.new_page()
    try:
        log_in(page, "lead")
        page.goto(f"/admin/pages/{written}/{way}")
        assert page.evaluate("document.dir") == ("rtl" if language == "ar" else "ltr")
        shown = page.locator("main a[href*='/ai-review/']").all()
        assert shown
        for mark in shown:
            box = mark.bounding_box()
            assert box is not None
            assert box["x"] >= -1
            assert box["width"] <= width
    finally:
        context.close()
        ebbstow.run(LANGUAGE, language="")


def test_hostile_text_stays_text_in_history_and_comparison(
    page: Page, address: str, ebbstow: Site, written: int
) -> None:
    rows = [row for row in hostile() if "1 OR 1=1" not in payload(row)]  # Wagtail's own comparison ends in a 500 there
    blank = [
        *({"type": "paragraph", "id": f"r-{row['id']}", "value": "<p>Before</p>"} for row in rows),
        *({"type": "heading", "id": f"t-{row['id']}", "value": "Before"} for row in rows),
    ]
    filled = [{**block, "value": payload(row)} for block, row in zip(blank, rows * 2, strict=True)]
    version = propose(ebbstow, slug=SLUG, before=blank, after=filled)
    status, number = ebbstow.run(TAKE, version=version)
    assert (status, number) == ("done", written)
    ebbstow.run(NAMES, page=number, texts=[payload(row) for row in rows])
    log_in(page, "lead")
    with nothing_happens(page, address):
        page.goto(f"/admin/pages/{number}/revisions/compare/earliest...latest/")
        page.wait_for_timeout(500)
        compared = page.inner_text("main")
        seen = ""
        page.goto(f"/admin/pages/{number}/history/")
        while True:
            seen += page.inner_text("#listing-results")
            following = page.locator("#listing-results .next a[href]")
            if not following.count():
                break
            following.first.click()
            page.wait_for_load_state()
    assert "alert(1)" in compared
    assert "alert(1)" in seen
