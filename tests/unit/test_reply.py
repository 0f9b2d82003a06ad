"""What an answer must survive before anything looks at its meaning."""

from __future__ import annotations

import base64
import json
import time
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.engine.reply import Cleaned, clean_reply, clean_text, extract_json, read_json
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import CutReply, MalformedReply, Refused
from wagtail_ai_content.core.guardrails.blocks import check_blocks

CORPORA = Path(__file__).parents[2].parent / "shared" / "corpora"


def rows(name: str) -> list[Any]:
    path = CORPORA / name
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"The corpus {name} is not beside this checkout."))]
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in found]


def payload(row: dict[str, Any]) -> str:
    if "payload_rle" in row:
        return "".join(text * times for text, times in row["payload_rle"])
    if "payload_b64" in row:
        return base64.b64decode(row["payload_b64"]).decode("utf-8", "surrogatepass")
    return str(row["payload"])


@dataclass(frozen=True, kw_only=True)
class Article:
    title: str
    body: str
    keywords: tuple[str, ...]
    score: float


ARTICLE = ReplySchema(Article, max_items=50)
TAKEN = "11111111-1111-1111-1111-111111111111"


def outcome(row: dict[str, Any]) -> tuple[str, Any]:
    """What the gates make of a row: the class it ends in, and the value."""
    structured = row.get("task") == "json_schema"
    try:
        reply = clean_reply(payload(row), finish_reason=row.get("finish_reason", "stop"), structured=structured)
        if row.get("schema") == "streamfield":
            blocks = read_json(reply.text)["blocks"]
            return "accept", check_blocks(blocks, allowed=frozenset({"paragraph"}), taken_ids=frozenset({TAKEN}))
        if structured:
            return "accept", ARTICLE.parse(reply.text)
    except MalformedReply:
        return "retry", None
    except Refused:
        return "refusal", None
    return ("flag_truncated" if reply.truncated else "accept"), reply.text


# The others are answers of a server that never become a text (tests/contracts/test_provider_malformed.py).
@pytest.mark.parametrize(
    "row", [r for r in rows("malformed.dev.jsonl") if not r.values[0] or r.values[0]["level"] == "content"]
)
def test_every_malformed_answer_ends_in_its_class(row: dict[str, Any]) -> None:
    ending, value = outcome(row)
    assert ending == row["expect"].removesuffix("_cleaned")
    if "text" in row:
        assert value == row["text"]


def test_colliding_block_ids_become_new_ones() -> None:
    blocks = [{"type": "paragraph", "id": TAKEN, "value": "a"}, {"type": "paragraph", "id": TAKEN, "value": "b"}]
    ids = [b["id"] for b in check_blocks(blocks, allowed=frozenset({"paragraph"}), taken_ids=frozenset())]
    assert ids[0] == TAKEN
    assert ids[1] != TAKEN


def test_blocks_inside_blocks_are_checked_too() -> None:
    inner = {"type": "raw_html", "value": "<script>"}
    blocks = [{"type": "columns", "value": {"left": [inner]}}]
    with pytest.raises(MalformedReply):
        check_blocks(blocks, allowed=frozenset({"columns"}), taken_ids=frozenset())


def test_list_items_and_structs_with_a_type_of_their_own_pass() -> None:
    blocks = [{"type": "facts", "value": [{"type": "item", "value": {"type": "percent", "value": 3}}]}]
    (block,) = check_blocks(blocks, allowed=frozenset({"facts"}), taken_ids=frozenset(), new_id=lambda: "new")
    assert block["value"] == [{"type": "item", "value": {"type": "percent", "value": 3}, "id": "new"}]


@pytest.mark.parametrize("blocks", [{"type": "p"}, ["p"], [{"type": "p"}], [{"type": ["p"], "value": ""}], None])
def test_blocks_of_another_shape_are_malformed(blocks: Any) -> None:
    with pytest.raises(MalformedReply):
        check_blocks(blocks, allowed=frozenset({"p"}), taken_ids=frozenset())


@pytest.mark.parametrize(
    "row", [r for r in rows("unicode_log.dev.jsonl") if not r.values[0] or r.values[0]["expect"] == "kept"]
)
def test_legitimate_characters_stay(row: dict[str, Any]) -> None:
    assert clean_text(row["payload"]) == Cleaned(text=row["payload"])


