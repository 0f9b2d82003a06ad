"""Locked phrases: where they hold, and the check of what an AI proposes for a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from wagtail.models import Page, Site

from tests.support.pages.models import DeepPage, PlainPage, SectionPage
from wagtail_ai_content.core.versions.places import digest, get, with_changes
from wagtail_ai_content.pipeline.invariants import Checked, check, language_of, phrases_for
from wagtail_ai_content.pipeline.shapes import content_shape
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.records.guardrails.api import LockedPhrase, locked_phrases
from wagtail_ai_content.records.prompts.api import PromptTemplate

pytestmark = pytest.mark.django_db


def lock(phrase: str, **where: Any) -> LockedPhrase:
    return LockedPhrase.objects.create(phrase=phrase, **where)


def checked(page: Any, **changes: Any) -> Checked:
    base = snapshot(page)
    return check(page, base, with_changes(base, changes), shape=content_shape(type(page)))


def test_a_phrase_holds_where_it_is_locked(
    section: SectionPage, plain_page: PlainPage, root: Page, django_assert_num_queries: Any
) -> None:
    site = Site.objects.get(is_default_site=True)
    elsewhere = root.add_child(instance=SectionPage(title="Another", slug="another"))
    other = Site.objects.create(hostname="other.example", root_page=elsewhere)
    lock("everywhere")
    lock("site", site=site)
    lock("other site", site=other)
    lock("page", page_id=str(plain_page.pk))
    lock("above", page_id=str(section.pk))
    lock("above alone", page_id=str(section.pk), with_descendants=False)
    lock("beside", page_id=str(elsewhere.pk))
    lock("page, other site", page_id=str(plain_page.pk), site=other)
    lock("everywhere", site=site)
    with django_assert_num_queries(1):
        found = locked_phrases(plain_page, site_id=site.pk)
    assert list(found) == ["above", "everywhere", "page", "site"]
    assert sorted(locked_phrases(section, site_id=site.pk)) == ["above", "above alone", "everywhere", "site"]
    assert sorted(locked_phrases(site_id=other.pk)) == ["everywhere", "other site"]
    assert locked_phrases() == ("everywhere",)


def test_a_page_without_a_site_keeps_what_is_locked_everywhere(root: Page) -> None:
    lock("everywhere")
    lock("site", site=Site.objects.get())
    stray = root.get_root().add_child(instance=SectionPage(title="Stray", slug="stray"))
    assert phrases_for(stray) == ("everywhere",)


def test_the_setting_locks_on_every_page_and_snippet(plain_page: PlainPage, section: SectionPage) -> None:
    lock("rain", page_id=str(section.pk))
    with override_settings(WAGTAIL_AI_CONTENT={**settings.WAGTAIL_AI_CONTENT, "LOCKED_PHRASES": ["dawn"]}):
        assert phrases_for(plain_page) == ("dawn", "rain")
        assert phrases_for(PromptTemplate(name="x")) == ("dawn",)


def test_a_change_that_drops_a_phrase_is_taken_back(deep_page: DeepPage, section: SectionPage) -> None:
    lock("A map", page_id=str(section.pk))
    lock("boots")
    found = checked(
        deep_page,
        **{
            "body.b4.items.i2": "A chart",
            "body.b4.heading": "Things to take",
            "body.b4.text": '<p data-block-key="s1">Take <b>shoes</b> and 2 socks.</p>',
            "body.b5.a2.n1.items.i2": "Nothing",
        },
    )
    assert get(found.proposed, "body.b4.heading") == "Things to take"
    assert get(found.proposed, "body.b4.items.i2") == get(found.proposed, "body.b5.a2.n1.items.i2") == "A map"
    assert get(found.proposed, "body.b4.text") == '<p data-block-key="s1">Take <b>boots</b> and 2 socks.</p>'
    assert [(one.kind, one.change, one.after) for one in found.differences] == [("number", "added", "2")]
    assert (found.refused, found.alerts) == ((), 0)
    assert [str(line) for line in found.warnings] == [
        "“boots” is locked, but the AI left it out or changed it. That part was left as it was.",
        "“A map” is locked, but the AI left it out or changed it. That part was left as it was.",
    ]


def test_nothing_is_left_of_a_proposal_that_only_drops_a_phrase(plain_page: PlainPage) -> None:
    lock("Rain fell")
    found = checked(plain_page, content="We set out at dawn.\n\nIt rained at noon.")
    assert digest(found.proposed) == digest(snapshot(plain_page))
    assert [one.before for one in found.put_back] == ["Rain fell"]


def test_facts_that_changed_are_told_with_their_place(deep_page: DeepPage) -> None:
    found = checked(deep_page, **{"body.b4.remark": "Margin: 3 shops of Anna Meyer."}, desk_notes="Ring at 9am.")
    assert found.put_back == ()
    assert [(one.path, one.kind, one.change, one.before, one.after) for one in found.differences] == [
        ("body.b4.remark", "number", "added", "", "3"),
        ("body.b4.remark", "name", "added", "", "Anna Meyer"),
        ("desk_notes", "number", "lost", "555", ""),
        ("desk_notes", "number", "lost", "0199", ""),
        ("desk_notes", "date", "added", "", "9am"),
    ]
    assert found.alerts == 2
    assert json.dumps([one.as_json() for one in found.differences])


def test_a_check_takes_two_queries(plain_page: PlainPage, django_assert_num_queries: Any) -> None:
    page = PlainPage.objects.get(pk=plain_page.pk)
    base, shape, _ = snapshot(page), content_shape(PlainPage), page.locale
    page.get_site()  # Wagtail remembers where sites begin
    with django_assert_num_queries(2):
        check(page, base, {**base, "content": "Rain"}, shape=shape)


@pytest.mark.parametrize(
    ("site", "page", "expected"),
    [("en-gb", "en", "en-gb"), ("en-us", "de", "de"), ("de", "de-ch", "de-ch"), ("en-gb", "en-us", "en-us")],
)
def test_dates_are_read_as_the_site_writes_them(
    plain_page: PlainPage, site: str, page: str, expected: str, settings: Any
) -> None:
    plain_page.locale.language_code = page
    settings.LANGUAGE_CODE = site
    assert language_of(plain_page) == expected
    assert language_of(PromptTemplate(name="x")) == site


def test_pictures_and_links_are_watched(add_page: Callable[..., Page], section: SectionPage) -> None:
    body = [
        {"type": "address", "value": "https://a.example/", "id": "b1"},
        {"type": "image", "value": {"image": 1, "alt_text": "x", "decorative": False}, "id": "b2"},
        {"type": "related", "value": section.pk, "id": "b3"},
    ]
    page = add_page(DeepPage, section, title="Seen", slug="seen", body=json.dumps(body))
    base = snapshot(page)
    blocks = json.loads(base["body"])
    blocks[0]["value"], blocks[1]["value"]["image"], blocks[2]["value"] = "https://b.example/", 2, None
    found = check(page, base, {**base, "body": json.dumps(blocks)}, shape=content_shape(DeepPage)).differences
    assert [(one.kind, one.change, one.before, one.after) for one in found] == [
        ("link", "changed", "https://a.example/", "https://b.example/"),
        ("image", "changed", "1", "2"),
        ("link", "lost", str(section.pk), ""),
    ]
