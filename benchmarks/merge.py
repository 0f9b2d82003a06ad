"""What a three-way merge costs beside reading its three sides, and how it grows.

A StreamField of cards (a heading, two paragraphs of rich text, a list), edited by an AI and by a person in as many
blocks each: words, paragraphs, blocks added, taken away and moved. The merge is measured against ``json.loads`` of the
three sides and one ``get_prep_value`` of the field, which any code that writes a page must pay. Target: at most 5 times
that at 500 blocks with 50 edits on each side, and a cost per block that does not grow.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from random import Random
from typing import Any

import django
from stage.figures import Figure, headline, middle, report, spread

SHARE = 10
"""Blocks to one edit of each side."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--blocks", type=int, nargs="+", default=[100, 200, 500, 1000, 2000, 5000])
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.support.settings")
    django.setup()
    headline(f"Merging a StreamField, an edit in every {SHARE}th block on each side, median of {options.rounds} rounds")
    for blocks in options.blocks:
        _measure(blocks, rounds=options.rounds)


def _measure(blocks: int, *, rounds: int) -> None:
    from tests.support.pages.models import DeepPage
    from wagtail_ai_content.core.versions.merge import merge
    from wagtail_ai_content.pipeline.shapes import content_shape

    shape, field = content_shape(DeepPage), DeepPage._meta.get_field("body")
    base, ai, now = _sides(blocks)

    def reading() -> None:
        for side in (base, ai, now):
            json.loads(side["body"])

    def writing() -> None:
        field.stream_block.get_prep_value(field.to_python(now["body"]))

    merged = merge(base, ai, now, shape=shape)
    assert merged.changed
    floor, ours = [], []
    for _ in range(rounds):
        floor.append(_milliseconds(reading) + _milliseconds(writing))
        ours.append(_milliseconds(lambda: merge(base, ai, now, shape=shape)))
    ratios = [one / other for one, other in zip(ours, floor, strict=True)]
    what = f"{blocks:,} blocks, {len(now['body']) // 1024:,} KiB, {len(merged.conflicts)} conflicts"
    report(
        Figure(what=f"{what}: loads of three and get_prep_value", value=middle(floor), unit="ms CPU"),
        Figure(what=f"{what}: merge", value=middle(ours), unit="ms CPU"),
        Figure(what=f"{what}: merge for a block", value=middle(ours) / blocks * 1000, unit="µs CPU"),
        Figure(
            what=f"{what}: merge/floor", value=middle(ratios), most=5 if blocks == 500 else None, note=spread(ratios)
        ),
    )


def _sides(blocks: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Base, the AI's version and the one of now."""
    from tests.support.edits import Editor
    from tests.support.pages.models import DeepPage
    from wagtail_ai_content.pipeline.shapes import content_shape

    random, shape = Random(blocks), content_shape(DeepPage)
    base = {"body": json.dumps([_block(number, random) for number in range(blocks)])}
    ai, human = (Editor(random=random, shape={"body": shape["body"]}, voice=voice) for voice in ("ai", "human"))
    return base, ai.edit(base, times=blocks // SHARE), human.edit(base, times=blocks // SHARE)


def _block(number: int, random: Random) -> dict[str, Any]:
    def text(words: int) -> str:
        return " ".join(random.choice(WORDS) for _ in range(words))

    items = [{"type": "item", "value": text(5), "id": f"i{number}-{place}"} for place in range(3)]
    paragraphs = [f'<p data-block-key="k{place}">{text(20)} <b>{text(2)}</b> {text(20)}.</p>' for place in range(2)]
    value = {"heading": text(5), "text": "".join(paragraphs), "remark": text(8), "items": items}
    return {"type": "section", "value": value, "id": f"b{number}"}


def _milliseconds(work: Callable[[], object]) -> float:
    """Of CPU time: other programs on the machine do not count."""
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


WORDS = ("sea", "calm", "boat", "harbour", "wind", "rain", "people", "waited", "morning", "tide", "road", "village")


if __name__ == "__main__":
    main()