@pytest.mark.parametrize("row", rows("unicode_log.dev.jsonl"))
def test_of_no_text_anything_is_left_that_nobody_can_see(row: dict[str, Any]) -> None:
    left = clean_text(row["payload"]).text
    assert unicodedata.is_normalized("NFC", left)
    if row["expect"] != "kept":  # those hold joiners and tags that their scripts and emoji need
        assert [ascii(char) for char in left if unicodedata.category(char)[0] in "CZ" and char not in " \n\t"] == []


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("a\x00b\x07c\x9fd", "abcd"),
        ("\x1b[2J\x1b[1;1HAll OK", "All OK"),
        ("\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"),
        ("a\u202egnp.exe\u2069", "agnp.exe"),
        ("e\u0301", "é"),
        ("x\ud800y", "xy"),
        ("a\ufdd0b\U0010ffffc", "abc"),
        ("ok\U000e0041\U000e0042", "ok"),
        ("❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"),
        ("葛\U000e0100", "葛\U000e0100"),
        ("H\U000e0101i\U000e0102", "Hi"),
        ("😀\ufe01\ufe02\ufe03", "😀\ufe01"),
        ("a\u2028b\x85c\x0bd", "a\nb\nc\nd"),
    ],
)
def test_characters_nobody_can_see_are_taken_out(dirty: str, clean: str) -> None:
    assert clean_text(dirty).text == clean


def test_taking_out_invisible_characters_is_said() -> None:
    assert len(clean_text("a\u202eb").warnings) == 1
    assert clean_text("a\r\nb").warnings == ()


def test_the_size_is_capped_in_bytes_and_said() -> None:
    cleaned = clean_text("é" * 150_000)
    assert len(cleaned.text.encode()) == 200_000
    assert cleaned.truncated
    assert cleaned.warnings


@given(
    st.text(st.characters(codec=None) | st.sampled_from("\u200c\u200d\ufe0f\U000e0100\U000e0041\U0001f3f4\x1b[]\r\n葛"))
)
def test_cleaning_twice_changes_nothing_and_databases_take_it(text: str) -> None:
    once = clean_text(text).text
    assert clean_text(once).text == once
    assert "\x00" not in once.encode().decode()


@pytest.mark.parametrize(
    "text",
    [
        "I’m sorry, but I can’t help with that.",
        "I cannot assist with that request.",
        "Sorry, I'm unable to provide that content.",
        "<p>I'm sorry, but I can't assist with that.</p>",
        "As an AI language model, I cannot do this.",
        "Leider kann ich Ihnen dabei nicht weiterhelfen.",
        "Je suis désolé, mais je ne peux pas vous aider avec cette demande.",
        "Désolée, je ne peux pas répondre à cette question.",
        "Lo siento, pero no puedo ayudar con eso.",
        "Desculpe, mas não posso ajudar com isso.",
        "Mi dispiace, ma non posso aiutarti con questa richiesta.",
        "Het spijt me, maar daar kan ik niet mee helpen.",
        "Tyvärr kan jag inte hjälpa till med det.",
        "Przykro mi, ale nie mogę pomóc w tej sprawie.",
        "Извините, но я не могу помочь с этим.",
        "抱歉，我无法协助处理该请求。",
        "申し訳ありませんが、そのご要望にはお応えできません。",
        "죄송하지만 그 요청은 도와드릴 수 없습니다.",
    ],
)
def test_refusals_in_prose_are_refusals(text: str) -> None:
    with pytest.raises(Refused):
        clean_reply(text, finish_reason="stop")


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry we missed you. We open again on Monday.",
        "We are sorry, but we cannot accept dogs in the café.",
        "I can't help falling in love with this city.",
        "Unfortunately, I cannot be everywhere, so my sister runs the shop on Sundays.",
        "Leider kann ich am Sonntag nicht kommen, schreibt sie.",
        "Sorry seems to be the hardest word.",
        "As an AI company, we build tools for editors.",
    ],
)
def test_people_who_are_sorry_are_not_refusing(text: str) -> None:
    assert clean_reply(text, finish_reason="stop").text == text


def test_a_refusal_that_was_in_the_text_already_is_text() -> None:
    quoted = "I'm sorry, but I can't assist with that request."
    assert clean_reply(quoted, finish_reason="stop", given=quoted).text == quoted


def test_a_filtered_answer_is_a_refusal_even_when_empty() -> None:
    with pytest.raises(Refused):
        clean_reply("", finish_reason="content_filter")


