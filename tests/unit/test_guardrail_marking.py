"""What was found, set apart in the whole text."""

from __future__ import annotations

import pytest

from wagtail_ai_content.core.guardrails.marking import pieces


@pytest.mark.parametrize(
    ("text", "excerpts", "marked"),
    [
        ("one two three", ["two"], "one [two] three"),
        ("one two three", ["…two…"], "one [two] three"),
        ("one\n  two three", ["one two"], "[one\n  two] three"),
        ("One TWO three", ["one two"], "[One TWO] three"),
        ("one two two", ["two"], "one [two] two"),
        ("one two three", ["three", "one"], "[one] two [three]"),
        ("one two three", ["one two", "two three"], "[one two][ three]"),
        ("one two three", ["one two three", "two"], "[one two three]"),
        ("one two", ["three", "", "…"], "one two"),
        ("a.c abc", ["a.c"], "[a.c] abc"),
        ("<b>one</b> two", ["one two"], "<b>one</b> two"),
        ("", ["one"], ""),
    ],
)
def test_places_are_set_apart(text: str, excerpts: list[str], marked: str) -> None:
    found = pieces(text, excerpts)
    assert "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in found) == marked
    assert "".join(piece.text for piece in found) == text
