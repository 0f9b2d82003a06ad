"""What an AI wrote is known through everything people do with a page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Page

from tests.support.ai_words import COUNCIL, STORM, WALK, ai_writes, draft_of, fresh, latest, live_of, publish, save
from tests.support.pages.models import DeepPage, PlainPage
from wagtail_ai_content import provenance
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.provenance.models import Provenance


def raw_body(instance: Any) -> list[dict[str, Any]]:
    return json.loads(json.dumps(list(latest(instance).body.raw_data)))


# --- as it is told


def test_what_an_ai_wrote_is_told_with_everything_about_it(plain_page: PlainPage) -> None:
    version = ai_writes(plain_page, {"content": f"{WALK} {STORM}"})

    found = draft_of(plain_page)
    part = found.part("content")

    assert (part.kind, part.of_text, part.surviving, part.path) == ("ai", 1.0, 1.0, "content")
    assert found.kind == "ai"
    generation = part.generations[0]
    assert generation.id == str(version.generation_id)
    assert generation.version == str(version.pk)
    assert (generation.function, generation.model, generation.parameters) == (
        "rewrite",
        "openai/gpt-test",
        {"temperature": 0.2},
    )
    assert (generation.prompt, generation.prompt_version, generation.prompt_source) == ("rewrite", "3", "shipped")
    assert (generation.confidence, generation.quality) == (0.75, {"score": 0.9})
    assert (timezone.now() - generation.at).total_seconds() < 60
    assert found.part("title").kind == "human"
    assert found.part("no such thing").generations == ()


def test_a_page_no_ai_wrote_for_is_human(plain_page: PlainPage) -> None:
    save(plain_page, content=COUNCIL)

    assert provenance.of(plain_page).kind == "human"
    assert provenance.of_content(plain_page).kind == "human"
    assert provenance.of_many([]) == {}


def test_what_people_make_of_it_is_worked_out_at_each_save(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})

    save(plain_page, content=f"{WALK} {COUNCIL}")
    mixed = draft_of(plain_page).part("content")
    save(plain_page, content=COUNCIL)

    assert (mixed.kind, mixed.surviving) == ("mixed", 1.0)
    assert mixed.of_text == pytest.approx(13 / 24, abs=0.01)
    assert draft_of(plain_page).kind == "human"


def test_words_a_person_puts_in_when_accepting_are_theirs(plain_page: PlainPage) -> None:
    proposed = {**snapshot(plain_page), "content": WALK}

    ai_writes(plain_page, {"content": f"{WALK} {COUNCIL}"}, proposed=proposed)

    assert draft_of(plain_page).part("content").of_text == pytest.approx(13 / 24, abs=0.01)


def test_only_publishing_changes_what_is_told_of_the_published_page(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})
    before = live_of(plain_page).kind
    publish(plain_page)
    published = live_of(plain_page).part("content").kind
    save(plain_page, content=COUNCIL)

    assert (before, published) == ("human", "ai")
    assert live_of(plain_page).part("content").kind == "ai"
    assert draft_of(plain_page).kind == "human"

    fresh(plain_page).unpublish()

    assert Provenance.objects.get().live == {}
    assert live_of(plain_page).kind == "human"  # what is not published is told from its draft


def test_many_pages_are_told_in_one_query(
    plain_page: PlainPage, deep_page: DeepPage, django_assert_num_queries: Any
) -> None:
    ai_writes(plain_page, {"content": WALK})
    pages = [fresh(plain_page), fresh(deep_page)]

    with django_assert_num_queries(1):
        found = provenance.of_many(pages, draft=True)

    assert {pk: one.kind for pk, one in found.items()} == {plain_page.pk: "mixed", deep_page.pk: "human"}


def test_a_page_loaded_as_any_class_has_the_same(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})

    assert provenance.of(Page.objects.get(pk=plain_page.pk), draft=True).kind == "mixed"


# --- kept through what people do


def test_moving_blocks_between_places_keeps_it(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>", "body.b4.text": f"<p>{STORM}</p>"})
    body = raw_body(deep_page)
    paragraph = next(block for block in body if block["id"] == "b2")
    body.remove(paragraph)
    aside = next(block for block in body if block["id"] == "b5")
    aside["value"].insert(0, paragraph)

    save(deep_page, body=json.dumps([*reversed(body)]))

    found = draft_of(deep_page)
    assert (found.part("b2").kind, found.part("b2").path) == ("ai", "body.b5.b2")
    assert found.part("body.b4.text").kind == "ai"
    assert found.part("b4").kind == "mixed"
    assert found.part("b5").kind == "mixed"


def test_a_block_taken_out_and_put_back_is_known(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>"})
    body = raw_body(deep_page)

    save(deep_page, body=json.dumps([block for block in body if block["id"] != "b2"]))
    without = draft_of(deep_page).kind
    save(deep_page, body=json.dumps(body))

    assert without == "human"
    assert draft_of(deep_page).part("b2").kind == "ai"


def test_reverting_to_an_old_revision_brings_back_what_was_known_of_it(plain_page: PlainPage, lead: Any) -> None:
    first = ai_writes(plain_page, {"content": WALK})
    old = fresh(plain_page).latest_revision
    ai_writes(plain_page, {"content": STORM})
    save(plain_page, content=COUNCIL)

    old.as_object().save_revision(user=lead, previous_revision=old, log_action=True)

    assert [one.id for one in draft_of(plain_page).part("content").generations] == [str(first.generation_id)]


def test_a_copied_or_split_block_is_known_and_stays_so_when_edited(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK} {STORM}</p>"})
    halves = [
        {"type": "paragraph", "value": f'<p data-block-key="x">{WALK}</p>', "id": "b2"},
        {"type": "paragraph", "value": f'<p data-block-key="y">{STORM}</p>', "id": "split"},
    ]
    save(deep_page, body=json.dumps(halves))
    halves[1]["value"] = f"<p>{STORM.replace('two', 'three')}</p>"

    save(deep_page, body=json.dumps(halves))

    assert draft_of(deep_page).part("split").of_text == pytest.approx(12 / 13, abs=0.01)


def test_a_content_of_blocks_that_no_longer_exist_is_saved_all_the_same(deep_page: DeepPage) -> None:
    ai_writes(deep_page, {"body.b2": f"<p>{WALK}</p>"})
    revision = fresh(deep_page).latest_revision
    revision.content = {**revision.content, "body": '[{"type": "gone", "value": [{}], "id": "b2"}]', "title": None}

    revision.save()

    assert draft_of(deep_page).kind == "human"


def test_scheduling_a_revision_is_not_saving_its_content(plain_page: PlainPage) -> None:
    ai_writes(plain_page, {"content": WALK})
    old = fresh(plain_page).latest_revision
    save(plain_page, content=COUNCIL)

    old.approved_go_live_at = timezone.now()
    old.save(update_fields=["approved_go_live_at"])

    assert draft_of(plain_page).kind == "human"
