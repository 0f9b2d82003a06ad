"""A page's texts on their way to a model and back, piece by piece.

A piece is a paragraph, a list item or a heading of a rich text, or a whole plain text. Only pieces the model edited
are touched: all other bytes of a text are copied. An edit that would lose a link, an image or a limit is not made,
and a person is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape, unescape
from typing import Any, Literal

from wagtail_ai_content.core.engine.reply import without_hidden
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.core.versions.markup import visible
from wagtail_ai_content.core.versions.richtext import Rejected, Unit, protect, restore, split
from wagtail_ai_content.pipeline.gate import without_breaks

from .markup import fit_unit
from .targets import TextTarget

UNKNOWN_PIECES = gettext_noop("The answer changed pieces that were not sent (%(count)s). They were left out.")
LOCKED_PIECES = gettext_noop(
    "The answer also changed headings or quotations (%(count)s), which was not asked for. They were left as they were."
)
EMPTIED = gettext_noop("“%(label)s”: the answer left a piece empty. It was left as it was.")
OVER_LENGTH = gettext_noop(
    "“%(label)s”: the new text has %(length)s characters, the field takes %(most)s. It was left as it was."
)
KEPT = gettext_noop("“%(label)s”: %(reason)s")
UNCHANGED = gettext_noop("The answer changes nothing.")

_TAG = re.compile(r"<[a-zA-Z/][^<>]*>")
_LINE_END = re.compile(r"<br\s*/?>|</p>\s*(?=<p)")


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One changed piece, as the model sends it."""

    id: str
    html: str


@dataclass(frozen=True, kw_only=True)
class Edits:
    """The form of a reply that changes pieces."""

    edits: tuple[Edit, ...]
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One text that was sent, and where it came from."""

    id: str
    path: str
    """Of the text it belongs to (``TextTarget.path``)."""
    index: int | None
    """Which unit of a rich text; None for a plain text."""
    kind: Literal["text", "heading"]
    locked: bool
    """Sent as context only."""
    label: str
    max_length: int | None
    multiline: bool
    features: tuple[str, ...] | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Piece:
        features = data["features"]
        return cls(**{**data, "features": None if features is None else tuple(features)})


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The pieces of a request: what the prompt shows of them, and what is needed to put them back."""

    pieces: tuple[Piece, ...]
    variables: tuple[Mapping[str, Any], ...]

    def notes(self) -> list[dict[str, Any]]:
        return [asdict(piece) for piece in self.pieces]

    @property
    def open(self) -> bool:
        """Whether there is anything that may be changed."""
        return any(not piece.locked for piece in self.pieces)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """New texts by path, and what a person should know."""

    changes: Mapping[str, str]
    warnings: tuple[Text, ...]
    count: int
    """How many pieces were changed."""


def select(targets: Iterable[TextTarget], *, headings: bool, named: str = "") -> Selection:
    """The pieces of ``targets``. Headings are locked unless ``headings``, or unless the text is the one ``named``."""
    pieces: list[Piece] = []
    variables: list[Mapping[str, Any]] = []
    for target in targets:
        for unit in _units(target):
            heading = target.role == "heading" if unit is None else unit.kind == "heading"
            locked = heading and not headings and not (unit is None and target.path == named)
            piece = _piece(f"u{len(pieces) + 1}", target, unit, heading=heading, locked=locked)
            pieces.append(piece)
            variables.append(_shown(piece, target.value, unit))
    return Selection(pieces=tuple(pieces), variables=tuple(variables))


def apply(
    edits: Sequence[Edit], pieces: Iterable[Piece], *, base: Mapping[str, Any], allowed_hosts: frozenset[str]
) -> Outcome:
    """Put ``edits`` into the texts of ``base``. Raises: ``MalformedReply`` when a piece is edited twice."""
    wanted = {edit.id: edit.html for edit in edits}
    if len(wanted) < len(edits):
        raise MalformedReply(reason="a piece is edited twice")
    texts: dict[str, _PlainText | _RichText] = {}
    for piece in pieces:
        if piece.id in wanted:
            text = texts.get(piece.path) or _opened(piece, base, allowed_hosts)
            texts[piece.path] = text
            text.edit(piece, wanted.pop(piece.id))
    changed = {path: text for path, text in texts.items() if text.changed}
    return Outcome(
        changes={path: text.result() for path, text in changed.items()},
        warnings=tuple(_warnings(texts.values(), unknown=len(wanted))),
        count=sum(text.changed for text in changed.values()),
    )


def _opened(piece: Piece, base: Mapping[str, Any], hosts: frozenset[str]) -> _PlainText | _RichText:
    # A plain field that happens to hold JSON is text all the same, so whole fields are read as they are stored.
    value = places.get(base, piece.path) if "." in piece.path else base.get(piece.path)
    value = value if isinstance(value, str) else ""
    return _PlainText(value) if piece.index is None else _RichText(value, hosts=hosts)


