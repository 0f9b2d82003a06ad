"""What the places of a content hold, without Django: a tree beside the content that says how each part is compared.

Fields and blocks that a shape does not know are values: taken or left as a whole. ``pipeline/shapes.py`` makes shapes
from Wagtail's models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, TypeAlias


class Missing(Enum):
    """The type of :data:`MISSING`."""

    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return self.name


MISSING: Final = Missing.MISSING
"""Stands where a side has nothing: a block that was deleted, a row that did not exist yet. False as a truth value."""


@dataclass(frozen=True)
class Value:
    """Anything that is one thing: a number, a date, a choice, a chosen page or image."""

    holds: Literal["", "image", "embed", "link"] = ""
    """What it shows or leads to, for those who keep watch over that; makes no difference to comparing."""


@dataclass(frozen=True)
class Text:
    """Plain text. Compared as a whole; a diff shows its words."""


@dataclass(frozen=True)
class RichText:
    """Wagtail's database HTML: elements at the top level, and words inside them."""


@dataclass(frozen=True)
class Many:
    """A set: tags, or the keys of a many-to-many relation. Order has no meaning."""

    by: str = ""
    """For a list of rows: the field that says which thing a row stands for (``tag``); empty for a list of keys."""


@dataclass(frozen=True)
class Struct:
    """A dictionary with named parts."""

    children: Mapping[str, Shape]
    """By key."""


@dataclass(frozen=True)
class Table:
    """A table. Compared as a whole: its rows and cells have no names that last."""

    columns: Mapping[str, Shape] = field(default_factory=dict)
    """What the cells hold, by the type of their column; empty where all hold plain text."""


@dataclass(frozen=True)
class ListOf:
    """A list of items of one kind, each with an id."""

    child: Shape


@dataclass(frozen=True)
class Stream:
    """A list of blocks of several types, each with an id; a JSON string where it is a whole field."""

    children: Mapping[str, Shape]
    """By block type."""


@dataclass(frozen=True)
class Children:
    """Inline children: rows that belong to the page, whose ``pk`` is None until they are published."""

    fields: Mapping[str, Shape] = field(default_factory=dict)
    """The fields that are content, by name: no keys, no reference to the parent, no place in the order."""
    order: str = ""
    """The field that numbers the rows; empty when they have no order."""


Shape: TypeAlias = Value | Text | RichText | Many | Struct | Table | ListOf | Stream | Children
ContentShape: TypeAlias = Mapping[str, Shape]
"""Shapes by field name."""


@dataclass(frozen=True)
class Row:
    """One row of inline children, of which only these fields are compared. Part of :class:`Children`."""

    fields: ContentShape


@dataclass(frozen=True)
class Markup:
    """One top-level element. Part of :class:`RichText`."""


Part: TypeAlias = Shape | Row | Markup
