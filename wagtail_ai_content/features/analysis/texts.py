"""The texts of an open form, as ``suggestions`` is given them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.core.versions.fragments import ProtectedFragment
from wagtail_ai_content.core.versions.richtext import plain_text
from wagtail_ai_content.pipeline.gate import Field, shown

MOST_TEXTS: Final = 1000
NOT_LISTED = gettext_noop("“%(name)s” must be a list of at most %(most)s texts, each with a path and its words.")


@dataclass(frozen=True, kw_only=True)
class OpenText:
    """One text of the form."""

    id: str
    """For this request only."""
    path: str
    label: str
    role: str
    kind: str
    """``plain`` or ``rich``."""
    value: str
    """Plain text, or Wagtail's database HTML."""
    features: tuple[str, ...] | None
    """Of a rich text; None where it was not said which it has."""
    multiline: bool
    max_length: int | None

    def field(self, hosts: frozenset[str]) -> Field:
        return Field(kind=self.kind, features=self.features or (), multiline=self.multiline, hosts=hosts)

    @property
    def protected(self) -> ProtectedFragment:
        """What a model may see of it."""
        return shown(self.value, into=self.field(frozenset()))

    @property
    def replaceable(self) -> bool:
        """Whether it is known what a text in its place may hold, and whether its words are the site's own. A table
        is never replaced."""
        return (self.kind == "plain" or self.features is not None) and self.role not in ("quotation", "table")

    @property
    def words(self) -> str:
        """What people read of it, a line for each paragraph."""
        return plain_text(self.value) if self.kind == "rich" else self.value.strip()


def read_texts(payload: Mapping[str, Any]) -> list[OpenText]:
    """Raises: ``InvalidInput``."""
    texts = payload.get("texts")
    if not isinstance(texts, list | tuple) or len(texts) > MOST_TEXTS:
        raise InvalidInput(NOT_LISTED, name="texts", most=MOST_TEXTS)
    return [_text(text, f"t{number}") for number, text in enumerate(texts, 1)]


def _text(data: Any, id_: str) -> OpenText:
    if not isinstance(data, Mapping) or not isinstance(data.get("path"), str):
        raise InvalidInput(NOT_LISTED, name="texts", most=MOST_TEXTS)
    kind = "rich" if isinstance(data.get("html"), str) else "plain"
    value: Any = data.get("html") if kind == "rich" else data.get("plain")
    features = data.get("features")
    most = data.get("max_length")
    listed = features is None or isinstance(features, list | tuple)
    texts = [value, data.get("label", ""), data.get("role", ""), *((features or ()) if listed else [None])]
    if not all(isinstance(text, str) for text in texts):
        raise InvalidInput(NOT_LISTED, name="texts", most=MOST_TEXTS)
    return OpenText(
        id=id_,
        path=data["path"],
        label=data.get("label", ""),
        role=data.get("role", ""),
        kind=kind,
        value=value,
        features=None if features is None else tuple(features),
        multiline=data.get("multiline", True) is True,
        max_length=most if type(most) is int else None,
    )
