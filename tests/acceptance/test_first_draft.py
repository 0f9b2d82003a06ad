"""The main job as a newcomer meets it: one command, a draft in the background, its mark in the page's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import listen
from tests.support.site import Site

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

ORCHARD = """
from world.models import StoryPage
page = StoryPage.objects.get(slug="the-walled-orchard")
out = {"id": page.pk, "live_body": page.body, "draft_body": page.get_latest_revision_as_object().body}
"""


@pytest.fixture(scope="module")
def drafted(ebbstow: Site) -> int:
    """Number of the page that was blank, once a worker has written a draft of it."""
    asked = ebbstow.manage("ai_generate", "page_text", "long-way-round/the-walled-orchard", "--user", "editor")
    assert asked.returncode == 0, asked.stderr
    worked = ebbstow.manage("ai_worker", "--once")
    assert worked.returncode == 0, worked.stderr
    number: int = ebbstow.run(ORCHARD)["id"]
    return number


def test_the_demonstration_does_its_job_and_ends_with_zero(tmp_path: Path) -> None:
    site = Site(tmp_path, database=str(tmp_path / "db.sqlite3"), options={})
    done = site.manage("demo", "--check", timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    for phase in ("INIT", "PREP", "AI_CALL", "PARSE", "SAVE", "DONE"):
        assert f" {phase} " in done.stdout
    assert "Written as a new draft of “The walled orchard”" in done.stdout
    assert "{+" in done.stdout
    assert "/history/" in done.stdout
    found = site.run(ORCHARD)
    site.close()
    assert found["live_body"] == ""
    assert "<p" in found["draft_body"]


def log_in(page: Page, username: str) -> None:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def test_the_history_tells_what_was_ai_and_leads_to_the_comparison(drafted: int, page: Page, address: str) -> None:
    log_in(page, "lead")
    noise = listen(page, site=address)
    page.goto(f"/admin/pages/{drafted}/history/")
    line = page.locator("tr", has_text="AI draft written by the built-in engine (no language model)")
    expect(line).to_have_count(1)
    assert "Prompt “page_text”, version 2 (built in)" in line.inner_text()
    assert "current draft" in line.inner_text().lower()
    line.get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Compare with current version").or_(
        page.get_by_role("link", name="Compare with previous version")
    ).first.click()
    page.wait_for_url("**/compare/**")
    expect(page.locator(".comparison__child-object, .addition, ins").first).to_be_visible()
    assert noise == []


def test_the_published_page_does_not_show_the_draft(drafted: int, page: Page) -> None:
    page.goto("/long-way-round/the-walled-orchard/")
    assert "black oak" not in page.locator("main").inner_text()


def test_a_prompt_is_checked_when_it_is_saved_and_nothing_typed_is_lost(page: Page) -> None:
    log_in(page, "lead")
    page.goto("/admin/snippets/wagtail_ai_content/prompttemplate/add/")
    page.locator("input[name=name]").fill("Sober titles")
    page.locator("select[name=function]").select_option("title")
    body = page.locator("textarea[name=body]")
    body.fill("{# user #}\nPropose a sober title for:\n{{ txet }}")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_load_state()
    mistake = page.locator(".w-field__errors", has_text="txet").first
    mistake.wait_for()
    assert "line 3" in mistake.inner_text().lower()
    assert "txet" in body.input_value()
    body.fill("{# user #}\nPropose a sober title for:\n{{ text }}")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/edit/**")
    assert "Sober titles" in page.content()
