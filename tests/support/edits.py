"""People and AIs that edit a content at random, and whether every word of theirs is still somewhere.

``Editor(random, shape, voice="human").edit(content, times=3)`` gives an edited copy. Each word that an editor writes is
like no other (``human7w``), so :func:`lost` can tell which are in neither a content nor a conflict.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from wagtail_ai_content.core.versions.elements import elements
from wagtail_ai_content.core.versions.inline import tokens
from wagtail_ai_content.core.versions.places import CHILD_META, META
from wagtail_ai_content.core.versions.shape import (
    Children,
    ContentShape,
    ListOf,
    Many,
    Part,
    RichText,
    Row,
    Stream,
    Struct,
    Text,
    Value,
)

WORD = re.compile(r"\b[a-z]+\d+w\b")
COMMON = ("sea", "calm", "boats", "lay", "in", "harbour", "while", "people", "waited", "for", "wind", "or", "rain")

Maker = Callable[[Random], Any]


@dataclass(kw_only=True)
class Editor:
    """Somebody who edits contents of one shape."""

    random: Random
    shape: ContentShape
    voice: str
    """The beginning of every word of theirs; small letters."""
    values: Mapping[str, Maker] = field(default_factory=dict)
    """How to make a value without words (a choice, an address) by block type or field; others are left as they are."""
    only: frozenset[str] = frozenset()
    """Block ids that may be edited at the top level of streams; empty for all. Whole blocks are then left in place."""
    numbers: Iterator[int] = field(default_factory=count)

    def edit(self, content: Mapping[str, Any], *, times: int) -> dict[str, Any]:
        """A copy of ``content`` with as many edits at random places."""
        result = deepcopy(dict(content))
        fields = [name for name in result if name not in META and self._can_edit(self.shape.get(name), name)]
        for _ in range(times if fields else 0):
            name = self.random.choice(fields)
            result[name] = self._field(self.shape.get(name, Value()), result[name], name)
        return result

    def new(self, shape: Part, name: str = "") -> Any:
        """A new value of a shape, with words of this editor in it."""
        match shape:
            case Text():
                return self._sentence()
            case RichText():
                return "".join(self._element() for _ in range(self.random.randint(1, 3)))
            case Struct():
                return {key: self.new(child, key) for key, child in shape.children.items()}
            case Row():
                return {key: self.new(child, key) for key, child in shape.fields.items()}
            case ListOf():
                return [self._block("item", shape.child) for _ in range(self.random.randint(1, 3))]
            case Stream():
                return [self._any_block(shape) for _ in range(self.random.randint(1, 3))]
        return self.values[name](self.random) if name in self.values else None

    # --- places

    def _can_edit(self, shape: Part | None, name: str) -> bool:
        return name in self.values if shape is None or isinstance(shape, Value | Many) else True

    def _field(self, shape: Part, value: Any, name: str) -> Any:
        if isinstance(shape, Stream) and isinstance(value, str):
            return json.dumps(self._value(shape, json.loads(value), name, top=True))
        return self._value(shape, value, name)

    def _value(self, shape: Part, value: Any, name: str, *, top: bool = False) -> Any:
        match shape:
            case Text():
                return self._text(value or "")
            case RichText():
                return self._rich_text(value or "")
            case Struct():
                return self._one_of(shape.children, value)
            case Row():
                return self._one_of(shape.fields, value)
            case ListOf():
                return self._sequence(value, lambda: self._block("item", shape.child), lambda _: shape.child)
            case Stream():
                held = shape.children
                only = self.only if top else frozenset()
                return self._sequence(value, lambda: self._any_block(shape), lambda raw: held.get(raw["type"]), only)
            case Children():
                return self._rows(shape, value)
        return self.values[name](self.random) if name in self.values else value

    def _one_of(self, shapes: ContentShape, value: dict[str, Any]) -> dict[str, Any]:
        keys = [key for key in value if key in shapes and self._can_edit(shapes[key], key)]
        if not keys:
            return value
        key = self.random.choice(keys)
        return {**value, key: self._field(shapes[key], value[key], key)}

    def _sequence(self, value: list[Any], new: Maker | Any, held: Any, only: frozenset[str] = frozenset()) -> list[Any]:
        act = "edit" if only else self.random.choice(["edit", "edit", "edit", "add", "delete", "move"])
        items = list(value)
        places = [place for place, item in enumerate(items) if not only or item["id"] in only]
        if act == "add" or not items:
            items.insert(self.random.randint(0, len(items)), new())
        elif act == "delete" and len(items) > 1:
            del items[self.random.choice(places)]
        elif act == "move":
            item = items.pop(self.random.choice(places))
            items.insert(self.random.randint(0, len(items)), item)
        elif places:
            place = self.random.choice(places)
            item = items[place]
            items[place] = {**item, "value": self._value(held(item) or Value(), item["value"], item["type"])}
        return items

    def _rows(self, shape: Children, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        row = Row(shape.fields)
        blank = {"pk": None} | {key: twin for key, twin in (value[0] if value else {}).items() if key not in CHILD_META}
        wrapped = [{"id": str(place), "type": "row", "value": item} for place, item in enumerate(value)]

        def new() -> dict[str, Any]:
            return {"id": "", "type": "row", "value": {**blank, **self.new(row)}}

        rows = [item["value"] for item in self._sequence(wrapped, new, lambda _: row)]
        return [{**item, shape.order: place} if shape.order else item for place, item in enumerate(rows)]

    def _any_block(self, shape: Stream) -> dict[str, Any]:
        kinds = [kind for kind, child in shape.children.items() if self._can_edit(child, kind)]
        kind = self.random.choice(kinds)
        return self._block(kind, shape.children[kind])

    def _block(self, kind: str, shape: Part) -> dict[str, Any]:
        key = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        return {"type": kind, "value": self.new(shape, kind), "id": key}

    # --- words

    def _word(self) -> str:
        return f"{self.voice}{next(self.numbers)}w"

    def _sentence(self) -> str:
        found = [self.random.choice(COMMON) for _ in range(self.random.randint(2, 8))]
        found.insert(self.random.randint(0, len(found)), self._word())
        return " ".join(found)

    def _element(self) -> str:
        kind = self.random.choice(["p", "p", "p", "ul"])
        if kind == "p":
            return f"<p{self._key()}>{self._sentence()}</p>"
        items = [f"<li{self._key()}>{self._sentence()}</li>" for _ in range(self.random.randint(1, 3))]
        return f"<ul>{''.join(items)}</ul>"

    def _key(self) -> str:
        return f' data-block-key="{self.voice}{next(self.numbers)}"' if self.random.random() < 0.7 else ""

    def _text(self, text: str) -> str:
        found = text.split(" ")
        place = self.random.randrange(len(found))
        act = self.random.choice(["add", "add", "replace", "delete", "rewrite"])
        if act == "rewrite":
            return self._sentence()
        if act != "delete":
            found[place : place + (act == "replace")] = [self._word()]
        elif len(found) > 1:
            del found[place]
        return " ".join(found)

    def _rich_text(self, html: str) -> str:
        sources = [element.source for element in elements(html)]
        place = self.random.randint(0, len(sources))
        act = self.random.choice(["words", "words", "words", "add", "delete", "rewrite"])
        if act == "add" or place == len(sources):
            sources.insert(place, self._element())
        elif act == "delete" and len(sources) > 1:
            del sources[place]
        elif act == "rewrite":
            sources[place] = self._element()
        else:
            sources[place] = self._words_of(sources[place])
        return "".join(sources)

    def _words_of(self, source: str) -> str:
        """An element with another word somewhere, a word less, or a word made bold or a link."""
        found = tokens(source) or []
        places = [place for place, token in enumerate(found) if token.weight]
        if not places:
            return source
        place = self.random.choice(places)
        parts, word = [token.source for token in found], found[place].source
        parts[place] = self.random.choice(
            [f"{word} {self._word()}", self._word(), f"<b>{word}</b>", "", self._linked(parts[:place], word)]
        )
        return "".join(parts)

    def _linked(self, before: list[str], word: str) -> str:
        text = "".join(before)
        is_free = text.count("<a") == text.count("</a>")
        return f'<a href="https://{self.voice}.example/{next(self.numbers)}">{word}</a>' if is_free else self._word()


def written_words(*values: Any) -> set[str]:
    """The words of editors in contents, conflicts or any values."""
    return set(WORD.findall(json.dumps(values, default=str)))


def lost(base: Any, now: Any, result: Any, conflicts: Iterable[Any]) -> set[str]:
    """The words that ``now`` has and ``base`` has not, and that are in neither ``result`` nor a conflict."""
    kept = written_words(result, [[one.base, one.ai, one.now] for one in conflicts])
    return written_words(now) - written_words(base) - kept
