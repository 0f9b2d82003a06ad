"""Arrangements of blocks from sentences that are on the page already.

The sentences closest to the brief are chosen (query-biased ranking, as in ``compose``) and put, verbatim, into
headings, paragraphs, lists and quotations, as far as the blocks on offer can hold them. Nothing is made up to fill one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from ...errors import NothingToWorkOn, NotSupported
from ...text import gettext_noop
from . import notes
from .digest import Digest, join
from .languages import language_of
from .material import Material
from .rank import choose, rank
from .sentences import is_complete, leans, split
from .trim import headline
from .words import bag, count

Form = Mapping[str, Any]
Block = dict[str, Any]

NO_TEXT = gettext_noop(
    "The built-in engine only arranges text that is already on the page, and there is none yet. "
    "Write some first, or ask your developers to set a model."
)
NO_BLOCK = gettext_noop("no block here takes plain text")

HEADINGS: Final = frozenset({"heading", "headline", "header", "title", "subheading", "subtitle"})
QUOTES: Final = frozenset({"quote", "quotation", "blockquote", "block_quote", "pullquote", "pull_quote"})
WORDS: Final = frozenset({"text", "quote", "quotation", "body", "content"})
_EMPTY: Final[Mapping[str, Any]] = {
    "boolean": False, "choices": [], "object": {}, "list": [], "stream": [], "number": None, "whole": None,
}  # fmt: skip
_QUOTED: Final = re.compile(r"“([^“”\n]+)”|„([^„“”\n]+)[“”]|«\s?([^«»\n]+?)\s?»|\"([^\"\n]+)\"")
_MOST_SENTENCES: Final = 8
_LEAD: Final = 2
_LEAST_NOTES: Final = 3
_LEAST_QUOTED: Final = 5
_HEADING_LENGTH: Final = 60


@dataclass(frozen=True, kw_only=True)
class _Slot:
    """A block type that can hold a certain kind of text."""

    form: Form
    fill: Callable[[Any], Any]


def arrange(material: Material, offer: Mapping[str, Any]) -> dict[str, Any]:
    """The answer as data. ``offer``: ``blocks``, the forms of the block types, and ``room``, how many fit, or None.

    Raises: ``NothingToWorkOn``; ``NotSupported`` where no block takes a text.
    """
    text = _source(material)
    sentences = _chosen(material, text)
    if not sentences:
        raise NothingToWorkOn(NO_TEXT)
    forms, room = [form for form in offer.get("blocks", ()) if isinstance(form, Mapping)], offer.get("room")
    arrangements = [
        {"name": name, "reason": reason, "blocks": _within(blocks, forms, room)}
        for name, reason, blocks in _ways(forms, sentences, material=material, text=text)
    ]
    if not arrangements:
        raise NotSupported(what=NO_BLOCK)
    return {"arrangements": arrangements, "note": notes.ARRANGED}


def _ways(
    forms: Sequence[Form], sentences: Sequence[str], *, material: Material, text: str
) -> Iterator[tuple[str, str, list[Block]]]:
    """Name, reason and blocks of each way the blocks on offer allow."""
    digest = Digest(text=text, language=language_of(material.language), heading=material.page_title)
    title = list(_headed(_slot(forms, _as_heading), digest))
    prose, points = _slot(forms, _as_prose), _slot(forms, _as_points)
    quoted = list(_quoted(_slot(forms, _as_quote), text))
    if prose is not None:
        yield notes.IN_SHORT, notes.IN_SHORT_REASON, [*title, *_paragraphs(prose, sentences)]
    if points is not None and len(sentences) > 1:
        yield notes.IN_POINTS, notes.IN_POINTS_REASON, [*title, *_block(points, sentences)]
    if prose is not None and quoted:
        yield notes.WITH_QUOTE, notes.WITH_QUOTE_REASON, [*quoted, *_paragraphs(prose, sentences)]


def _source(material: Material) -> str:
    """The page's text; notes in whole sentences in the brief, where the page has none yet."""
    if count(material.text):
        return material.text
    complete = [each for each in split(material.instruction, language_of(material.language)) if is_complete(each)]
    return material.instruction if len(complete) >= _LEAST_NOTES else ""


