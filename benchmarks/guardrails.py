"""What all guardrails together cost, beside nh3 alone on the same text.

A request and its reply of so many kilobytes each: data about people replaced in the request, and it looked up in a rule
set of 200 words and 10 patterns; the reply cleaned, put through the HTML gate, looked up in the same rules, and judged
by the two checks of wording that come with the app. Some of the text is what they look for, so that they find things.
Targets: under 25 ms for 10 kB, under 250 ms for 100 kB.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from random import Random
from typing import Any

import django
from stage.figures import Figure, headline, middle, report, spread

MOST = {10: 25.0, 100: 250.0}
"""Milliseconds, by kilobytes."""
WORDS = (
    "the", "keeper", "walked", "along", "shore", "counting", "boats", "that", "came", "home", "before", "night",
    "falls", "over", "quiet", "harbour", "town",
)  # fmt: skip
ABOUT_PEOPLE = (
    "Ring 020 7946 0958",
    "write to keeper@lighthouse.example",
    "IBAN GB33BUKB20201555555555",
    "on 192.0.2.7",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--kilobytes", type=int, nargs="+", default=[1, 10, 100])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.settings")
    django.setup()
    headline(f"All guardrails on a request and its reply, median of {options.rounds} rounds")
    for kilobytes in options.kilobytes:
        _measure(kilobytes, rounds=options.rounds)


def _measure(kilobytes: int, *, rounds: int) -> None:
    import nh3

    from wagtail_ai_content.core.engine.reply import clean_reply
    from wagtail_ai_content.core.guardrails.html import clean_html
    from wagtail_ai_content.core.guardrails.rules import RuleSet
    from wagtail_ai_content.core.providers.base import Message
    from wagtail_ai_content.guardrails import Stage
    from wagtail_ai_content.pipeline import moderation
    from wagtail_ai_content.pipeline.build import without_people

    text, rules = _text(kilobytes * 1000), (RuleSet("Rules", _rules()),)
    messages = (Message(role="system", content="You are an editor."), Message(role="user", content=text))
    checks = moderation.checks_for(Stage.REPLY)

    def request() -> None:
        sent, _ = without_people(messages, model="openai/test")
        moderation.by_rules(moderation.of_request((one.content for one in sent), function="rewrite"), rules)

    def reply() -> None:
        cleaned = clean_reply(text, finish_reason="stop")
        clean_html(cleaned.text, allowed_hosts=frozenset())
        content = moderation.of_reply(cleaned.text, function="rewrite", structured=False, given="")
        found = moderation.by_rules(content, rules)
        found += asyncio.run(_checked(checks, content))
        assert found

    floor, asked, answered = [], [], []
    for _ in range(rounds):
        floor.append(_milliseconds(lambda: nh3.clean(text)))
        asked.append(_milliseconds(request))
        answered.append(_milliseconds(reply))
    both = [one + other for one, other in zip(asked, answered, strict=True)]
    what = f"{kilobytes} kB"
    report(
        Figure(what=f"{what}: nh3 alone", value=middle(floor), unit="ms"),
        Figure(what=f"{what}: before, on the request", value=middle(asked), unit="ms"),
        Figure(what=f"{what}: after, on the reply", value=middle(answered), unit="ms"),
        Figure(what=f"{what}: both", value=middle(both), unit="ms", most=MOST.get(kilobytes), note=spread(both)),
        Figure(what=f"{what}: both/nh3", value=middle([one / other for one, other in zip(both, floor, strict=True)])),
    )


async def _checked(checks: Any, content: Any) -> Any:
    from wagtail_ai_content.pipeline import moderation

    return await moderation.by_checks(checks, content, None, known=None)  # type: ignore[arg-type]  # none asks a service


def _text(length: int) -> str:
    random, parts, size = Random(length), [], 0
    while size < length:
        words = " ".join(random.choice(WORDS) for _ in range(60))
        about = f" {random.choice(ABOUT_PEOPLE)}." if random.random() < 0.3 else ""
        parts.append(f"<p>{words}, the <b>chairman</b> said.{about}</p>")
        size += len(parts[-1])
    return "".join(parts)[:length]


def _rules() -> list[Any]:
    from wagtail_ai_content.core.guardrails.check import Action, Stage
    from wagtail_ai_content.core.guardrails.rules import Rule

    both = frozenset({Stage.REQUEST, Stage.REPLY})
    words = tuple(f"forbidden phrase {number}" for number in range(199))
    about: dict[str, Any] = {"action": Action.WARN, "category": "a rule", "stages": both}
    patterns = [rf"order (no\.|number) \d{{4}}-{number}" for number in range(10)]
    return [
        Rule(kind="words", sources=(*words, "harbour town"), **about),
        *(Rule(kind="pattern", sources=(source,), **about) for source in patterns),
    ]


def _milliseconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
