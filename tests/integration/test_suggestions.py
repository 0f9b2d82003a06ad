"""``suggestions``: what could be better in the texts of an open form, tied to its texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from wagtail.models import Page

from wagtail_ai_content.api import Ask, run_job, submit
from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.errors import InvalidInput, MalformedReply, NothingToWorkOn, TooLong
from wagtail_ai_content.features.analysis.suggestions import KINDS, Suggestions
from wagtail_ai_content.models import LockedPhrase
from wagtail_ai_content.testing import FakeProvider, answered_by

pytestmark = pytest.mark.django_db

TITLE = {
    "path": "title",
    "label": "Title",
    "role": "heading",
    "plain": "Our tides",
    "multiline": False,
    "max_length": 20,
}
BODY = {
    "path": "body.b1",
    "label": "Body: Paragraph",
    "role": "prose",
    "html": '<p data-block-key="p1">See <a linktype="page" id="3">the the table</a>.</p>',
    "features": ["bold", "link", "ul"],
}
PAYLOAD = {"texts": [TITLE, BODY], "content_language": "en", "page_title": "Our tides"}

Answered = Callable[..., Parsed]


def prepared_for(payload: Mapping[str, Any]) -> Prepared:
    task = Task(function="suggestions", payload=payload, target=None, user_id=None, site_id=None)
    Suggestions().validate(task)
    return Suggestions().prepare(task)


def answered(*suggestions: Mapping[str, str], note: str = "", **payload: Any) -> Parsed:
    """What comes of a reply, with all stored as JSON in between, as a job does."""
    stored = json.loads(json.dumps(prepared_for({**PAYLOAD, **payload}).as_json()))
    full = [{"replacement": "", **suggestion} for suggestion in suggestions]
    return Suggestions().parse_response(json.dumps({"suggestions": full, "note": note}), Prepared(**stored))


def test_a_suggestion_is_tied_to_its_text() -> None:
    parsed = answered({"id": "t1", "kind": "clarity", "message": "Say <b>which</b> tides."}, note="One only.")
    (item,) = parsed.value
    assert {**item, "key": ""} == {
        "path": "title",
        "kind": "clarity",
        "message": "Say which tides.",
        "replacement": None,
        "key": "",
    }
    assert [str(warning) for warning in parsed.warnings] == ["One only."]


def test_the_page_as_a_whole_has_no_path() -> None:
    (item,) = answered({"id": "", "kind": "missing", "message": "When is high water?"}).value
    assert (item["path"], item["replacement"]) == ("", None)


def test_a_key_stays_until_the_words_change() -> None:
    said = {"id": "t2", "kind": "clarity", "message": "Twice “the”."}
    (first,) = answered(said).value
    (said_otherwise,) = answered({**said, "message": "“the” stands there twice."}).value
    bold = {**BODY, "html": "<p>See <b>the the table</b>.</p>"}
    (only_formatted,) = answered(said, texts=[TITLE, bold]).value
    (changed,) = answered(said, texts=[TITLE, {**BODY, "html": "<p>See the table.</p>"}]).value
    (other_kind,) = answered({**said, "kind": "tone"}).value
    assert first["key"] == said_otherwise["key"] == only_formatted["key"]
    assert len({first["key"], changed["key"], other_kind["key"]}) == 3


def test_a_new_version_keeps_links_and_only_what_the_field_can_hold() -> None:
    html = '<h2>See <a href="ref:1">the table</a><script>x</script> <i>now</i></h2>'
    (item,) = answered({"id": "t2", "kind": "clarity", "message": "Shorter.", "replacement": html}).value
    assert item["replacement"] == '<p>See <a linktype="page" id="3">the table</a> now</p>'


@pytest.mark.parametrize(
    ("id_", "replacement"),
    [
        ("t1", "Our tides"),
        ("t1", "A title that is much longer than its field"),
        ("t1", "<p> </p>"),
        ("t2", '<p>See <a href="ref:1">the the table</a>.</p>'),
        ("t2", "<b>" * 6000),
        ("", "Something new."),
    ],
)
def test_a_new_version_that_cannot_be_used_is_none(id_: str, replacement: str) -> None:
    (item,) = answered({"id": id_, "kind": "clarity", "message": "Better.", "replacement": replacement}).value
    assert item["replacement"] is None


def test_a_new_version_that_drops_a_locked_phrase_is_none() -> None:
    LockedPhrase.objects.create(phrase="tides")
    LockedPhrase.objects.create(phrase="not there")
    assert prepared_for(PAYLOAD).variables["locked"] == ["tides"]
    (item,) = answered({"id": "t1", "kind": "tone", "message": "Plainer.", "replacement": "Our water"}).value
    assert item["replacement"] is None


def test_what_is_about_no_text_or_of_no_kind_is_left_out_and_told() -> None:
    parsed = answered(
        {"id": "t9", "kind": "clarity", "message": "?"},
        {"id": "t1", "kind": "praise", "message": "Nice!"},
        {"id": "t1", "kind": "tone", "message": " "},
        {"id": "t1", "kind": "tone", "message": "Plainer."},
    )
    assert [item["message"] for item in parsed.value] == ["Plainer."]
    assert [str(warning) for warning in parsed.warnings] == ["Suggestions that could not be used were left out (3)."]


def test_there_are_twenty_at_most_and_one_of_a_kind_for_a_text() -> None:
    texts = [{**TITLE, "path": f"f{number}", "plain": f"Text {number}"} for number in range(30)]
    many = [{"id": f"t{number + 1}", "kind": "tone", "message": "Plainer."} for number in range(30)]
    again = {"id": "t1", "kind": "tone", "message": "Again."}
    parsed = answered(many[0], again, *many[1:], texts=texts)
    assert [item["path"] for item in parsed.value] == [f"f{number}" for number in range(20)]
    assert {item["message"] for item in parsed.value} == {"Plainer."}


@pytest.mark.parametrize("reply", ["", "All is well.", "[]", '{"suggestions": 3}', '{"suggestions": [{"id": "t1"}]}'])
def test_a_reply_of_another_form_is_malformed(reply: str) -> None:
    with pytest.raises(MalformedReply):
        Suggestions().parse_response(reply, prepared_for(PAYLOAD))


@pytest.mark.parametrize(
    "texts",
    [
        None,
        "x",
        [3],
        [{"plain": "x"}],
        [{"path": "a"}],
        [{"path": "a", "plain": 3}],
        [{**TITLE, "role": 3}],
        [{**BODY, "features": "bold"}],
        [{}] * 1001,
    ],
)
def test_texts_of_the_wrong_form_are_refused_in_a_sentence(texts: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a list of at most 1000 texts"):
        prepared_for({**PAYLOAD, "texts": texts})


def test_a_form_without_words_is_nothing_to_work_on() -> None:
    with pytest.raises(NothingToWorkOn, match="“Our tides” has no text"):
        prepared_for({**PAYLOAD, "texts": [{**BODY, "html": "<p></p>"}]})


def test_a_form_that_is_too_long_is_refused_and_the_limit_is_named(settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {"MAX_SOURCE_CHARS": 50}
    with pytest.raises(TooLong, match="longer than 50 characters"):
        prepared_for(PAYLOAD)


@pytest.mark.django_db(transaction=True)
def test_a_model_sees_the_texts_and_their_ids_and_no_addresses(rich_page: Page, editor: Any) -> None:
    fake = FakeProvider(['{"suggestions": [], "note": ""}'])
    with answered_by(fake):
        job = run_job(submit(Ask(function="suggestions", page=rich_page, user=editor, params=PAYLOAD)))
    assert (job.status, job.outcome, job.parsed["value"]) == ("succeeded", "value", [])
    (request,) = fake.calls
    text = "\n".join(message.content for message in request.messages)
    assert "id: t1 · plain text · heading · no replacement" not in text
    assert "id: t1 · plain text · heading" in text
    assert "id: t2 · HTML · prose" in text
    assert '<p>See <a href="ref:1">the the table</a>.</p>' in text
    assert "linktype" not in text
    assert "body.b1" not in text


@pytest.mark.django_db(transaction=True)
def test_the_built_in_engine_counts_and_offers_only_small_repairs(rich_page: Page, editor: Any, settings: Any) -> None:
    settings.WAGTAIL_AI_CONTENT = {"MODEL": "builtin/extractive"}
    job = run_job(submit(Ask(function="suggestions", page=rich_page, user=editor, params=PAYLOAD)))
    assert job.status == "succeeded"
    assert [(item["path"], item["kind"], item["replacement"]) for item in job.parsed["value"]] == [
        ("body.b1", "clarity", '<p>See <a linktype="page" id="3">the table</a>.</p>'),
        ("", "missing", None),
    ]
    assert {item["kind"] for item in job.parsed["value"]} <= set(KINDS)
    assert "only counted" in job.parsed["warnings"][0]["template"]


@pytest.mark.parametrize(
    "text", [{**BODY, "role": "quotation"}, {key: BODY[key] for key in ("path", "label", "role", "html")}]
)
def test_a_quotation_and_a_text_of_unknown_features_are_not_replaced(text: dict[str, Any]) -> None:
    said = {"id": "t2", "kind": "clarity", "message": "Shorter.", "replacement": "<p>Shorter.</p>"}
    (item,) = answered(said, texts=[TITLE, text]).value
    assert item["replacement"] is None
    assert not prepared_for({**PAYLOAD, "texts": [TITLE, text]}).variables["texts"][1]["replaceable"]
