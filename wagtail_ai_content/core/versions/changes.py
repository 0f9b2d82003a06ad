"""What an AI did to a content, as changes that a person can take or leave one by one.

One walk finds the changes and makes the content with some of them, so that both always agree. What a person accepts is
put into the content of that moment by ``merge(before, after, now)``, where ``before`` is the selection accepted until
then and ``after`` the one with it: what people did since to what was accepted earlier stays.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from . import inline
from .parts import VALUE, Parts, held, holding, joined, kind, sides
from .places import META, canonical
from .sequences import arrange, moved
from .shape import MISSING, Children, ContentShape, Many, Part, RichText, Row, Shape, Stream, Struct
from .stored import is_same, is_surely_same, members

Kind: TypeAlias = Literal["edit", "insert", "delete", "move"]

MOST_EDITS = 40
"""More edits than these in one element are one change: it was written anew."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that an AI changed."""

    id: str
    """The same for the same change, in each process."""
    path: str
    """Of the leaf (field, struct key, item) or of the block that was added, taken away or moved."""
    block: str
    """``field.<block id>`` of the block at the top level that it is in, or the field."""
    kind: Kind
    before: Any
    """The value of the leaf, the raw block or row, or the source of the elements of rich text concerned; for a move the
    id of the block in front, empty at the start; ``MISSING`` for an insertion of anything but text."""
    after: Any
    """Likewise. Of an edit of words: the element with this edit alone."""


def changes(base: Mapping[str, Any], ai: Mapping[str, Any], *, shape: ContentShape) -> tuple[Change, ...]:
    """What ``ai`` changed in ``base``, in the order of the content. Never raises, whatever the contents hold."""
    walk = _Walk()
    walk.content(base, ai, shape)
    return tuple(walk.found)


