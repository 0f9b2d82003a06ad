"""What a site said about the fields of its models: the ``FIELDS`` setting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models

from wagtail_ai_content import conf


@dataclass(frozen=True, kw_only=True)
class FieldRules:
    """What a site said about the fields of a model (and of the models it inherits from)."""

    only: frozenset[str] | None = None
    """If given, no other field or dotted path of block types is used."""
    exclude: frozenset[str] = field(default_factory=frozenset)
    """Read as context, not written."""
    private: frozenset[str] = field(default_factory=frozenset)
    """Neither read nor written."""
    blocks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By StreamField: the only types of blocks that an AI makes in it, at whatever depth."""

    def allow(self, place: str) -> bool:
        """Whether ``place`` (``body.quote.source``: types, not ids) may be written."""
        chosen = self.only is None or _covers(self.only, place)
        return chosen and not _covers(self.exclude, place) and not self.hide(place)

    def hide(self, place: str) -> bool:
        return _covers(self.private, place)

    def allow_block(self, field: str, kind: str) -> bool:
        """Whether blocks of the type ``kind`` may be made in the StreamField ``field``."""
        return field not in self.blocks or self.names_block(field, kind)

    def names_block(self, field: str, kind: str) -> bool:
        """Whether the site itself says that they may."""
        return kind in self.blocks.get(field, ())


def rules_for(model: type[models.Model]) -> FieldRules:
    """The rules of a model. ``exclude`` and ``private`` of its parents hold for it too; the nearest ``only``, and the
    nearest ``blocks`` of a field, counts."""
    written = {label.lower(): rules for label, rules in conf.get("FIELDS").items()}
    found = [written[label] for label in labels_of(model) if label in written]
    return FieldRules(
        only=next((frozenset(rules["only"]) for rules in found if "only" in rules), None),
        exclude=_union(found, "exclude"),
        private=_union(found, "private"),
        blocks={name: frozenset(kinds) for rules in reversed(found) for name, kinds in rules.get("blocks", {}).items()},
    )


def _covers(places: Iterable[str], place: str) -> bool:
    return any(place == known or place.startswith(f"{known}.") for known in places)


def labels_of(model: type[models.Model]) -> Iterator[str]:
    """Of a model and of those it inherits from, the nearest first."""
    for kind in model.__mro__:
        if isinstance(kind, models.base.ModelBase) and hasattr(kind, "_meta"):
            yield kind._meta.label_lower


def _union(found: list[Mapping[str, Any]], key: str) -> frozenset[str]:
    return frozenset(entry for rules in found for entry in rules.get(key, ()))
