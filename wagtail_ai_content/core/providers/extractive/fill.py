"""A value of any JSON Schema's form, filled with what a text comes down to.

What a property is filled with follows from its name: a title for ``headline``, sentences for ``description``, key
phrases for ``keywords``. Where the text says nothing the value is neutral: 0 (or the nearest allowed), false, the
choice that means “unknown”. Whatever is built is looked at again by ``conform``; a form that cannot be met is refused
in a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor
from typing import Any

from ...errors import NotSupported
from ...text import gettext_noop
from .conform import MOST_DEPTH, Schema, conforms, is_number, resolve, same
from .digest import Digest
from .trim import headline, trim

ABSENT: Any = object()
_NEUTRAL = ("unknown", "none", "other", "neutral", "undetermined", "n/a", "mixed", "")
_FORMATS = {
    "date": "1970-01-01",
    "date-time": "1970-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "email": "nobody@example.org",
    "uri": "https://example.org/",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
_TITLES = frozenset({"title", "headline", "heading", "name", "label", "subject", "caption", "alt", "topic"})
_PHRASES = frozenset({"keyword", "tag", "phrase", "topic", "category", "categorie", "entity", "entitie", "term"})
_NOTES = frozenset({"note", "comment", "reason", "reasoning", "rationale", "explanation"})
_BODIES = frozenset({"text", "body", "content", "html", "paragraph", "article"})
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")
_BOUNDS = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
_TITLE_LENGTH, _TEXT_LENGTH = 60, 600
_MOST_PHRASES, _MOST_ITEMS = 8, 3
# Tried in turn where a pattern asks for something the text does not offer.
_PATTERN_SAMPLES = (
    "a",
    "A",
    "0",
    "aa",
    "AA",
    "00",
    "a1",
    "aaa",
    "AAA",
    "000",
    "0000",
    "aaaa",
    "#000000",
    "a-a",
    "1.0",
    "1.0.0",
)


class _Impossible(Exception):
    """This part of the form cannot be filled; another branch may."""


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where in the answer a value stands."""

    name: str = ""
    """Of the nearest property."""
    index: int = 0
    """Which item of the nearest list."""
    turn: int = 0
    """The same where the items of that list must differ, so that neutral values have to as well; 0 elsewhere."""
    depth: int = 0
    references: tuple[str, ...] = field(default=())
    """The ``$ref`` on the way here: a form that contains itself ends where it would begin again."""


def fill(schema: Schema, *, draft: Any, digest: Digest, note: str) -> Any:
    """A value that satisfies ``schema``, as much as possible like ``draft``. Raises: ``NotSupported``."""
    filler = _Filler(root=schema, digest=digest, note=note)
    try:
        value = filler.value(schema, draft, place=_Place())
    except (_Impossible, RecursionError, re.error):
        # A form that contains nothing but itself, or a pattern of another dialect.
        value = ABSENT
    if value is ABSENT or not conforms(value, schema, root=schema):
        raise NotSupported(what=gettext_noop("an answer of this form"))
    return value