def _warnings(texts: Iterable[_PlainText | _RichText], *, unknown: int) -> Iterator[Text]:
    texts = list(texts)
    if not any(text.changed for text in texts):
        yield Text(UNCHANGED)
    if unknown:
        yield Text(UNKNOWN_PIECES, {"count": unknown})
    if locked := sum(text.locked for text in texts):
        yield Text(LOCKED_PIECES, {"count": locked})
    for text in texts:
        yield from text.warnings


def plain(html: str, *, multiline: bool) -> str:
    """What a model sent for a plain text: tags dropped, entities resolved, and line ends kept only if ``multiline``."""
    text = _LINE_END.sub("\n", html)
    text = without_hidden(unescape(_TAG.sub("", text))).strip()
    return text if multiline else without_breaks(text)


def _units(target: TextTarget) -> Iterator[Unit | None]:
    """The units of a rich text that a model may see; None, once, for a plain text that is not empty."""
    if target.kind == "rich":
        yield from (unit for unit in split(target.value) if unit.kind != "fixed")
    elif target.value.strip():
        yield None


def _piece(id_: str, target: TextTarget, unit: Unit | None, *, heading: bool, locked: bool) -> Piece:
    return Piece(
        id=id_,
        path=target.path,
        index=None if unit is None else unit.index,
        kind="heading" if heading else "text",
        locked=locked or bool(unit and unit.tag == "blockquote"),
        label=target.label,
        max_length=target.max_length,
        multiline=target.multiline,
        features=target.features,
    )


def _shown(piece: Piece, value: str, unit: Unit | None) -> Mapping[str, Any]:
    return {
        "id": piece.id,
        "kind": piece.kind,
        "html": escape(value, quote=False) if unit is None else protect(unit).html,
        "plain": unit is None,
        "max_length": piece.max_length if unit is None else None,
        "multiline": piece.multiline,
        "locked": piece.locked,
    }


class _PlainText:
    """A plain text being edited: one piece, the whole of it."""

    def __init__(self, value: str) -> None:
        self._old = self._new = value
        self.warnings: list[Text] = []
        self.locked = 0

    def edit(self, piece: Piece, html: str) -> None:
        text = plain(html, multiline=piece.multiline)
        if text == plain(escape(self._old), multiline=piece.multiline):
            return
        if piece.locked:
            self.locked += 1
        elif (problem := _problem(piece, text)) is not None:
            self.warnings.append(problem)
        else:
            self._new = text

    @property
    def changed(self) -> int:
        return int(self._new != self._old)

    def result(self) -> str:
        return self._new


class _RichText:
    """A rich text being edited, unit by unit."""

    def __init__(self, value: str, *, hosts: frozenset[str]) -> None:
        self._units = split(value)
        self._sources = [unit.source for unit in self._units]
        self._hosts = hosts
        self.warnings: list[Text] = []
        self.locked = 0
        self.changed = 0

    def edit(self, piece: Piece, html: str) -> None:
        unit = self._units[piece.index or 0]
        protected = protect(unit)
        if html.strip() == protected.html.strip():
            return
        clean = clean_html(html, allowed_hosts=self._hosts, refs=len(protected.refs))
        restored = restore(clean.html, unit, protected=protected)
        if piece.locked:
            self.locked += isinstance(restored, Rejected) or restored.html != unit.source
        elif isinstance(restored, Rejected):
            self.warnings.append(_kept(piece, restored.reason))
        elif restored.html != unit.source:
            self.warnings += (_kept(piece, warning) for warning in clean.warnings)
            self._put(piece, fit_unit(restored.html, like=unit.source, features=piece.features or ()))

    def _put(self, piece: Piece, html: str) -> None:
        index = piece.index or 0
        sources = [*self._sources[:index], html, *self._sources[index + 1 :]]
        text = visible("".join(sources)) if visible(html).strip() else ""
        if (problem := _problem(piece, text)) is not None:
            self.warnings.append(problem)
        elif sources != self._sources:
            self._sources = sources
            self.changed += 1

    def result(self) -> str:
        return "".join(self._sources)


def _kept(piece: Piece, reason: Text) -> Text:
    return Text(KEPT, {"label": piece.label, "reason": str(reason)})


def _problem(piece: Piece, text: str) -> Text | None:
    """Why ``text`` may not take the place of what ``piece`` belongs to."""
    if not text.strip():
        return Text(EMPTIED, {"label": piece.label})
    if piece.max_length is not None and len(text) > piece.max_length:
        return Text(OVER_LENGTH, {"label": piece.label, "length": len(text), "most": piece.max_length})
    return None
