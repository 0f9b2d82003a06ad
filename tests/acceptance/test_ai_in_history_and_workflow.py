"""What was AI in the history and in comparisons, and a workflow that waits until people have decided about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.browser import listen
from tests.support.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODEL = "the built-in engine (no language model)"
PAGE = "visiting/getting-here"

BEGIN = """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.models import Page, Workflow, WorkflowTask
from wagtail_ai_content.models import AIReviewTask
page = Page.objects.get(slug="getting-here").specific
editor = get_user_model().objects.get(username="editor")
revision = page.get_latest_revision_as_object()
revision.title = "Getting here by hand"
revision.save_revision(user=editor, log_action=True)
task = AIReviewTask.objects.create(name="AI review")
task.groups.add(Group.objects.get(name="Content leads"))
workflow = Workflow.objects.create(name="With AI review")
WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
workflow.workflow_pages.create(page=page)
workflow.start(Page.objects.get(pk=page.pk).specific, editor)
out = page.pk
"""
LIVE = """
from wagtail.models import Page
page = Page.objects.get(slug="getting-here").specific
out = {"title": page.title, "seo_title": page.seo_title, "draft": page.has_unpublished_changes}
"""


@pytest.fixture(scope="module")
def moderated(ebbstow: Site) -> int:
    """Number of a page an AI wrote into, then a person, now in a workflow."""
    asked = ebbstow.manage("ai_generate", "meta", PAGE, "--user", "editor")
    assert asked.returncode == 0, asked.stderr
    worked = ebbstow.manage("ai_worker", "--once")
    assert worked.returncode == 0, worked.stderr
    number: int = ebbstow.run(BEGIN)
    return number


@pytest.fixture
def lead(page: Page, address: str) -> Page:
    page.goto("/admin/login/")
    page.get_by_label("Username").fill("lead")
    page.get_by_label("Password").fill("demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    return page


def test_the_history_has_a_column_and_a_filter_for_ai(moderated: int, lead: Page, address: str) -> None:
    noise = listen(lead, site=address)
    lead.goto(f"/admin/pages/{moderated}/history/")
    lines = lead.locator("#listing-results tbody tr")
    everything = lines.count()
    marked = lines.filter(has=lead.get_by_role("link", name=MODEL))
    expect(marked).to_have_count(1)
    assert "Prompt “meta”, version 1 (built in)" in marked.inner_text()
    lead.goto(f"/admin/pages/{moderated}/history/?ai=true")
    expect(lines).to_have_count(1)
    lead.goto(f"/admin/pages/{moderated}/history/?ai=false")
    assert lines.count() == everything - 1
    lead.goto(f"/admin/pages/{moderated}/history/")
    lead.get_by_role("link", name=MODEL).click()
    lead.wait_for_url("**/admin/ai-review/**")
    assert noise == []


def test_a_comparison_says_what_was_ai(moderated: int, lead: Page, address: str) -> None:
    noise = listen(lead, site=address)
    lead.goto(f"/admin/pages/{moderated}/revisions/compare/live...latest/")
    banner = lead.locator(".help-block", has_text="AI wrote part of what differs here.")
    assert MODEL in banner.inner_text()
    assert "Asked for by Juno Pike." in banner.inner_text()
    banner.get_by_role("link", name="Open the AI version").click()
    lead.wait_for_url("**/admin/ai-review/**")
    assert noise == []


def test_approval_waits_until_what_ai_wrote_was_decided(
    ebbstow: Site, moderated: int, lead: Page, address: str
) -> None:
    lead.goto(f"/admin/pages/{moderated}/edit/")
    open_menu(lead)
    lead.locator("[data-workflow-action-name=approve]").click()
    dialog = lead.locator(".modal-dialog")
    dialog.get_by_text("that AI wrote or changed").wait_for()
    expect(dialog.locator("form")).to_have_count(0)
    dialog.get_by_role("link", name="Review what AI wrote").click()
    lead.wait_for_url("**/admin/ai-review/**")
    for accept in lead.locator("input[type=radio][value=accept]").all():
        accept.check()
    lead.locator("button[value=apply]").click()
    lead.get_by_text("Decided.").first.wait_for()
    lead.goto(f"/admin/pages/{moderated}/edit/")
    open_menu(lead)
    lead.locator("[data-workflow-action-name=approve]:not([data-workflow-action-modal-url])").click()
    lead.wait_for_url(lambda url: "/edit/" not in url)
    live = ebbstow.run(LIVE)
    assert live["title"] == "Getting here by hand"
    assert live["seo_title"]
    assert not live["draft"]


def open_menu(page: Page) -> None:
    """The menu beside the first action of the editor."""
    page.locator("footer .w-dropdown__toggle").first.click()
