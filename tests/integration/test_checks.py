"""Settings that are wrong are named by the system checks, with what to write, and never end in a traceback."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import CheckMessage, run_checks

TAG = "wagtail_ai_content"


def found(settings: Any, told: Any) -> list[CheckMessage]:
    settings.WAGTAIL_AI_CONTENT = told
    return run_checks(tags=[TAG], include_deployment_checks=True)


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("sk-1234", "E001"),
        ({"API_KEY": "sk-1234"}, "E002"),
        ({"PROVIDERS": "sk-1234"}, "E003"),
        ({"PROVIDERS": {"openai": "sk-1234"}}, "E003"),
        ({"PRICES": {"openai/one": 3}}, "E003"),
        ({"CALL_DEADLINE": "long"}, "E003"),
        ({"GUARDRAILS": 5}, "E003"),
        ({"MAX_CALLS": True}, "E003"),
        ({"MODEL": "gpt-4.1-mini"}, "E004"),
        ({"REDACT": ["SHOE_SIZE"]}, "E005"),
    ],
)
def test_what_is_wrong_is_named_with_what_to_write(settings: Any, told: Any, number: str) -> None:
    (message,) = (each for each in found(settings, told) if each.id != f"{TAG}.W030")
    assert message.id == f"{TAG}.{number}"
    assert message.hint
    assert "sk-1234" not in f"{message.msg} {message.hint}"


def test_settings_that_are_right_are_left_alone(settings: Any) -> None:
    assert [each.id for each in found(settings, settings.WAGTAIL_AI_CONTENT)] == [f"{TAG}.W030"]
