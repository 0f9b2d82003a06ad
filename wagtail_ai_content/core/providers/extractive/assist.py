"""Help with one text of the editor, as far as sentences that are already there can give it.

The reply is the text alone. What would take words of its own (another tone or language, more text, simpler words, a
brief) is refused in a sentence, never pretended.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any, Final

from ...errors import NothingToWorkOn, NotSupported
from ...text import gettext_noop
from ...versions.markup import Tag
from ...versions.markup import pieces as tags_and_texts
from ...versions.richtext import HEADINGS, plain_text, split
from . import notes
from .digest import Digest
from .languages import Language, language_of
from .markup import Taken, pieces, take_apart
from .material import MOST_CHARACTERS, Material, Unit, read
from .shorten import shorten
from .tidy import tidy
from .trim import headline, trim
from .words import count

CANNOT: Final = gettext_noop(
    "The built-in engine cannot do this, because it only works with sentences that are already there. It can tidy, "
    "shorten, summarise, list and divide a text, and suggest titles. For everything else, ask your developers to set "
    "an AI model."
)
_PLACEHOLDER = re.compile(r'<p><a href="ref:\d+">\[[^<>]*\]</a></p>|<a href="ref:\d+">\[[^<>]*\]</a>')
_HEADING_LENGTH = 60
_SUMMARY_LENGTH = 600
_PARAGRAPHS_UNDER_A_HEADING = 2
_FEWEST_PARAGRAPHS = 3
"""A shorter text needs no headings."""


def assist(data: Mapping[str, Any]) -> str:
    """The text for the material of ``assist``. Raises: ``NotSupported``, ``NothingToWorkOn``."""
    material = read(data)
    language = language_of(material.language)
    name = data.get("action")
    work = _WORKS.get(name) if isinstance(name, str) else None
    if work is None or data.get("earlier"):
        raise NotSupported(CANNOT)
    if name != "suggest" and not count(_spoken(material, data)):
        raise NothingToWorkOn(title=_label(data, material))
    return work(material, data, language)


def _tidied(material: Material, data: Mapping[str, Any], language: Language) -> str:
    return _changed(material, data, lambda texts: [tidy(text, language) for text in texts])


def _shortened(material: Material, data: Mapping[str, Any], language: Language) -> str:
    return _changed(material, data, lambda texts: shorten(texts, language))


def _summarised(material: Material, data: Mapping[str, Any], language: Language) -> str:
    summary = _digest(material, data, language).summary(_number(data, "most") or _SUMMARY_LENGTH)
    return f"<p>{escape(summary, quote=False)}</p>" if _is_rich(data) else summary


def _listed(material: Material, data: Mapping[str, Any], language: Language) -> str:
    """Each paragraph's sentences as items; paragraphs of one sentence each as one list."""
    name = "ul" if "ul" in _elements(data) else "ol"
    items: list[str] = []
    html: list[str] = []
    for unit in split(material.text):
        if unit.tag == "p" and not _PLACEHOLDER.fullmatch(unit.source):
            items += _items(unit.source, language)
            continue
        html += [*_list(items, name), unit.source]
        items = []
    return "".join([*html, *_list(items, name)])


def _items(paragraph: str, language: Language) -> list[str]:
    inner = paragraph.removeprefix("<p>").removesuffix("</p>")
    return [piece.html.strip() for piece in pieces(inner, language) if piece.html.strip()]


def _list(items: Sequence[str], name: str) -> list[str]:
    return [f"<{name}>{''.join(f'<li>{item}</li>' for item in items)}</{name}>"] if items else []


def _divided(material: Material, data: Mapping[str, Any], language: Language) -> str:
    """A heading of a key phrase over every few paragraphs that have none."""
    level = next((name for name in ("h2", "h3", "h4") if name in _elements(data)), "")
    units = split(material.text)
    texts = [place for place, unit in enumerate(units) if unit.tag == "p" and count(_without_media(unit.source))]
    if not level or len(texts) < _FEWEST_PARAGRAPHS or any(unit.tag in HEADINGS for unit in units):
        return material.text
    headings: dict[int, str] = {}
    for first in range(0, len(texts), _PARAGRAPHS_UNDER_A_HEADING):
        group = texts[first : first + _PARAGRAPHS_UNDER_A_HEADING]
        text = plain_text("".join(units[place].source for place in group))
        heading = _heading(text, language, taken=headings.values())
        if heading:
            headings[group[0]] = heading
    said = {place: f"<{level}>{escape(heading, quote=False)}</{level}>" for place, heading in headings.items()}
    return "".join(said.get(place, "") + unit.source for place, unit in enumerate(units))


