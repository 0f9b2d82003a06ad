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
_OUTLINE = """- type "heading" (Heading); its value: plain text on one line, at most 80 characters
- type "paragraph" (Paragraph); its value: HTML (p, b, i)
- type "quote" (Quote); its value: an object with these keys
  "text": plain text
  "source": plain text on one line, may be empty"""
_ASSIST: dict[str, Any] = {
    "action": "improve",
    "earlier": "",
    "tone": "friendly",
    "kind": "rich",
    "use": "text",
    "role": "prose",
    "label": "Body",
    "selected": False,
    "multiline": True,
    "elements": ["p", "b", "i", "ul", "ol", "li"],
    "has_refs": False,
    "wants": 0,
    "options": 1,
    "next_option": "=== next ===",
    "page_text": "",
}
_UNITS = (
    ("u1", "text", "Climb the tower and see the whole bay.", 250),
    ("u2", "heading", "<h2>A light since 1862</h2>", None),
    ("u3", "text", f"<p>{_TEXT}</p>", None),
    ("u4", "text", '<p>Plan your day with the <a href="ref:1">ferry times</a>.</p>', None),
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
        "units": [_unit(*unit) for unit in _UNITS],
        "text": _TEXT,
        "instruction": "Make it friendlier for families with children.",
        "outline": _OUTLINE,
        "room": 6,
        "locked": ["since 1862"],
        "texts": [_text(*unit) for unit in _UNITS],
        "kinds": ["clarity", "structure", "missing", "tone", "readability"],
        "most": 20,
        **_ASSIST,
        "policy": "No promises about the weather.",
        "passages": [_TEXT],
        "is_reply": True,
        "limits": {"title": 60, "seo_title": 60, "search_description": 160, "summary": 600},
    }


def _text(number: str, kind: str, html: str, most: int | None) -> dict[str, Any]:
    role = "heading" if kind == "heading" else "prose"
    plain = not html.startswith("<")
    return {"id": number, "label": "Text", "role": role, "html": html, "plain": plain, "replaceable": True}


def _unit(number: str, kind: str, html: str, most: int | None) -> dict[str, Any]:
    plain = not html.startswith("<")
    return {
        "id": number,
        "kind": kind,
        "html": html,
        "plain": plain,
        "max_length": most,
        "multiline": not plain,
        "locked": kind == "heading",
    }
