"""An autosave that began before a worker's commit covers the AI's draft up; the sweep offers it again."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import Page, PageLogEntry

from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline import recover, shadow
from wagtail_ai_content.pipeline.review import accept_clean
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = '{"seo_title": "A walk at dawn", "search_description": "Where the walk begins.", "note": ""}'


def draft(page: Page) -> Any:
    return Page.objects.get(pk=page.pk).specific.get_latest_revision_as_object()


@pytest.fixture
def open_form(plain_page: Page, editor: Any) -> Any:
    """The page as an editor's form holds it, saved once by itself."""
    page = draft(plain_page)
    page.kicker = "Typed first"
    page.save_revision(user=editor)
    return draft(plain_page)


def ai_writes(page: Page, editor: Any) -> AIVersion:
    with answered_by(FakeProvider([ANSWER])):
        job = run_job(submit(Ask(function="meta", page=page, user=editor)))
    assert job.outcome == "revision"
    return AIVersion.objects.get()


def test_a_covered_draft_becomes_a_proposal_that_merges_with_what_covered_it(
    open_form: Any, plain_page: Page, editor: Any
) -> None:
    version = ai_writes(plain_page, editor)
    open_form.kicker = "Typed later"
    open_form.save_revision(user=editor, overwrite_revision=open_form.latest_revision)
    assert draft(plain_page).seo_title == ""
    recover.recover()
    version.refresh_from_db()
    assert (version.status, version.reason, version.revision, version.writes) == ("pending", "shadowed", None, [])
    assert PageLogEntry.objects.filter(page=plain_page, action="wagtail_ai_content.propose").count() == 1
    assert accept_clean(version.pk, editor).status == "done"
    page = draft(plain_page)
    assert (page.kicker, page.seo_title) == ("Typed later", "A walk at dawn")


def test_a_person_who_saves_over_it_knowingly_is_not_contradicted(
    open_form: Any, plain_page: Page, editor: Any
) -> None:
    version = ai_writes(plain_page, editor)
    open_form.save_revision(user=editor)
    assert shadow.offer_again() == 0
    version.refresh_from_db()
    assert version.status == "drafted"
