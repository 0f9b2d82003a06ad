"""What must not change unseen: the facts of two texts or two contents compared.

A fact that stands in another spelling is the same fact; one that moved to another place of the page is not lost; one
lost where another of its kind came is a change: ``12 % → 15 %``. A locked phrase must be said as often as before in its
field, and may not have moved to another.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..text import gettext_noop, storable
from .facts.accounts import Outcome, Place, Side, outcomes
from .facts.extract import placed
from .facts.reading import Fact, Kind, read
from .leaves import Block, Leaf, leaves
from .shape import ContentShape, RichText, Text, Value

LONGEST_SHOWN = 200
"""Characters of a fact that are told; a quotation may be as long as its page."""

KINDS: Mapping[Kind, str] = {
    "number": gettext_noop("Number"),
    "date": gettext_noop("Date or time"),
    "money": gettext_noop("Amount of money"),
    "name": gettext_noop("Name"),
    "quotation": gettext_noop("Quotation"),
    "link": gettext_noop("Link"),
    "embed": gettext_noop("Embed"),
    "image": gettext_noop("Image"),
    "block": gettext_noop("Block"),
    "phrase": gettext_noop("Locked phrase"),
}
"""What a person calls each kind; English messages, to be translated where they are shown."""

CHANGES: Mapping[str, str] = {
    "added": gettext_noop("Added"),
    "lost": gettext_noop("Lost"),
    "changed": gettext_noop("Changed"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One fact that was added, lost or changed."""

    kind: Kind
    change: Literal["added", "lost", "changed"]
    before: str
    """As it was shown; empty for one that was added."""
    after: str
    """As it is shown now; empty for one that was lost."""
    path: str
    """The place it concerns: where it was, or where an added one stands."""
    locked: bool = False
    """True for a locked phrase that was lost or changed: the AI had no right to do that."""

    @property
    def alert(self) -> bool:
        """True where a person should look: lost or changed."""
        return self.change != "added"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "before": storable(self.before), "after": storable(self.after)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Difference:
        return cls(**data)


def compare(
    before: str, after: str, *, rich: bool, language: str, locked: Collection[str] = (), path: str = ""
) -> tuple[Difference, ...]:
    """The facts in which two versions of one text differ. ``rich``: both are HTML as Wagtail stores it."""
    one, other = (_text(text, rich=rich, language=language, locked=locked) for text in (before, after))
    return tuple(map(_difference, outcomes([Place(path, one, other)], elsewhere=tuple)))


def content_differences(
    base: Mapping[str, Any],
    proposed: Mapping[str, Any],
    *,
    shape: ContentShape,
    language: str,
    locked: Collection[str] = (),
) -> tuple[Difference, ...]:
    """The facts in which two versions of a page's content differ, in the order of the page.

    Only places whose value differs are looked at. A fact that is new at its place but stood elsewhere on the page is
    not reported: the page said it before.
    """

    def side(part: Leaf | Block | None) -> Side:
        return _side(part, language=language, locked=locked)

    touched = {name: kind for name, kind in shape.items() if base.get(name) != proposed.get(name)}
    old, new = ({_name(part): part for part in leaves(content, touched)} for content in (base, proposed))
    names = [*new, *(name for name in old if name not in new)]
    places = [
        Place(name[0], side(old.get(name)), side(new.get(name)))
        for name in names
        if _differ(old.get(name), new.get(name))
    ]
    return tuple(map(_difference, outcomes(places, elsewhere=lambda: map(side, leaves(base, shape)))))


def _name(part: Leaf | Block) -> tuple[str, bool]:
    """A block and the text it holds have the same path."""
    return part.path, isinstance(part, Block)


def _differ(one: Leaf | Block | None, other: Leaf | Block | None) -> bool:
    if one is None or other is None:
        return True
    return isinstance(one, Leaf) and isinstance(other, Leaf) and one.value != other.value


def _side(part: Leaf | Block | None, *, language: str, locked: Collection[str]) -> Side:
    match part:
        case Block():
            return Side(facts=(Fact(kind="block", text=part.type, key=part.path.rpartition(".")[2]),))
        case Leaf(shape=Value(holds=kind)) if kind:
            return Side(facts=tuple(_held(kind, part.value)))
        case Leaf(shape=Text() | RichText()):
            return _text(part.value, rich=isinstance(part.shape, RichText), language=language, locked=locked)
    return Side()


def _held(kind: Kind, value: Any) -> Iterator[Fact]:
    """What a chooser or an address leads to; that of a picture may come with its description."""
    held = value.get("image") if isinstance(value, Mapping) else value
    if isinstance(held, int | str) and held:
        yield Fact(kind=kind, text=str(held), key=str(held))


def _text(text: str, *, rich: bool, language: str, locked: Collection[str]) -> Side:
    reading = read(text, rich=rich)
    found = placed(reading, language=language, locked=locked)
    return Side(text=reading.text, facts=tuple(fact for _, fact in found))


def _difference(outcome: Outcome) -> Difference:
    before, after = outcome.before, outcome.after
    fact = before or after
    if fact is None:
        raise ValueError("An outcome is about a fact.")
    return Difference(
        kind=fact.kind,
        change="changed" if before and after else "lost" if before else "added",
        before=_shown(before),
        after=_shown(after),
        path=outcome.path,
        locked=fact.kind == "phrase" and before is not None,
    )


def _shown(fact: Fact | None) -> str:
    text = fact.text if fact else ""
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
