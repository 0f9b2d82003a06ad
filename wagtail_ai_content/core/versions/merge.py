"""Two versions of one content made one: what an AI changed in ``base``, put into what people made of it meanwhile.

Whatever only one side changed is taken; what both changed is looked into (fields, blocks by id, items, rows, elements
of rich text, words), and what meets at the smallest place is a :class:`Conflict`: the content keeps what people wrote,
and a person decides. Undoing is the same function with the sides turned: ``merge(after, before, now)``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from . import inline
from .elements import without_keys
from .parts import VALUE, Parts, held, holding, joined, kind, sides
from .places import META
from .sequences import arrange, moved
from .shape import MISSING, Children, ContentShape, Many, Markup, Part, RichText, Row, Struct
from .stored import block_ids, decoded, is_same, is_surely_same, members

Side: TypeAlias = Literal["ai", "now"]
Kind: TypeAlias = Literal["edit", "delete", "move", "type"]


ID = re.compile(r'"id": "([^"]+)"')
"""An id in the JSON of a stream as it is written here; every repeated id is found by it, and perhaps others."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """A place that both sides changed, each in its own way."""

    path: str
    """Where: ``body.<block id>.<struct key>``; an element of rich text adds ``#`` and its key."""
    kind: Kind
    """``edit``: both changed it; ``delete``: one took it away; ``move``: both moved it; ``type``: its block type."""
    base: Any
    ai: Any
    now: Any
    """Values, raw blocks, or for a move the id of the block in front; ``MISSING`` where a side has nothing."""

    @property
    def place(self) -> str:
        """The path of the field or block, without the element."""
        return self.path.partition("#")[0]


@dataclass(frozen=True, kw_only=True)
class Merged:
    """The result of a merge."""

    content: dict[str, Any]
    """``now`` with every change of the AI's that meets no other. What the AI did not touch is the same object."""
    conflicts: tuple[Conflict, ...]
    changed: bool
    """Whether the content is another than ``now``."""


def merge(
    base: Mapping[str, Any],
    ai: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    shape: ContentShape,
    chosen: Mapping[str, Side] | None = None,
) -> Merged:
    """Put what ``ai`` changed in ``base`` into ``now``. Never raises, whatever the contents hold.

    Args:
        shape: What the fields hold; a field that is not in it is compared as a whole.
        chosen: What a person decided, by the path of the conflict: the decided are no conflicts any more.
    """
    run = _Merge(chosen=chosen or {})
    content = dict(now)
    for name in ai:
        if name in META:
            continue
        before = base.get(name, MISSING)
        value = run.field(shape.get(name, VALUE), before, ai[name], now.get(name, MISSING), path=name)
        if value is not MISSING:
            content[name] = value
    changed = any(content[name] is not now.get(name, MISSING) for name in content)
    return Merged(content=content, conflicts=tuple(run.conflicts), changed=changed)