def test_an_answer_cut_by_the_limit_is_flagged() -> None:
    assert clean_reply("Fresh bread and", finish_reason="length").truncated
    assert not clean_reply("Fresh bread.", finish_reason="stop").truncated


@pytest.mark.parametrize(
    "text", ["Hello [Your Name]", "{{company}} is open", "{% if x %}a", "Call [phone number here]"]
)
def test_placeholders_are_malformed(text: str) -> None:
    with pytest.raises(MalformedReply):
        clean_reply(text, finish_reason="stop")


@pytest.mark.parametrize("text", ["See [1] and [date](https://a.example)", "a {b} c", "[sic] he wrote"])
def test_other_brackets_are_not_placeholders(text: str) -> None:
    assert clean_reply(text, finish_reason="stop").text == text


def test_placeholders_of_the_original_may_stay() -> None:
    text = "Write {{ company }} to insert the name."
    assert clean_reply(text, finish_reason="stop", given="Use {{ company }}.").text == text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("Here's the revised version:\n\nOpen daily.", "Open daily."),
        ('Certainly! Here is the title: "Open daily"', "Open daily"),
        ("```html\n<p>Open</p>\n```", "<p>Open</p>"),
        ("Gerne! Hier ist der Text:\n\n„Täglich frisch“", "Täglich frisch"),
        ('Sure! Here is it:\n\n"Open daily."\n\nLet me know if you need more.', "Open daily."),
        ("Here are five tips for your garden:\n\n1. Water", "Here are five tips for your garden:\n\n1. Water"),
        ('"Open" and "daily"', '"Open" and "daily"'),
    ],
)
def test_only_what_is_wrapped_around_the_answer_goes(answer: str, text: str) -> None:
    assert clean_reply(answer, finish_reason="stop").text == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('```json\n{"a": [1, 2.5]}\n```', {"a": [1, 2.5]}),
        ('Here it is: {"a": "}"} Enjoy!', {"a": "}"}),
        ('As said in [1]: {"a": "b", "c": "d"}', {"a": "b", "c": "d"}),
        ('["a\\u0000b", "c\\ud800"]', ["ab", "c"]),
        ('{"a": {"b": ["x\\u202ey"]}}', {"a": {"b": ["xy"]}}),
    ],
)
def test_json_is_found_and_its_strings_are_clean(text: str, value: Any) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no json", "no JSON in it"),
        ('"{}"', "JSON inside a string"),
        ("42", "no JSON in it"),
        ('{"a": 1, "a": 2}', "a key that occurs twice"),
        ('{"a": 1, "\\u200ba": 2}', "a key that occurs twice"),
        ('{"a": NaN}', "a number that is none"),
        ('{"a": 1e999}', "a number that is too large"),
        ('{"a": ' + "9" * 5000 + "}", "a number that is too large"),
        ('{"a": 1]', "not valid JSON"),
        ("[" * 21 + "]" * 21, "JSON nested too deeply"),
        ("[" * 200_000, "JSON nested too deeply"),
    ],
)
def test_json_that_two_readers_could_understand_differently_is_malformed(text: str, reason: str) -> None:
    with pytest.raises(MalformedReply) as caught:
        read_json(text)
    assert caught.value.reason == reason


def test_twenty_levels_are_read() -> None:
    assert read_json("[" * 20 + "]" * 20)


def test_json_that_stops_is_a_cut_reply() -> None:
    with pytest.raises(CutReply):
        extract_json('{"title": "Tea", "body": ')


@pytest.mark.parametrize(
    "text", ['"\\' * 100_000, '\\"' * 100_000, '{"' + '\\"' * 99_000, "[]" * 100_000, "```\n" * 50_000]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    began = time.perf_counter()
    with pytest.raises(MalformedReply):
        read_json(text + "{")
    clean_reply("a" + text, finish_reason="stop")
    assert time.perf_counter() - began < 3


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text('abc é"\\{}[]'),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
        max_leaves=8,
    ).filter(lambda value: isinstance(value, dict | list))
)
def test_what_json_wrote_is_read_back(value: Any) -> None:
    assert read_json(json.dumps(value)) == value


def test_errors_carry_nothing_of_the_answer() -> None:
    with pytest.raises(MalformedReply) as caught:
        ARTICLE.parse('{"title": 3, "secret-key-1": 1, "body": "secret-key-2"}')
    assert "secret" not in str(caught.value) + repr(caught.value) + str(caught.value.__cause__)