@dataclass(frozen=True, kw_only=True)
class _Filler:
    root: Schema
    digest: Digest
    note: str

    def value(self, schema: Schema, draft: Any, *, place: _Place) -> Any:
        if place.depth > MOST_DEPTH:
            raise _Impossible
        if isinstance(schema, Mapping) and "$ref" in schema:
            reference = str(schema["$ref"])
            if reference in place.references:
                raise _Impossible
            place = replace(place, references=(*place.references, reference))
        node = resolve(schema, self.root)
        if node is False:
            raise _Impossible
        if draft is not ABSENT and conforms(draft, node, root=self.root):
            return draft
        return self._built(dict(node) if isinstance(node, Mapping) else {}, draft, place=place)

    def _built(self, node: dict[str, Any], draft: Any, *, place: _Place) -> Any:
        for key in ("allOf", "anyOf", "oneOf"):
            if key in node:
                return self._first_that_fits(node, key, draft=draft, place=place)
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self._choice(node, place.turn)
        for name in _types(node):
            try:
                value = self._of_type(name, node, draft=draft, place=place)
            except _Impossible:
                continue
            if conforms(value, node, root=self.root):
                return value
        raise _Impossible

    def _first_that_fits(self, node: dict[str, Any], key: str, *, draft: Any, place: _Place) -> Any:
        base = {name: value for name, value in node.items() if name != key}
        branches = [node[key]] if key == "allOf" else [[branch] for branch in node[key]]
        for parts in branches:
            merged: dict[str, Any] = base
            for part in parts:
                merged = _merged(merged, resolve(part, self.root))
            inner = replace(place, depth=place.depth + 1, references=(*place.references, *_references(parts)))
            if len(set(inner.references)) < len(inner.references):
                continue
            try:
                value = self.value(merged, draft, place=inner)
            except _Impossible:
                continue
            if conforms(value, node, root=self.root):
                return value
        raise _Impossible

    def _of_type(self, name: str, node: Mapping[str, Any], *, draft: Any, place: _Place) -> Any:
        if name == "object":
            return self._object(node, draft, place=place)
        if name == "array":
            return self._array(node, draft, place=place)
        if name == "string":
            return self._string(node, draft, place=place)
        if name in ("number", "integer"):
            return next(
                (number for number in _numbers(node, name, turn=place.turn) if conforms(number, node, root=self.root)),
                0,
            )
        return place.turn % 2 == 1 if name == "boolean" else None

    def _object(self, node: Mapping[str, Any], draft: Any, *, place: _Place) -> dict[str, Any]:
        given = draft if isinstance(draft, Mapping) else {}
        required = list(node.get("required", ()))
        properties = node.get("properties", {})
        filled = {}
        for key in [*properties, *(key for key in required if key not in properties)]:
            inner = replace(place, name=key, depth=place.depth + 1)
            try:
                schema = properties.get(key, node.get("additionalProperties", True))
                filled[key] = self.value(schema, given.get(key, ABSENT), place=inner)
            except _Impossible:
                if key in required:
                    raise
        return filled

    def _array(self, node: Mapping[str, Any], draft: Any, *, place: _Place) -> list[Any]:
        given = list(draft) if isinstance(draft, list | tuple) else []
        least = node.get("minItems", 0)
        wanted = max(least, len(given) if isinstance(draft, list | tuple) else self._wanted(node, place=place))
        wanted = min(wanted, node.get("maxItems", wanted))
        items: list[Any] = []
        # Some items may turn out the same as others, so a list that must have a length gets more tries.
        for at in range(wanted + least):
            if len(items) == wanted:
                break
            try:
                items += self._item(node, given[at] if at < len(given) else ABSENT, others=items, place=place, at=at)
            except _Impossible:
                continue
        return items

    def _item(self, node: Mapping[str, Any], draft: Any, *, others: list[Any], place: _Place, at: int) -> list[Any]:
        """One more item; none where it would repeat another in a list that may not."""
        first = node.get("prefixItems", [])
        schema = first[at] if at < len(first) else node.get("items", True)
        unique = bool(node.get("uniqueItems"))
        inner = replace(place, index=at, turn=at if unique else place.turn, depth=place.depth + 1)
        for wanted in (draft, str(at)) if unique else (draft,):
            item = self.value(schema, wanted, place=inner)
            if not unique or not any(same(item, other) for other in others):
                return [item]
        return []

    def _choice(self, node: Mapping[str, Any], turn: int) -> Any:
        """A choice that claims nothing, if there is one; where they must differ they take turns."""
        allowed = [choice for choice in node["enum"] if conforms(choice, node, root=self.root)]
        if not allowed:
            raise _Impossible
        return sorted(allowed, key=lambda choice: not _is_neutral(choice))[turn % len(allowed)]

    def _wanted(self, node: Mapping[str, Any], *, place: _Place) -> int:
        """How many items to offer: as many as there are key phrases, a few objects or texts, no numbers."""
        items = resolve(node.get("items", True), self.root)
        if isinstance(items, bool) or "prefixItems" in node:
            return len(node.get("prefixItems", []))
        if _parts(place.name) & _PHRASES and "string" in _types(items)[:1]:
            return min(_MOST_PHRASES, max(1, len(self.digest.phrases)))
        kind = _types(items)[0]
        return min(_MOST_ITEMS, len(self.digest.sentences)) if kind in ("object", "string") and place.depth < 4 else 0

    def _string(self, node: Mapping[str, Any], draft: Any, *, place: _Place) -> str:
        most = node.get("maxLength")
        if "format" in node:
            return _FORMATS.get(str(node["format"]), "")
        if place.name == "html" and isinstance(draft, str):
            # It does not fit, and cut HTML is broken HTML: better no edit.
            raise _Impossible
        wanted = draft if isinstance(draft, str) else self._wording(place, most)
        for text in (wanted, *self._spare(place), *(_PATTERN_SAMPLES if "pattern" in node else ())):
            fitted = _padded(trim(text, most) if most is not None else text, node)
            if conforms(fitted, node, root=self.root):
                return fitted
        raise _Impossible

    def _spare(self, place: _Place) -> Iterator[str]:
        """Other texts for the same place, simpler ones last."""
        yield self._sentence(place.index)
        yield from (phrase.text.casefold().replace(" ", "-") for phrase in self.digest.phrases[:2])
        yield ""

    def _wording(self, place: _Place, most: int | None) -> str:
        """What a text of this name is filled with."""
        parts = _parts(place.name)
        if parts & _NOTES:
            return self.note
        if parts & _PHRASES:
            return self._phrase(place.index)
        if "slug" in parts:
            return "-".join(self._title(place.index, _TITLE_LENGTH).casefold().split())
        if parts & {"language", "lang", "locale"}:
            return self.digest.language.code
        if parts & _TITLES:
            return self._title(place.index, min(most or _TITLE_LENGTH, _TITLE_LENGTH))
        if place.index or parts & _BODIES:
            return self._sentence(place.index)
        if "description" in parts:
            return self.digest.description(min(most or 160, 160))
        return self.digest.summary(min(most or _TEXT_LENGTH, _TEXT_LENGTH))

    def _title(self, index: int, limit: int) -> str:
        titles = self.digest.titles(limit)
        return (
            titles[index]
            if index < len(titles)
            else headline(self._phrase(index), limit, language=self.digest.language)
        )

    def _phrase(self, index: int) -> str:
        phrases = self.digest.phrases
        return phrases[index].text if index < len(phrases) else trim(self._sentence(index), _TITLE_LENGTH)

    def _sentence(self, index: int) -> str:
        best = self.digest.best
        return self.digest.sentences[best[index % len(best)]]