@dataclass(kw_only=True)
class _Merge:
    chosen: Mapping[str, Side]
    conflicts: list[Conflict] = field(default_factory=list)
    blocked: frozenset[str] = frozenset()
    """Ids that stand elsewhere in the field, so that the AI's block of that id cannot be added."""

    def field(self, shape: Part, base: Any, ai: Any, now: Any, *, path: str) -> Any:
        """A whole field. An id that would stand twice is kept out; what is nested too deeply is merged as a whole."""
        mark = len(self.conflicts)
        try:
            for blocked in (False, True):
                value = self.value(shape, base, ai, now, path=path)
                repeated = set() if value is now else _repeated(value, unless_in=(now, ai))
                if not repeated or blocked:
                    break
                del self.conflicts[mark:]
                self.blocked = frozenset(repeated)
            if not repeated:
                return value
        except RecursionError:
            pass
        finally:
            self.blocked = frozenset()
        del self.conflicts[mark:]
        return self._whole(VALUE, base, ai, now, path=path)

    def value(self, shape: Part, base: Any, ai: Any, now: Any, *, path: str) -> Any:
        """The value at a place: ``now`` itself where nothing of the AI's is put in."""
        if is_surely_same(base, ai) or is_surely_same(ai, now):
            return now
        opened = sides(shape, base, ai, now)
        if opened is not None:
            mark = len(self.conflicts)
            result = self._sequence(shape, opened, now, path=path)
            if result is not MISSING:
                return result
            del self.conflicts[mark:]
            return self._whole(shape, base, ai, now, path=path)
        if is_same(shape, base, ai) or is_same(shape, ai, now):
            return now
        match shape:
            case Struct(children=shapes) if isinstance(base, dict) and isinstance(ai, dict) and isinstance(now, dict):
                return self._struct(shapes, base, ai, now, path=path, known_only=False)
            case Row(fields=shapes) if isinstance(base, dict) and isinstance(ai, dict) and isinstance(now, dict):
                return self._struct(shapes, base, ai, now, path=path, known_only=True)
            case Many() if isinstance(base, list) and isinstance(ai, list) and isinstance(now, list):
                return _set(shape, base, ai, now)
            case Markup() if isinstance(base, str) and isinstance(ai, str) and isinstance(now, str):
                text = inline.merged(base, ai, now)
                return self._whole(shape, base, ai, now, path=path) if text is None else text
        return self._whole(shape, base, ai, now, path=path)

    def _whole(self, shape: Part, base: Any, ai: Any, now: Any, *, path: str) -> Any:
        if is_same(shape, base, ai) or is_same(shape, ai, now):
            return now
        return ai if is_same(shape, base, now) or self._takes_ai("edit", path, base, ai, now) else now

    def _takes_ai(self, kind: Kind, path: str, base: Any, ai: Any, now: Any) -> bool:
        """A conflict: noted, unless a person decided; true when they decided for the AI."""
        if path not in self.chosen:
            self.conflicts.append(Conflict(path=path, kind=kind, base=base, ai=ai, now=now))
        return self.chosen.get(path) == "ai"

    def _struct(
        self,
        shapes: ContentShape,
        base: Mapping[str, Any],
        ai: Mapping[str, Any],
        now: dict[str, Any],
        *,
        path: str,
        known_only: bool,
    ) -> dict[str, Any]:
        names = shapes if known_only else dict.fromkeys([*now, *ai, *base])
        result = dict(now)
        into = self.field if known_only else self.value
        for name in names:
            before, theirs, ours = (side.get(name, MISSING) for side in (base, ai, now))
            value = into(shapes.get(name, VALUE), before, theirs, ours, path=f"{path}.{name}")
            if value is MISSING:
                result.pop(name, None)
            else:
                result[name] = value
        same = result.keys() == now.keys() and all(result[name] is now[name] for name in now)
        return now if same else result

    # --- sequences

    def _sequence(self, shape: Part, opened: list[Parts], whole: Any, *, path: str) -> Any:
        """The parts of both; ``MISSING`` when each side took away what the other had left, or wrote it anew."""
        base, ai, now = opened
        if isinstance(shape, RichText) and _is_written_anew(base, ai, now):
            return MISSING
        stem = f"{path}#" if isinstance(shape, RichText) else f"{path}."
        kept: Parts = {}
        for key, raw in now.items():
            if key in base or key in ai:
                part = self._part(shape, base.get(key, MISSING), ai.get(key, MISSING), raw, path=stem + key)
            else:
                part = raw
            if part is not MISSING:
                kept[key] = part
        added = self._added(shape, opened, stem=stem)
        order = self._order(shape, opened, kept=kept, added=added, stem=stem)
        if not order and ai and now:
            return MISSING
        raws = [added[key] if key in added else kept[key] for key in order]
        if len(raws) == len(now) and all(one is two for one, two in zip(raws, now.values(), strict=True)):
            return whole
        like = list(ai.values()) if order == list(ai) else ()
        return joined(shape, raws, like=like, whole=whole)

    def _part(self, shape: Part, base: Any, ai: Any, now: Any, *, path: str) -> Any:
        """A part that is there now; ``MISSING`` when it is to go."""
        if is_surely_same(base, ai):
            return now
        if ai is MISSING:
            gone = _is_same_part(shape, base, now) or self._takes_ai("delete", path, base, ai, now)
            return MISSING if gone else now
        kinds = {kind(shape, raw) for raw in (base, ai, now) if raw is not MISSING}
        if len(kinds) > 1:
            if _is_same_part(shape, base, ai) or _is_same_part(shape, ai, now):
                return now
            return ai if _is_same_part(shape, base, now) or self._takes_ai("type", path, base, ai, now) else now
        inside, value = held(shape, now)
        before, theirs = (raw if raw is MISSING else held(shape, raw)[1] for raw in (base, ai))
        result = self.value(inside, before, theirs, value, path=path)
        return now if result is value else holding(shape, now, result)

    def _added(self, shape: Part, opened: list[Parts], *, stem: str) -> Parts:
        """What the AI added, and what it edited and people took away if a person decided for it."""
        base, ai, now = opened
        keys = (
            {key for raw in now.values() for key in inline.BLOCK_KEY.findall(raw)}
            if isinstance(shape, RichText)
            else ()
        )
        added: Parts = {}
        for key in [key for key in ai if key not in now]:
            path, raw = stem + key, ai[key]
            if key in base:
                if not _is_same_part(shape, base[key], raw) and self._takes_ai("delete", path, base[key], raw, MISSING):
                    added[key] = raw
            elif self.blocked and not self.blocked.isdisjoint(block_ids(raw)):
                if path not in self.chosen:
                    self.conflicts.append(Conflict(path=path, kind="move", base=MISSING, ai=raw, now=MISSING))
            else:
                added[key] = without_keys(raw, keys) if keys else raw
        return added

    def _order(self, shape: Part, opened: list[Parts], *, kept: Parts, added: Parts, stem: str) -> list[str]:
        base, ai, now = opened
        unordered = isinstance(shape, Children) and not shape.order
        by_ai = set() if unordered else set(moved(base, ai))
        by_people = set(moved(base, now))
        before, ai_before, now_before = (_neighbours(side, opened) for side in opened)
        for key in [key for key in kept if key in by_ai and key in by_people]:
            sides = ai_before[key], now_before[key]
            places = (before[key][0], ai_before[key][0], now_before[key][0])
            if any(one == two for one, two in zip(*sides, strict=True)):
                by_ai.discard(key)
                by_people.discard(key)
            elif self._takes_ai("move", stem + key, *places):
                by_people.discard(key)
            else:
                by_ai.discard(key)
        return arrange(
            now,
            ai,
            drop=now.keys() - kept.keys(),
            place=(by_ai & kept.keys()) | added.keys(),
            loose=by_people | (now.keys() - base.keys() - ai.keys()),
        )


