from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.providers.faults import retry_after
from wagtail_ai_content.core.providers.payloads import from_base64, picture_of, text_of, tokens, usage_of, vector

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3", 3.0),
        ("2.5", 2.5),
        ("0", 1.0),
        ("-5", 1.0),
        ("99999999999999999999", 300.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 1.0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 300.0),
        ("nan", None),
        ("infinity", None),
        ("soon", None),
        ("", None),
    ],
)
def test_the_wait_is_between_one_second_and_five_minutes(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, now=NOW) == seconds


def test_no_header_is_no_wait() -> None:
    assert retry_after({}, now=NOW) is None


@pytest.mark.parametrize("value", [None, "12", -1, True, 1.5, float("nan"), 10**12])
def test_what_is_no_count_of_tokens_is_unknown(value: object) -> None:
    assert tokens(value) is None


def test_usage_keeps_what_is_known() -> None:
    usage = usage_of({"prompt_tokens": 5, "completion_tokens": "x"})
    assert (usage.prompt_tokens, usage.completion_tokens) == (5, None)


def test_parts_are_joined_and_other_things_refused() -> None:
    assert text_of([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]) == "ab"
    for content in (None, [], [{"type": "image"}], {"text": "a"}, 7):
        with pytest.raises(MalformedReply):
            text_of(content)


@pytest.mark.parametrize("value", [[], None, [0, 0], [1, None], [1, float("inf")], [True], "AAA=", "", [1, "2"]])
def test_what_is_no_vector_is_refused(value: object) -> None:
    with pytest.raises(MalformedReply):
        vector(value)


def test_base64_may_be_wrapped_and_prefixed() -> None:
    assert from_base64("data:image/png;base64,\naGVs\r\nbG8=") == b"hello"


def test_an_image_is_bytes_or_else_an_address() -> None:
    assert picture_of([{"b64_json": "aGVsbG8=", "url": "https://images.example.org/a.png"}]) == b"hello"
    assert picture_of([{"b64_json": None, "url": "https://images.example.org/a.png"}]).endswith("/a.png")


@pytest.mark.parametrize("rows", [[], None, [{}], [{"b64_json": ""}], [{"b64_json": 5}], [{"url": 5}], [{"url": ""}]])
def test_what_is_no_image_is_refused(rows: object) -> None:
    with pytest.raises(MalformedReply):
        picture_of(rows)
