"""Hostile and malformed answers leave nothing in a text but words."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.assist import PLAIN, RICH, Run
from wagtail_ai_content.core.errors import MalformedReply, Refused
from wagtail_ai_content.core.versions.markup import is_broken, pieces, tags, visible

pytestmark = pytest.mark.django_db


def corpus(name: str) -> list[Any]:
    path = Path(__file__).parents[3].parent / "shared" / "corpora" / f"{name}.dev.jsonl"
    if not path.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"The corpus {name} is not beside this checkout."))]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in rows]


def text_of(row: Mapping[str, Any]) -> str:
    if "payload_b64" in row:
        return base64.b64decode(row["payload_b64"]).decode("utf-8", "replace")
    return "".join(text * times for text, times in row.get("payload_rle", [[row.get("payload") or "", 1]]))


@pytest.mark.parametrize("place", [RICH, PLAIN], ids=["rich", "plain"])
@pytest.mark.parametrize("row", corpus("xss") + corpus("injection"))
def test_a_hostile_reply_leaves_nothing_but_words(reply: Run, row: dict[str, Any], place: dict[str, Any]) -> None:
    source = "<p>Our own words.</p>" if place is RICH else "Our own words."
    try:
        parsed = reply(f"{text_of(row)}\n", **{**place, "source": source})
    except (MalformedReply, Refused):
        assert row["category"] != "benign"
        return
    for option in parsed.value["options"]:
        assert_harmless(option, kind=place["kind"])
        if row["expect"] == "kept" and row.get("keep"):
            assert "".join(row["keep"].split()) in "".join(visible(option).split())


@pytest.mark.parametrize("place", [RICH, PLAIN], ids=["rich", "plain"])
@pytest.mark.parametrize("row", corpus("malformed"))
def test_a_malformed_reply_ends_in_a_text_or_in_an_error_of_ours(
    reply: Run, row: dict[str, Any], place: dict[str, Any]
) -> None:
    try:
        parsed = reply(text_of(row), **place)
    except (MalformedReply, Refused):
        return
    for option in parsed.value["options"]:
        assert visible(option).strip()
        assert_harmless(option, kind=place["kind"])
        assert "\0" not in option
        option.encode()


def assert_harmless(option: str, *, kind: str) -> None:
    """No markup in plain words; in rich text only what the field has, and no address but our own."""
    if kind == "plain":
        assert not re.search(r"<[a-zA-Z/!]", option)
        return
    for tag in tags(option):
        assert tag.name in {"p", "br", "h2", "h3", "b", "i", "ol", "ul", "li", "hr", "a", "embed"}
        assert tag.name == "embed" or tag.closing or not tag.attributes or tag.name == "a"
        href = tag.get("href")
        assert (
            href is None or href in ("https://tides.example/today",) or href.startswith(("mailto:", "tel:", "/", "#"))
        )
        assert not (href or "").startswith("//")
    bare = "".join(piece for piece in pieces(option) if isinstance(piece, str))
    assert not is_broken(bare)