def _types(node: Mapping[str, Any]) -> list[str]:
    """The types to try, in order, null last."""
    types = node.get("type")
    if types is None:
        types = [
            name for key, name in (("properties", "object"), ("required", "object"), ("items", "array")) if key in node
        ]
        types += ["string", "number", "array", "object", "null"]
    names = [types] if isinstance(types, str) else list(types)
    return sorted(names, key=lambda name: name == "null")


def _is_neutral(choice: Any) -> bool:
    return choice is None or (isinstance(choice, str) and choice.casefold() in _NEUTRAL)


def _numbers(node: Mapping[str, Any], name: str, *, turn: int) -> Iterator[float]:
    """Zero, else what lies next to the bounds; where they must differ they count up or down from there."""
    bounds = {key: Fraction(node[key]) for key in _BOUNDS if is_number(node.get(key))}
    step = Fraction(node.get("multipleOf") or 1)
    starts = [Fraction(0)]
    for bound in bounds.values():
        starts += [floor(bound / step) * step, ceil(bound / step) * step]
        starts += [(floor(bound / step) + 1) * step, (ceil(bound / step) - 1) * step]
    if name == "number" and bounds:
        starts += [*bounds.values(), sum(bounds.values(), Fraction(0)) / len(bounds)]
    for start in starts:
        for number in (start + turn * step, start - turn * step):
            yield int(number) if number.denominator == 1 else float(number)


def _padded(text: str, node: Mapping[str, Any]) -> str:
    """A text that is too short is repeated: longer is what was asked for."""
    missing: int = node.get("minLength", 0) - len(text)
    if missing <= 0:
        return text
    filler = f" {text}" if text else "-"
    return text + (filler * (missing // len(filler) + 1))[:missing]


def _merged(one: dict[str, Any], other: Schema) -> dict[str, Any]:
    """Both sets of demands as one; a clash shows when the value is looked at."""
    if isinstance(other, bool):
        return one if other else {"enum": []}
    merged = {**one, **other}
    for key in ("properties", "required", "minLength", "minItems", "minimum", "maxLength", "maxItems", "maximum"):
        if key in one and key in other:
            merged[key] = _both(key, one[key], other=other[key])
    return merged


def _both(key: str, one: Any, *, other: Any) -> Any:
    if key == "properties":
        shared = {name: {"allOf": [one[name], other[name]]} for name in one.keys() & other.keys()}
        return {**one, **other, **shared}
    if key == "required":
        return list(dict.fromkeys([*one, *other]))
    return max(one, other) if key.startswith("min") else min(one, other)


def _references(branches: list[Any]) -> list[str]:
    return [str(branch["$ref"]) for branch in branches if isinstance(branch, Mapping) and "$ref" in branch]


def _parts(name: str) -> set[str]:
    """The words of ``seoTitles`` or ``seo_titles``, in the singular (as far as a final s tells)."""
    return {part.casefold().removesuffix("s") for part in _WORD.findall(name)}
