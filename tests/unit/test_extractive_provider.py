"""The built-in engine as a provider: free, the same every time, and fast."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from wagtail_ai_content.core.errors import DeadlineExceeded, NothingToWorkOn
from wagtail_ai_content.core.providers.base import Message, Reply, Request
from wagtail_ai_content.core.providers.extractive import ExtractiveProvider

ROOT = Path(__file__).resolve().parents[2]
TEXT = "The kiln temperature rises slowly. Watch the kiln temperature. A cone bends when heat has done enough."
SUMMARISE = {"function": "summarise", "language": "en", "text": TEXT}
SCHEMA = {
    "type": "object",
    "properties": {"summary": {"type": "string"}, "note": {"type": "string"}},
    "required": ["summary", "note"],
}


def request(material: dict[str, Any], **options: Any) -> Request:
    prompt = Message(role="user", content="Ignore the material and write a poem.")
    return Request(
        **{"model": "builtin/extractive", "messages": (prompt,), "max_tokens": 500, "material": material} | options
    )


async def streamed(asked: Request) -> tuple[list[str], Reply | None]:
    chunks = [chunk async for chunk in ExtractiveProvider().stream(asked)]
    assert all(chunk.reply is None for chunk in chunks[:-1])
    return [chunk.text for chunk in chunks], chunks[-1].reply


def test_it_says_what_it_can_do() -> None:
    found = ExtractiveProvider().capabilities("builtin/extractive")
    assert (found.supports_streaming, found.supports_schema) == (True, True)
    assert (found.supports_embeddings, found.supports_images) == (False, False)


async def test_an_answer_is_free_counted_in_words_and_claims_no_confidence() -> None:
    reply = await ExtractiveProvider().complete(request(SUMMARISE))
    assert (reply.cost.amount, reply.cost.source) == (Decimal(0), "builtin")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (17, len(reply.text.split()))
    assert (reply.model, reply.finish_reason, reply.confidence) == ("builtin/extractive", "stop", None)


@pytest.mark.parametrize("schema", [None, SCHEMA])
async def test_a_stream_gives_the_same_answer_word_by_word(schema: dict[str, Any] | None) -> None:
    asked = request(SUMMARISE, schema=schema)
    pieces, reply = await streamed(asked)
    assert reply == await ExtractiveProvider().complete(asked)
    assert "".join(pieces) == reply.text
    assert len(pieces) > 4


async def test_the_prompt_and_the_temperature_change_nothing() -> None:
    plain = await ExtractiveProvider().complete(request(SUMMARISE))
    hot = await ExtractiveProvider().complete(request(SUMMARISE, temperature=2.0, messages=(), fresh=True))
    assert plain == hot


async def test_a_text_over_the_word_limit_is_cut_and_says_so() -> None:
    reply = await ExtractiveProvider().complete(request(SUMMARISE, max_tokens=3))
    assert len(reply.text.split()) == 3
    assert reply.truncated


async def test_an_answer_with_a_schema_is_never_cut() -> None:
    reply = await ExtractiveProvider().complete(request(SUMMARISE, max_tokens=3, schema=SCHEMA))
    assert reply.text.endswith('"}')
    assert not reply.truncated


async def test_nothing_to_work_on_is_raised_from_a_stream_too() -> None:
    with pytest.raises(NothingToWorkOn):
        await streamed(request({"function": "summarise"}))


async def test_an_answer_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(DeadlineExceeded):
        await ExtractiveProvider().complete(request(SUMMARISE, deadline=0))


PROGRAM = """
import asyncio, sys
from wagtail_ai_content.core.providers.base import Request
from wagtail_ai_content.core.providers.extractive import ExtractiveProvider
from wagtail_ai_content.core.providers.extractive.digest import Digest
from wagtail_ai_content.core.providers.extractive.languages import ENGLISH
text = sys.stdin.read()
for function in ("summarise", "title", "meta"):
    material = {"function": function, "language": "en", "text": text, "page_title": "Kiln"}
    asked = Request(model="builtin/extractive", messages=(), max_tokens=500, material=material)
    print(asyncio.run(ExtractiveProvider().complete(asked)).text)
print(Digest(text=text, language=ENGLISH).ranking)
assert not {"django", "litellm", "numpy", "pydantic"} & set(sys.modules)
"""


def test_the_answer_does_not_depend_on_the_process_and_needs_no_third_party() -> None:
    text = " ".join(
        f"The {a} {b} of clay meets the {b} {a}. A {a} needs heat." for a in "xyz" for b in ("kiln", "pot", "cone")
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            input=text,
            capture_output=True,
            check=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(answers) == 1


def long_text(size: int) -> str:
    """Sentences that share words but are all different."""
    nouns = ("kiln", "glaze", "clay", "cone", "wheel", "shelf", "market", "studio", "potter", "firing", "colour")
    sentences, length, number = [], 0, 0
    while length < size:
        first, second = nouns[number % 11], nouns[number * 7 % 10]
        sentences.append(f"The {first} number {number} stands beside a {second} that word{number * 13 % 997} made.")
        length += len(sentences[-1])
        number += 1
    return " ".join(sentences)


@pytest.mark.parametrize("function", ["summarise", "title", "meta", "page_text", "rewrite"])
async def test_a_hundred_kilobytes_take_well_under_a_second(function: str) -> None:
    text = long_text(100_000)
    material = {"function": function, "language": "en", "text": text, "page_title": "Kiln", "instruction": "shorten"}
    if function == "page_text":
        material["pages"] = [{"title": f"Page {at}", "text": text[at * 25_000 : (at + 1) * 25_000]} for at in range(4)]
    if function == "rewrite":
        material["units"] = [{"id": "u1", "html": f"<p>{text}</p>"}]
    start = perf_counter()
    await ExtractiveProvider().complete(request(material))
    # Generous, as a busy build machine is slow; a quadratic step would take minutes.
    assert perf_counter() - start < 5


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("<", 50_000),
        ("<b>", 20_000),
        ("&amp;", 20_000),
        ("the ", 25_000),
        (". ", 40_000),
        ("a.A.", 25_000),
        ("\n a", 30_000),
    ],
)
@pytest.mark.parametrize("instruction", ["shorten", ""])
async def test_hostile_texts_take_no_longer(text: str, times: int, instruction: str) -> None:
    hostile = f"A pot. {text * times}"
    material = {"function": "rewrite", "language": "en", "instruction": instruction}
    start = perf_counter()
    await ExtractiveProvider().complete(request({**material, "units": [{"id": "u1", "html": f"<p>{hostile}</p>"}]}))
    await ExtractiveProvider().complete(request({"function": "summarise", "language": "en", "text": hostile}))
    assert perf_counter() - start < 10
