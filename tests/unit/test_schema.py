"""The form of a structured answer."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest

from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import MalformedReply


@dataclass(frozen=True, kw_only=True)
class Part:
    text: str
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Answer:
    parts: tuple[Part, ...]
    sure: bool
    score: float
    properties: str = ""


ANSWER = ReplySchema(Answer, max_items=3)


def test_an_object_becomes_the_dataclass_and_extra_keys_are_dropped() -> None:
    text = '{"parts": [{"text": "a\\u0000", "evil": 1}], "sure": true, "score": 1, "live": true}'
    assert ANSWER.parse(text) == Answer(parts=(Part(text="a"),), sure=True, score=1.0)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"parts": [], "sure": "yes", "score": 1}', "sure: bool type"),
        ('{"parts": [], "sure": 1, "score": 1}', "sure: bool type"),
        ('{"parts": [], "sure": true, "score": "1"}', "score: float type"),
        ('{"parts": [{"text": "a", "weight": "3"}], "sure": true, "score": 1}', "parts.0.weight: int type"),
        ('{"parts": [{"text": null}], "sure": true, "score": 1}', "parts.0.text: string type"),
        ('{"parts": [], "sure": true}', "score: missing"),
        ("[]", "the whole: dataclass type"),
    ],
)
def test_other_types_are_refused_with_their_place(text: str, reason: str) -> None:
    with pytest.raises(MalformedReply) as caught:
        ANSWER.parse(text)
    assert caught.value.reason == reason


def test_lists_that_are_too_long_are_refused() -> None:
    with pytest.raises(MalformedReply, match="more than 3"):
        ANSWER.parse('{"parts": [{"text": ""}, {"text": ""}, {"text": ""}, {"text": ""}], "sure": true, "score": 1}')


def test_the_json_schema_is_closed_at_every_level() -> None:
    schema = ANSWER.json_schema()
    assert schema["required"] == ["parts", "sure", "score", "properties"]
    assert schema["additionalProperties"] is False
    part = schema["$defs"]["Part"]
    assert part["required"] == ["text", "weight"]
    assert part["additionalProperties"] is False
    assert "default" not in part["properties"]["weight"]
    assert schema["properties"]["properties"] == {"title": "Properties", "type": "string"}


def test_the_form_itself_is_left_alone() -> None:
    ANSWER.json_schema()
    assert not hasattr(Answer, "__pydantic_config__")


def test_pydantic_is_loaded_by_the_first_use_only() -> None:
    program = (
        "import sys; from wagtail_ai_content.core.engine.schema import ReplySchema; import wagtail_ai_content.core"
        ".guardrails.html; assert not {'pydantic', 'nh3', 'django'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=__file__.rpartition("/tests/")[0])
