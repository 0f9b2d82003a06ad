"""Under a strict content security policy every screen works, and nothing of this app is what the browser objects to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.site import Site

from .test_ai_screens import TAKE
from .test_first_draft import log_in
from .test_review_screen import propose

if TYPE_CHECKING:
    from playwright.sync_api import Page

WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
    const element = event.target instanceof Element ? event.target : null;
    window.violations.push({
        directive: event.effectiveDirective, source: event.sourceFile, sample: event.sample, blocked: event.blockedURI,
        enforced: event.disposition === 'enforce', element: element ? element.outerHTML.slice(0, 300) : '',
        ours: Boolean(element && element.closest('[class*="wac-"], [id^="wac-"], [data-controller*="wac-"]')),
    });
});
"""
MISTAKES = """
() => {
    const mistaken = document.createElement('div');
    mistaken.className = 'wac-mistake';
    document.querySelector('main').append(mistaken);
    mistaken.innerHTML = '<p style="color: red">Red</p>';
    const script = document.createElement('script');
    script.textContent = 'window.ran = true;';
    mistaken.append(script);
}
"""
OURS = ("wagtail_ai_content", "wac-")
PROMPT = """
from wagtail_ai_content.models import PromptTemplate
prompt = PromptTemplate(name="House style", function="title", body="Write about {{ page_title|fenced }}.", live=False)
prompt.save()
prompt.save_revision()
out = prompt.pk
"""


@pytest.fixture(scope="module")
def ebbstow(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The example site behind a strict policy."""
    folder = tmp_path_factory.mktemp("ebbstow")
    shutil.copytree(world, folder, dirs_exist_ok=True)
    settings = {"DJANGO_SETTINGS_MODULE": "tests.support.content_policy"}
    site = Site(folder, database=str(folder / "db.sqlite3"), options={}, **settings)
    yield site
    site.close()


@pytest.fixture(scope="module")
def screens(ebbstow: Site) -> dict[str, str]:
    """Addresses by what is there."""
    version = propose(ebbstow, wording={"seo_title": "A clock for the tide"})
    status, number = ebbstow.run(TAKE, version=version)
    assert status == "done"
    waiting = propose(
        ebbstow,
        wording={"search_description": "How the clock tells the water.", "title": "A clock"},
        fields={
            "alerts": 1,
            "invariants": [{"kind": "number", "change": "changed", "before": "Ten", "after": "Nine", "locked": False}],
        },
    )
    prompt = ebbstow.run(PROMPT)
    return {
        "dashboard": "",
        "list": "ai-review/",
        "version": f"ai-review/{waiting}/",
        "request": f"ai-review/{waiting}/request/",
        "history": f"pages/{number}/history/",
        "comparison": f"pages/{number}/revisions/compare/earliest...latest/",
        "editor": f"pages/{number}/edit/",
        "prompts": "snippets/wagtail_ai_content/prompttemplate/",
        "prompt": f"snippets/wagtail_ai_content/prompttemplate/edit/{prompt}/",
        "phrases": "ai_locked_phrase/",
        "rules": "snippets/wagtail_ai_content/ruleset/add/",
        "moderation": "reports/ai-moderation/",
        "account": "account/",
    }


@pytest.fixture
def watched(page: Page) -> Page:
    """The content lead's window, in which every objection of the browser is written down."""
    page.add_init_script(WATCH)
    log_in(page, "lead")
    return page


def violations(page: Page) -> list[dict[str, Any]]:
    """In the page and in what it frames."""
    return [found for frame in page.frames for found in frame.evaluate("window.violations || []")]


def is_ours(found: dict[str, Any]) -> bool:
    told = (found["source"], found["sample"], found["blocked"], found["element"])
    return bool(found["ours"]) or any(name in text for name in OURS for text in told)


SCREENS = [
    "dashboard", "list", "version", "request", "history", "comparison", "editor", "prompts", "prompt", "phrases",
    "rules", "moderation", "account",
]  # fmt: skip


@pytest.mark.parametrize("screen", SCREENS)
def test_the_browser_objects_to_nothing_of_ours(screen: str, screens: dict[str, str], watched: Page) -> None:
    answer = watched.goto(f"/admin/{screens[screen]}")
    assert answer is not None
    assert answer.status == 200
    assert "sha256-" in answer.headers["content-security-policy"]
    watched.wait_for_load_state("networkidle")
    assert [one for one in violations(watched) if one["enforced"] or is_ours(one)] == []


def test_a_version_is_decided_about_and_its_text_edited(screens: dict[str, str], watched: Page) -> None:
    watched.goto(f"/admin/{screens['version']}")
    watched.wait_for_selector(".wac-review-form--scripted")
    watched.get_by_label("Word by word").check()
    watched.get_by_role("link", name="Edit before accepting").first.click()
    watched.get_by_label("Your wording").wait_for()
    watched.keyboard.press("?")
    watched.wait_for_load_state("networkidle")
    assert [one for one in violations(watched) if one["enforced"] or is_ours(one)] == []


def test_every_panel_beside_the_editor_is_opened(screens: dict[str, str], watched: Page) -> None:
    watched.goto(f"/admin/{screens['editor']}")
    toggles = watched.locator("[data-side-panel-toggle]:visible").all()
    assert len(toggles) > 2
    for toggle in toggles:
        toggle.click()
        watched.wait_for_load_state("networkidle")
    assert [one for one in violations(watched) if one["enforced"] or is_ours(one)] == []


def test_a_prompt_is_previewed(screens: dict[str, str], watched: Page) -> None:
    watched.goto(f"/admin/{screens['prompt']}")
    watched.get_by_role("button", name="Toggle preview").click()
    shown = watched.frame_locator("#w-preview-iframe").locator("body")
    shown.get_by_text("Write about").first.wait_for()
    assert len(watched.frames) > 1
    assert [one for one in violations(watched) if one["enforced"] or is_ours(one)] == []


def test_what_it_should_object_to_is_seen(screens: dict[str, str], watched: Page) -> None:
    watched.goto(f"/admin/{screens['list']}")
    watched.evaluate(MISTAKES)
    watched.wait_for_function("window.violations.length >= 2")
    found = {(one["directive"].partition("-")[0], one["enforced"]) for one in violations(watched) if is_ours(one)}
    assert found == {("style", False), ("script", True)}