def _is_same_part(shape: Part, one: Any, other: Any) -> bool:
    if one is MISSING or other is MISSING:
        return one is other
    (inside, value), (_, twin) = held(shape, one), held(shape, other)
    return kind(shape, one) == kind(shape, other) and is_same(inside, value, twin)


def _is_written_anew(base: Parts, ai: Parts, now: Parts) -> bool:
    """Whether both sides put elements of their own in the place of the same ones, so that a text would stand twice."""
    fixed = {key for key in base if key in ai and key in now}
    gone, by_ai, by_people = (
        {front for front, key in _fronts(side, fixed) if key not in one and key not in other}
        for side, one, other in ((base, ai, now), (ai, base, now), (now, base, ai))
    )
    return not gone.isdisjoint(by_ai & by_people)


def _fronts(side: Parts, fixed: set[str]) -> Iterator[tuple[str, str]]:
    """Each key that is not ``fixed``, behind the nearest one in front of it that is; empty at the start."""
    front = ""
    for key in side:
        if key in fixed:
            front = key
        else:
            yield front, key


def _neighbours(side: Parts, opened: list[Parts]) -> dict[str, tuple[str, str]]:
    """The keys in front of and behind each key that is on all sides; empty at the ends."""
    common = [key for key in side if all(key in other for other in opened)]
    return {key: (one, two) for one, key, two in zip(["", *common], common, [*common[1:], ""], strict=False)}


def _set(shape: Many, base: list[Any], ai: list[Any], now: list[Any]) -> list[Any]:
    """``now`` without what the AI took out, and with what it put in."""
    before, after, current = (members(shape, side) for side in (base, ai, now))
    gone = before.keys() - after.keys()
    new = [item for key, item in after.items() if key not in before and key not in current]
    kept = [item for item in now if members(shape, [item]).keys().isdisjoint(gone)]
    return [*kept, *new] if new or len(kept) < len(now) else now


def _repeated(value: Any, *, unless_in: tuple[Any, ...]) -> set[str]:
    """The ids that stand more than once in a value, and in none of the others."""
    if isinstance(value, str) and not any(times > 1 for times in Counter(ID.findall(value)).values()):
        return set()
    blocks = decoded(value) if isinstance(value, str) else value
    found = {key for key, times in Counter(block_ids(blocks)).items() if times > 1}
    return found.difference(*(_repeated(other, unless_in=()) for other in unless_in)) if found else found