def select(
    base: Mapping[str, Any],
    ai: Mapping[str, Any],
    *,
    shape: ContentShape,
    accepted: Collection[str],
    edited: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """``base`` with the changes whose ids are ``accepted``.

    Args:
        edited: Another ``after`` for an accepted change, by its id and in the same form.
    """
    return _Walk(accepted=frozenset(accepted), edited=edited or {}).content(base, ai, shape)


@dataclass(kw_only=True)
class _Walk:
    accepted: frozenset[str] = frozenset()
    edited: Mapping[str, Any] = field(default_factory=dict)
    found: list[Change] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    in_stream: bool = False
    """Whether the field is a StreamField, so that its blocks group the changes."""

    def content(self, base: Mapping[str, Any], ai: Mapping[str, Any], shape: ContentShape) -> dict[str, Any]:
        result = dict(base)
        for name in ai:
            if name not in META:
                value = self.field(shape.get(name, VALUE), base.get(name, MISSING), ai[name], path=name)
                if value is not MISSING:
                    result[name] = value
        return result

    def field(self, shape: Shape, base: Any, ai: Any, *, path: str) -> Any:
        """A whole field; what is nested too deeply is one change."""
        self.in_stream = isinstance(shape, Stream)
        mark = len(self.found)
        try:
            return self.value(shape, base, ai, path=path)
        except RecursionError:
            del self.found[mark:]
            return self.take("edit", path, base, ai)

    def take(self, kind: Kind, path: str, before: Any, after: Any) -> Any:
        """Note a change; what stands there with the person's decision."""
        change = self.note(kind, path, before, after)
        return self.edited.get(change.id, after) if change.id in self.accepted else before

    def note(self, kind: Kind, path: str, before: Any, after: Any) -> Change:
        written = _written(path, kind, before, after)
        self.seen[written] += 1
        name = hashlib.sha256(f"{written}{self.seen[written]}".encode()).hexdigest()[:16]
        block = ".".join(path.split(".")[: 2 if self.in_stream else 1])
        change = Change(id=name, path=path, block=block, kind=kind, before=before, after=after)
        self.found.append(change)
        return change

    def value(self, shape: Part, base: Any, ai: Any, *, path: str) -> Any:
        """The value at a place with the person's decisions; ``base`` itself where nothing changes."""
        if is_surely_same(base, ai):
            return base
        opened = sides(shape, base, ai)
        if opened is not None:
            before, after = opened
            if isinstance(shape, RichText):
                text = self.rich_text(before, after, path=path)
                return base if text == base else text
            return self.sequence(shape, before, after, base, path=path)
        if is_same(shape, base, ai):
            return base
        match shape:
            case Struct(children=shapes) if isinstance(base, dict) and isinstance(ai, dict):
                return self.struct(shapes, [*base, *(key for key in ai if key not in base)], base, ai, path=path)
            case Row(fields=shapes) if isinstance(base, dict) and isinstance(ai, dict):
                return self.struct(shapes, list(shapes), base, ai, path=path)
            case Many() if isinstance(base, list) and isinstance(ai, list):
                return self.set(shape, base, ai, path=path)
        return self.take("edit", path, base, ai)

    def struct(
        self, shapes: ContentShape, names: list[str], base: dict[str, Any], ai: dict[str, Any], *, path: str
    ) -> dict[str, Any]:
        result = dict(base)
        for name in names:
            before, after = base.get(name, MISSING), ai.get(name, MISSING)
            value = self.value(shapes.get(name, VALUE), before, after, path=f"{path}.{name}")
            if value is MISSING:
                result.pop(name, None)
            else:
                result[name] = value
        same = result.keys() == base.keys() and all(result[name] is base[name] for name in base)
        return base if same else result

    def set(self, shape: Many, base: list[Any], ai: list[Any], *, path: str) -> list[Any]:
        before, after = members(shape, base), members(shape, ai)
        gone = [
            key for key in before if key not in after and self.take("delete", path, before[key], MISSING) is MISSING
        ]
        new = [self.take("insert", path, MISSING, item) for key, item in after.items() if key not in before]
        kept = [item for item in base if members(shape, [item]).keys().isdisjoint(gone)]
        return [*kept, *(item for item in new if item is not MISSING)]

    def sequence(self, shape: Part, base: Parts, ai: Parts, whole: Any, *, path: str) -> Any:
        unordered = isinstance(shape, Children) and not shape.order
        shifted = frozenset() if unordered else moved(base, ai)
        before, after = _fronts(base), _fronts(ai)
        raws: Parts = {}
        placed: set[str] = set()
        for key in arrange(base, ai, drop=(), place=shifted | (ai.keys() - base.keys()), loose=()):
            raws[key] = self.part(shape, base.get(key, MISSING), ai.get(key, MISSING), path=f"{path}.{key}")
            if key in shifted:
                change = self.note("move", f"{path}.{key}", before[key], after[key])
                placed |= {key} if change.id in self.accepted else set()
        gone = {key for key, raw in raws.items() if raw is MISSING}
        placed |= ai.keys() - base.keys() - gone
        order = arrange(base, ai, drop=gone, place=placed, loose=shifted - placed)
        like = list(ai.values()) if order == list(ai) else list(base.values())
        parts = [raws[key] for key in order]
        if len(parts) == len(base) and all(one is two for one, two in zip(parts, base.values(), strict=True)):
            return whole
        return joined(shape, parts, like=like, whole=whole)

    def part(self, shape: Part, base: Any, ai: Any, *, path: str) -> Any:
        if base is MISSING:
            return self.take("insert", path, base, ai)
        if ai is MISSING:
            return self.take("delete", path, base, ai)
        if kind(shape, base) != kind(shape, ai):
            return self.take("edit", path, base, ai)
        inside, value = held(shape, base)
        result = self.value(inside, value, held(shape, ai)[1], path=path)
        return base if result is value else holding(shape, base, result)

    # --- rich text

    def rich_text(self, base: Parts, ai: Parts, *, path: str) -> str:
        """Neighbouring elements that were added or taken away are one change."""
        result: list[str] = []
        removed: list[str] = []
        added: list[str] = []

        def close() -> None:
            if removed or added:
                kind: Kind = "edit" if removed and added else "delete" if removed else "insert"
                result.append(self.take(kind, path, "".join(removed), "".join(added)))
                removed.clear()
                added.clear()

        for key in arrange(base, ai, drop=(), place=ai.keys() - base.keys(), loose=()):
            if key in base and key in ai:
                close()
                result.append(self.element(base[key], ai[key], path=path))
            elif key in base:
                removed.append(base[key])
            else:
                added.append(ai[key])
        close()
        return "".join(result)

    def element(self, base: str, ai: str, *, path: str) -> str:
        """Each edit of words is a change."""
        if is_same(VALUE, base, ai):
            return base
        before, after = inline.tokens(base), inline.tokens(ai)
        edits = inline.edits(before, after) if before is not None and after is not None else []
        if before is None or not 0 < len(edits) <= MOST_EDITS:
            return str(self.take("edit", path, base, ai))
        chosen: list[inline.Edit] = []
        rewritten: list[str] = []
        for edit in edits:
            change = self.note("edit", path, base, inline.applied(before, [edit]))
            if change.id in self.accepted and change.id in self.edited:
                rewritten.append(str(self.edited[change.id]))
            elif change.id in self.accepted:
                chosen.append(edit)
        result = inline.applied(before, chosen)
        for own in rewritten:
            result = inline.merged(base, own, result) or own
        return result


def _fronts(parts: Parts) -> dict[str, str]:
    """The key in front of each key; empty for the first."""
    return dict(zip(parts, ["", *parts], strict=False))


def _written(path: str, kind: Kind, before: Any, after: Any) -> str:
    try:
        return canonical([path, kind, before, after])
    except RecursionError:
        return canonical([path, kind])
