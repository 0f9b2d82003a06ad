"""Words that a person took from an AI while a page was open are found again as an AI's once the page is saved."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.rich_text import RichText

from tests.support.ai_words import COUNCIL, STORM, WALK, draft_of, fresh, save
from tests.support.pages.models import DeepPage, PlainPage
from wagtail_ai_content.pipeline.assisting import taken_from_answers
from wagtail_ai_content.records.jobs.models import Job, Status
from wagtail_ai_content.records.provenance.models import Provenance

pytestmark = pytest.mark.django_db


def answered(user: Any, page: Any, *, path: str, value: Any, object_id: str | None = None, **params: Any) -> Job:
    """A job that has given ``value``."""
    return Job.objects.create(
        function="assist",
        status=Status.SUCCEEDED,
        outcome="value",
        requested_by=user,
        target_content_type=ContentType.objects.get_for_model(type(page)),
        target_object_id=str(page.pk) if object_id is None else object_id,
        target_path=path,
        params=params,
        parsed={"value": value},
        model_used="openai/gpt-test",
        created=timezone.now(),
        next_attempt=timezone.now(),
    )


def options(*texts: str) -> dict[str, Any]:
    return {"kind": "plain", "options": list(texts)}


@pytest.fixture
def post(plain_page: PlainPage, client: Any, lead: Any) -> Callable[..., Any]:
    """Save the form as its own autosave does, with the ids of jobs."""
    client.force_login(lead)

    def saved(jobs: Any, **fields: Any) -> Any:
        form = {
            "title": plain_page.title, "slug": plain_page.slug, "kicker": "", "content": "", "colour": "",
            "address": "", "contact": "", "code": "", "seo_title": "", "search_description": "",
            "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0",
            "comments-MIN_NUM_FORMS": "0", "comments-MAX_NUM_FORMS": "",
            "wagtail_ai_assisted": jobs if isinstance(jobs, str) else json.dumps([str(job.pk) for job in jobs]),
            **fields,
        }  # fmt: skip
        answer = client.post(f"/admin/pages/{plain_page.pk}/edit/", form, HTTP_ACCEPT="application/json").json()
        assert answer["success"], answer
        return answer

    return saved


def test_a_save_with_taken_words_makes_them_an_ais(plain_page: PlainPage, post: Callable[..., Any], lead: Any) -> None:
    job = answered(lead, plain_page, path="content", source=COUNCIL, value=options(f"{COUNCIL} {WALK}"))
    post([job], content=f"{COUNCIL} {WALK}")
    found = draft_of(plain_page).part("content")
    assert found.kind == "mixed"
    assert found.of_text == pytest.approx(13 / 24, abs=0.01)
    assert found.generations[0].id == str(job.pk)
    assert found.generations[0].model == "openai/gpt-test"
    assert found.generations[0].version == ""


def test_words_of_any_version_count_and_those_of_the_person_do_not(
    plain_page: PlainPage, post: Callable[..., Any], lead: Any
) -> None:
    job = answered(lead, plain_page, path="content", source="", value=options(STORM, WALK))
    post([job], content=f"{WALK} {COUNCIL}")
    assert draft_of(plain_page).part("content").of_text == pytest.approx(13 / 24, abs=0.01)


def test_a_part_that_was_selected_leaves_the_rest_a_persons(
    plain_page: PlainPage, post: Callable[..., Any], lead: Any
) -> None:
    job = answered(lead, plain_page, path="content", source="Old words.", value=options(WALK))
    post([job], content=f"{COUNCIL} {WALK} {STORM}")
    assert draft_of(plain_page).part("content").of_text == pytest.approx(13 / 36, abs=0.02)


def test_what_was_undone_before_the_save_leaves_no_trace(
    plain_page: PlainPage, post: Callable[..., Any], lead: Any
) -> None:
    job = answered(lead, plain_page, path="content", source=COUNCIL, value=options(WALK))
    post([job], content=COUNCIL)
    assert not Provenance.objects.exists()


def test_telling_it_again_changes_nothing(plain_page: PlainPage, post: Callable[..., Any], lead: Any) -> None:
    job = answered(lead, plain_page, path="content", source="", value=options(WALK))
    post([job], content=WALK)
    before = Provenance.objects.get().origins
    post([job], content=WALK)
    assert Provenance.objects.get().origins == before
    assert draft_of(plain_page).kind == "mixed"


def test_it_stays_an_ais_in_later_saves(plain_page: PlainPage, post: Callable[..., Any], lead: Any) -> None:
    job = answered(lead, plain_page, path="content", source="", value=options(WALK))
    post([job], content=WALK)
    save(plain_page, content=f"{WALK} {COUNCIL}")
    assert draft_of(plain_page).part("content").kind == "mixed"


def test_a_job_that_was_asked_for_before_the_page_was_first_saved(
    plain_page: PlainPage, post: Callable[..., Any], lead: Any
) -> None:
    job = answered(lead, plain_page, path="content", object_id="", source="", value=options(WALK))
    post([job], content=WALK)
    assert draft_of(plain_page).part("content").kind == "ai"


@pytest.mark.parametrize("wrong", ["user", "object", "model", "failed"])
def test_jobs_of_others_or_about_something_else_make_nothing_an_ais(
    wrong: str, plain_page: PlainPage, deep_page: DeepPage, post: Callable[..., Any], lead: Any, editor: Any
) -> None:
    job = answered(
        editor if wrong == "user" else lead,
        deep_page if wrong == "model" else plain_page,
        path="content",
        object_id="987654" if wrong == "object" else "" if wrong == "model" else None,
        source="",
        value=options(WALK),
    )
    if wrong == "failed":
        Job.objects.update(status=Status.FAILED)
    post([job], content=WALK)
    assert not Provenance.objects.exists()


@pytest.mark.parametrize("given", ["{}", "[1, null]", "not JSON", f'["{uuid.UUID(int=7)}"]', "[" * 10_000])
def test_a_save_is_done_whatever_it_says_of_ai(
    given: str, plain_page: PlainPage, post: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    post(given, content=COUNCIL)
    plain_page.refresh_from_db()
    assert plain_page.get_latest_revision_as_object().content == COUNCIL
    assert not Provenance.objects.exists()


def test_replacements_of_a_list_of_suggestions(deep_page: DeepPage, lead: Any) -> None:
    key = next(block.id for block in deep_page.body if isinstance(block.value, RichText))
    text = f"<p>{WALK}</p>"
    job = answered(
        lead,
        deep_page,
        path="",
        texts=[{"path": f"body.{key}", "html": "<p>Before.</p>"}],
        value=[{"path": f"body.{key}", "replacement": text}, {"path": "", "replacement": ""}],
    )
    raw = [{**dict(item), "value": text} if item["id"] == key else dict(item) for item in deep_page.body.raw_data]
    save(deep_page, body=json.dumps(raw))
    taken_from_answers(fresh(deep_page), lead, [str(job.pk)])
    assert draft_of(deep_page).part(key).kind == "ai"
