"""Each version that AI makes carries a score with its reasons."""

from __future__ import annotations

from html import unescape

import pytest
from django.urls import reverse

from wagtail_ai_content.core.text import fill
from wagtail_ai_content.models import AIVersion
from wagtail_ai_content.pipeline.drain import drain_until_empty
from wagtail_ai_content.pipeline.submit import Ask, submit

pytestmark = pytest.mark.django_db(transaction=True)


def version_of(page, editor, function: str) -> AIVersion:
    submit(Ask(function=function, page=page, user=editor))
    drain_until_empty()
    return AIVersion.objects.get()


def test_search_texts_are_judged_by_their_length(deep_page, editor):
    quality = version_of(deep_page, editor, "meta").quality

    assert 0 <= quality["score"] <= 1
    assert "length" in [criterion["name"] for criterion in quality["criteria"]]
    assert all(criterion["reason"]["template"] for criterion in quality["criteria"])


def test_the_review_says_how_the_score_came_about(deep_page, editor, client):
    version = version_of(deep_page, editor, "meta")
    client.force_login(editor)

    page = client.get(reverse("wagtail_ai_content_review:review", args=[version.pk])).content.decode()

    assert f"{round(version.quality['score'] * 100)} %" in page
    assert "How the quality was scored" in page
    assert all(fill(**criterion["reason"]) in unescape(page) for criterion in version.quality["criteria"])


def test_a_site_weighs_the_criteria_itself(deep_page, editor, settings):
    everything = dict.fromkeys(("facts", "readability", "repetition", "instruction", "structure", "keywords"), 0)
    settings.WAGTAIL_AI_CONTENT = {"QUALITY_WEIGHTS": {**everything, "length": 5}}

    quality = version_of(deep_page, editor, "meta").quality

    assert [(criterion["name"], criterion["weight"]) for criterion in quality["criteria"]] == [("length", 5)]


def test_with_no_criterion_left_there_is_no_score(deep_page, editor, settings):
    names = ("facts", "length", "readability", "repetition", "instruction", "structure", "keywords")
    settings.WAGTAIL_AI_CONTENT = {"QUALITY_WEIGHTS": dict.fromkeys(names, 0)}

    assert version_of(deep_page, editor, "meta").quality is None
