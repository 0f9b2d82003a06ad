"""What the editor's menu offers, and where."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from wagtail_ai_content.features.writing.actions import ACTIONS, TONES, action_named, for_place, tone_named

DEFAULT = ["h2", "h3", "bold", "italic", "ol", "ul", "link"]


def names(**place: object) -> list[str]:
    return [action.name for action in for_place(**place)]  # type: ignore[arg-type]


def test_every_action_has_a_name_of_its_own_and_an_icon_of_wagtails() -> None:
    found = find_spec("wagtail")
    assert found is not None
    assert found.origin is not None
    icons = Path(found.origin).parent / "admin" / "templates" / "wagtailadmin" / "icons"
    assert len({action.name for action in ACTIONS}) == len({action.label for action in ACTIONS}) == len(ACTIONS)
    assert [action.icon for action in ACTIONS if not (icons / f"{action.icon}.svg").exists()] == []
    assert len({tone.value for tone in TONES}) == len({tone.label for tone in TONES}) == len(TONES)


def test_a_rich_text_may_become_what_its_field_can_hold() -> None:
    assert "list" in names(kind="rich", features=DEFAULT)
    assert "headings" in names(kind="rich", features=DEFAULT)
    bold = names(kind="rich", features=["bold"])
    assert {"list", "headings"}.isdisjoint(bold)
    assert {"improve", "continue", "summarise", "write", "ask"} <= set(bold)
    assert "suggest" not in names(kind="rich", features=DEFAULT)


def test_short_texts_are_suggested_and_not_continued() -> None:
    for place in ({"use": "title"}, {"use": "search_description", "multiline": True}, {"use": "text"}):
        found = names(kind="plain", **place)
        assert "suggest" in found
        assert {"continue", "summarise", "list"}.isdisjoint(found)
    assert "expand" not in names(kind="plain", use="title")


def test_a_long_plain_text_is_continued_and_not_suggested() -> None:
    found = names(kind="plain", multiline=True)
    assert {"continue", "summarise"} <= set(found)
    assert "suggest" not in found


def test_a_site_may_allow_some_only() -> None:
    assert names(kind="rich", features=DEFAULT, only=["fix", "ask", "suggest"]) == ["fix", "ask"]
    assert names(kind="plain", only=[]) == []


def test_every_empty_place_can_be_written() -> None:
    for place in ({"kind": "rich"}, {"kind": "plain"}, {"kind": "plain", "multiline": True}):
        assert any("empty" in action.when for action in for_place(**place))  # type: ignore[arg-type]


def test_what_is_unknown_is_none() -> None:
    assert (action_named("dance"), tone_named("rude")) == (None, None)
    assert action_named("fix") in ACTIONS
    assert tone_named("plain") in TONES
