"""The writing functions on the whole trip: asked for, queued, worked on without a key, written as a draft."""

from __future__ import annotations

import pytest

from tests.support.pages.models import DeepPage
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.submit import Ask, submit
from wagtail_ai_content.records.jobs.api import fetch

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_blank_page_gets_a_draft_of_blocks_from_its_section(section, add_page, plain_page, rich_page, editor):
    page = add_page(DeepPage, section, title="Dawn on the coast", slug="dawn")

    job = submit(Ask(function="page_content", page=page, user=editor))
    drain_until_empty()
    job = fetch(job.pk)
    page.refresh_from_db()
    draft = page.get_latest_revision_as_object()

    assert (job.function, job.status, job.outcome) == ("page_text", "succeeded", "revision")
    assert "dawn" in str(draft.body)
    assert {child.block_type for child in draft.body} <= {"heading", "paragraph"}
    assert not DeepPage.objects.get(pk=page.pk).body


def test_only_what_was_asked_for_changes_in_the_draft(deep_page, editor):
    before = deep_page.body.get_prep_value()

    job = submit(Ask(function="seo", page=deep_page, user=editor))
    drain_until_empty()
    deep_page.refresh_from_db()
    draft = deep_page.get_latest_revision_as_object()

    assert fetch(job.pk).outcome == "revision"
    assert draft.search_description
    assert draft.body.get_prep_value() == before
    assert (draft.title, draft.slug, draft.desk_notes) == (deep_page.title, "third", deep_page.desk_notes)


def test_a_summary_changes_nothing(deep_page, editor):
    job = submit(Ask(function="summarize", page=deep_page, user=editor))
    drain_until_empty()
    deep_page.refresh_from_db()

    assert fetch(job.pk).outcome == "value"
    assert fetch(job.pk).parsed["value"]
    assert deep_page.latest_revision is None
