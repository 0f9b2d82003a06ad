"""Texts for people, kept translatable without Django.

``gettext_noop`` marks a message for ``makemessages``; a :class:`Text` carries the message and its values apart, so
that it can be stored once and shown in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def gettext_noop(message: str) -> str:
    """Mark ``message`` for extraction and return it unchanged (Django's function of that name, without Django)."""
    return message


@dataclass(frozen=True)
class Text:
    """A message with named ``%(name)s`` placeholders, and the values for them."""

    template: str
    """The English message, which is also the key of its translations."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """Plain values by placeholder name."""

    def __str__(self) -> str:
        return fill(self.template, self.params)

    def as_json(self) -> dict[str, Any]:
        return {"template": self.template, "params": dict(self.params)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Text:
        if not data:
            return cls("")
        return cls(str(data.get("template", "")), dict(data.get("params") or {}))


def fill(template: str, params: Mapping[str, Any]) -> str:
    """Put ``params`` into ``template``; a message with no values keeps its per cent signs."""
    return template % dict(params) if params else template


def storable(text: str) -> str:
    """``text`` without what a database refuses: the character nought, and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