def _heading(text: str, language: Language, *, taken: Any) -> str:
    phrases = Digest(text=text, language=language).phrases
    found = (headline(phrase.text, _HEADING_LENGTH, language=language) for phrase in phrases)
    return next((heading for heading in found if heading not in taken), "")


def _suggested(material: Material, data: Mapping[str, Any], language: Language) -> str:
    digest = _digest(material, data, language)
    wanted = max(1, _number(data, "options"))
    most = _number(data, "most") or _number(data, "wants") or _HEADING_LENGTH
    use = data.get("use")
    if use == "search_description":
        found = _descriptions(digest, most)
    else:
        titles = digest.titles(most)
        found = iter([digest.seo_title(most), *titles] if use == "seo_title" else titles)
    now = " ".join(_spoken(material, data).split()).casefold()
    options = [option for option in dict.fromkeys(found) if option and option.casefold() != now][:wanted]
    if not options:
        raise NothingToWorkOn(title=_label(data, material))
    return f"\n{data.get('next_option')}\n".join(options)


def _descriptions(digest: Digest, most: int) -> Iterator[str]:
    yield digest.description(most)
    yield digest.summary(most)
    yield from (trim(digest.sentences[place], most) for place in digest.best)


_WORKS: Final[Mapping[str, Callable[[Material, Mapping[str, Any], Language], str]]] = {
    "improve": _tidied,
    "fix": _tidied,
    "shorten": _shortened,
    "summarise": _summarised,
    "list": _listed,
    "headings": _divided,
    "suggest": _suggested,
}


# --- reading the material


def _changed(material: Material, data: Mapping[str, Any], change: Callable[[list[Taken]], list[str]]) -> str:
    """The text with its units changed together; units with nothing to read stay as they are."""
    if not _is_rich(data):
        unit = _unit(escape(material.text, quote=False), plain=True, multiline=data.get("multiline") is True)
        return plain_text_of(change([take_apart(unit)])[0])
    units = split(material.text)
    told = [unit for unit in units if unit.tag != "blockquote" and count(_without_media(unit.source))]
    changed = change([take_apart(_unit(unit.source, heading=unit.tag in HEADINGS)) for unit in told])
    new = {unit.index: html for unit, html in zip(told, changed, strict=True)}
    return "".join(new.get(unit.index, unit.source) for unit in units)


def _unit(html: str, *, plain: bool = False, multiline: bool = True, heading: bool = False) -> Unit:
    kind = "heading" if heading else "text"
    return Unit(id="", kind=kind, html=html, plain=plain, max_length=None, multiline=multiline)


def plain_text_of(html: str) -> str:
    """An escaped plain text as it is."""
    return html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _digest(material: Material, data: Mapping[str, Any], language: Language) -> Digest:
    """Of the page's other texts where a short text is to be suggested, else of the text itself."""
    others = data.get("page_text")
    own = _spoken(material, data)
    for text in (others if isinstance(others, str) else "", own):
        if count(text):
            heading = "" if data.get("use") == "title" else material.page_title
            return Digest(text=text[:MOST_CHARACTERS], language=language, heading=heading)
    raise NothingToWorkOn(title=_label(data, material))


def _spoken(material: Material, data: Mapping[str, Any]) -> str:
    return plain_text(_PLACEHOLDER.sub("", material.text)) if _is_rich(data) else material.text


def _without_media(html: str) -> str:
    texts = tags_and_texts(_PLACEHOLDER.sub("", html))
    return " ".join(text for text in texts if not isinstance(text, Tag))


def _is_rich(data: Mapping[str, Any]) -> bool:
    return data.get("kind") == "rich"


def _elements(data: Mapping[str, Any]) -> Sequence[str]:
    elements = data.get("elements")
    return elements if isinstance(elements, list | tuple) else ()


def _number(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    return value if type(value) is int and value > 0 else 0


def _label(data: Mapping[str, Any], material: Material) -> str:
    label = data.get("label")
    return label if isinstance(label, str) and label else material.page_title or notes.UNTITLED