def _chosen(material: Material, text: str) -> list[str]:
    """The sentences closest to the brief that stand alone, in their order."""
    language = language_of(material.language)
    found = list(dict.fromkeys(each for each in split(text, language) if is_complete(each)))
    bags = [bag(each, language) for each in found]
    wanted = set(bag(f"{material.instruction} {material.page_title}", language))
    bias = [1.0 + 2.0 * len(wanted.intersection(each)) for each in bags]
    scores = [
        score * (0.3 if leans(sentence, language) else 1.0)
        for sentence, score in zip(found, rank(bags, bias=bias).sentences, strict=True)
    ]
    return [found[place] for place in sorted(choose(bags, scores, most=_MOST_SENTENCES))]


def _slot(forms: Sequence[Form], reading: Callable[[Form], Callable[[Any], Any] | None]) -> _Slot | None:
    """The first block that can hold it, one that is nothing else before one that holds it among other parts."""
    found = [_Slot(form=form, fill=fill) for form in forms if (fill := reading(form)) is not None]
    return min(found, key=lambda slot: slot.form.get("kind") == "object", default=None)


def _as_heading(form: Form) -> Callable[[Any], Any] | None:
    return str if form.get("kind") == "text" and form.get("name") in HEADINGS else None


def _as_prose(form: Form) -> Callable[[Any], Any] | None:
    """Sentences as a paragraph. A struct takes part where one of its parts does and no other must be filled."""
    if form.get("name") in QUOTES:
        return None
    if form.get("kind") == "rich":
        return lambda sentences: f"<p>{escape(join(sentences), quote=False)}</p>"
    if form.get("kind") == "long":
        return join
    return _in_object(form, _as_prose)


def _as_points(form: Form) -> Callable[[Any], Any] | None:
    if form.get("name") in QUOTES:
        return None
    tag = next((each for each in ("ul", "ol") if each in form.get("features", ())), "")
    if form.get("kind") == "rich" and tag:
        return lambda sentences: (
            f"<{tag}>{''.join(f'<li>{escape(each, quote=False)}</li>' for each in sentences)}</{tag}>"
        )
    return None


def _as_quote(form: Form) -> Callable[[Any], Any] | None:
    if form.get("name") not in QUOTES:
        return None
    if form.get("kind") == "rich":
        return lambda words: f"<p>{escape(words, quote=False)}</p>"
    if form.get("kind") in ("text", "long"):
        return str
    return _in_object(
        form, lambda part: str if part.get("kind") in ("text", "long") and part.get("name") in WORDS else None
    )


def _in_object(form: Form, reading: Callable[[Form], Callable[[Any], Any] | None]) -> Callable[[Any], Any] | None:
    """Fills the first part that ``reading`` knows, and leaves the others empty."""
    if form.get("kind") != "object":
        return None
    parts = [part for part in form.get("children", ()) if part.get("kind") != "blank"]
    fills = {part["name"]: fill for part in parts if (fill := reading(part)) is not None}
    name = next(iter(fills), None)
    if name is None or any(part.get("required") and part["name"] != name for part in parts):
        return None
    empty = {part["name"]: _EMPTY.get(part.get("kind", ""), "") for part in parts}
    return lambda content: {**empty, name: fills[name](content)}


def _headed(slot: _Slot | None, digest: Digest) -> Iterator[Block]:
    if slot is None:
        return
    limit = min(slot.form.get("most") or _HEADING_LENGTH, _HEADING_LENGTH)
    title = headline(digest.titles(limit)[0], limit, language=digest.language)
    if title:
        yield from _block(slot, title)


def _quoted(slot: _Slot | None, text: str) -> Iterator[Block]:
    """The first words in quotation marks that are more than a name."""
    found = (next(filter(None, match.groups())) for match in _QUOTED.finditer(text))
    words = next((each.strip().rstrip(",;") for each in found if count(each) >= _LEAST_QUOTED), "")
    if words:
        yield from _block(slot, words)


def _paragraphs(slot: _Slot | None, sentences: Sequence[str]) -> Iterator[Block]:
    """The first two sentences lead; the others follow."""
    for group in (sentences[:_LEAD], sentences[_LEAD:]):
        if group:
            yield from _block(slot, group)


def _block(slot: _Slot | None, content: Any) -> Iterator[Block]:
    if slot is not None:
        yield {"type": slot.form["name"], "value": slot.fill(content)}


def _within(blocks: Sequence[Block], forms: Sequence[Form], room: int | None) -> list[Block]:
    """As many as there is room for."""
    most = {form["name"]: form.get("times") for form in forms}
    kept: list[Block] = []
    used: Counter[str] = Counter()
    for block in blocks[:room]:
        name = block["type"]
        limit = most[name]
        if limit is None or used[name] < limit:
            kept.append(block)
            used[name] += 1
    return kept
