"""A small made-up world to preview prompts with: the section of a harbour museum's website."""

from __future__ import annotations

from typing import Any

_TEXT = (
    "The lighthouse was built in 1874 and is open from April to October, every day except Monday. "
    "The climb has 142 steps; there is no lift. Children under six come in free."
)
_PAGES = (
    ("Getting here", "Ferries leave the town quay every 40 minutes. Dogs travel free of charge."),
    ("The lighthouse", _TEXT),
    ("The lifeboat shed", "The shed holds three boats. The oldest, the Margaret, was in service from 1911 to 1946."),
)
_UNITS = (
    ("introduction", "text", "Climb the tower and see the whole bay.", 250),
    ("body.a1", "rich", f"<p>{_TEXT}</p>", 0),
    ("body.b2", "rich", '<p>Plan your day with the <a href="ref:1">ferry times</a>.</p>', 0),
)


def sample_values(function: str) -> dict[str, Any]:
    """A value for each variable of the shipped prompts."""
    return {
        "function": function,
        "language": "English",
        "page_title": "The lighthouse",
        "section_title": "Visit the museum",
        "section_summary": "Four buildings around the old harbour, open from April to October.",
        "pages": [{"title": title, "text": text, "current": text is _TEXT} for title, text in _PAGES],
        "position": 1,
        "shortened": False,
        "units": [{"id": id, "kind": kind, "html": html, "max_length": most} for id, kind, html, most in _UNITS],
        "text": _TEXT,
        "instruction": "Make it friendlier for families with children.",
        "limits": {"title": 60, "seo_title": 60, "search_description": 160, "summary": 600},
    }
