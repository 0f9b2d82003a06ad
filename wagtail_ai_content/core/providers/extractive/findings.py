"""What can be told about texts by counting: sentences, paragraphs, repetitions, lengths. Nothing is guessed.

One finding of a kind for each text. A text to put in its place is offered for repairs that change no meaning only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any, Final

from ...quality.lengths import LIMITS
from ...versions.markup import tags
from ...versions.richtext import HEADINGS, plain_text, split
from .languages import Language, language_of
from .markup import take_apart
from .material import MOST_CHARACTERS, Unit
from .sentences import paragraphs
from .tidy import tidy
from .words import CJK, count, words

LONG_SENTENCE: Final = 30
"""Words."""
LONG_PARAGRAPH: Final = 120
LONG_TEXT: Final = 300
SHORT_PAGE: Final = 50
SAME_BEGINNINGS: Final = 3
MOST: Final = 20
_SHOWN_WORDS = 6


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was counted."""

    id: str
    """Of the text; empty for all of them together."""
    kind: str
    message: str
    replacement: str = ""


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One text of the form."""

    id: str
    path: str
    role: str
    html: str
    """As a model sees it: HTML, or plain text."""
    rich: bool
    text: str
    """What people read, a line for each paragraph."""


def findings(data: Mapping[str, Any]) -> list[Finding]:
    """At most 20, in the order of the texts; what concerns all of them comes last."""
    language = language_of(str(data.get("language") or ""))
    texts = list(_texts(data.get("texts")))
    found = [finding for text in texts for finding in _of_text(text, language)]
    return [*found, *_of_all(texts)][:MOST]


def _texts(value: Any) -> Iterator[_Read]:
    room = MOST_CHARACTERS
    for item in value if isinstance(value, list | tuple) else ():
        if not isinstance(item, Mapping) or not isinstance(item.get("html"), str):
            continue
        html, rich = item["html"], item.get("plain") is not True
        room -= len(html)
        if room < 0:
            return
        names = {name: str(item.get(name) or "") for name in ("id", "path", "role")}
        yield _Read(html=html, rich=rich, text=plain_text(html) if rich else html, **names)


def _of_text(text: _Read, language: Language) -> Iterator[Finding]:
    yield from _of_length(text)
    if text.role != "prose" or not count(text.text):
        return
    blocks = paragraphs(text.text, language)
    sentences = [sentence for block in blocks for sentence in block]
    found = {
        "readability": _long_sentences(sentences),
        "structure": " ".join(filter(None, [_no_headings(text), _long_paragraphs(blocks)])),
        "tone": _same_beginnings(sentences),
    }
    yield from (Finding(id=text.id, kind=kind, message=message) for kind, message in found.items() if message)
    tidied = _tidied(text, language)
    if tidied != text.html:
        message = "There are doubled words, repeated sentences or stray spaces. They can be tidied."
        yield Finding(id=text.id, kind="clarity", message=message, replacement=tidied)


def _of_length(text: _Read) -> Iterator[Finding]:
    most = LIMITS.get(text.path)
    length = len(text.text.strip())
    if most is not None and length > most:
        message = f"This has {length} characters; search results show about {most}. Shorten it."
        yield Finding(id=text.id, kind="readability", message=message)
    if text.path == "search_description" and not length:
        message = "There is no description for search results. Say in a sentence or two what the page offers."
        yield Finding(id=text.id, kind="missing", message=message)


def _of_all(texts: Sequence[_Read]) -> Iterator[Finding]:
    prose = [text for text in texts if text.role == "prose" and text.path not in LIMITS]
    number = sum(count(text.text) for text in prose)
    if prose and number < SHORT_PAGE:
        message = f"All texts together have only {number} words. Readers may find too little here."
        yield Finding(id="", kind="missing", message=message)


def _long_sentences(sentences: Sequence[str]) -> str:
    long = [sentence for sentence in sentences if count(sentence) > LONG_SENTENCE and not CJK.search(sentence)]
    if not long:
        return ""
    longest = max(long, key=count)
    said = f"A sentence has {count(longest)} words" if len(long) == 1 else f"{len(long)} sentences have many words"
    more = "" if len(long) == 1 else f", the longest {count(longest)}"
    return f"{said}{more}: “{_begin(longest)} …”. Divide {'it' if len(long) == 1 else 'them'}."


def _no_headings(text: _Read) -> str:
    number = count(text.text)
    if not text.rich or number < LONG_TEXT or any(tag.name in HEADINGS for tag in tags(text.html)):
        return ""
    return f"This text has {number} words and no heading. Divide it with headings."


def _long_paragraphs(blocks: Sequence[Sequence[str]]) -> str:
    lengths = [sum(map(count, block)) for block in blocks]
    long = [place for place, length in enumerate(lengths) if length > LONG_PARAGRAPH]
    if not long:
        return ""
    first = f"“{_begin(blocks[long[0]][0])} …”"
    if len(long) == 1:
        return f"A paragraph has {lengths[long[0]]} words: {first}. Divide it."
    return f"{len(long)} paragraphs have more than {LONG_PARAGRAPH} words, the first is {first}. Divide them."


def _same_beginnings(sentences: Sequence[str]) -> str:
    firsts = [(words(sentence) or [""])[0] for sentence in sentences]
    runs = [(first, len(list(group))) for first, group in groupby(firsts)]
    first, times = max(runs, key=lambda run: run[1], default=("", 0))
    if not first or times < SAME_BEGINNINGS or CJK.search(first):
        return ""
    return f"{times} sentences in a row begin with “{first}”. Begin one of them in another way."


def _begin(sentence: str) -> str:
    return " ".join(sentence.split()[:_SHOWN_WORDS])


def _tidied(text: _Read, language: Language) -> str:
    """The text with small repairs; of rich text only where that is more than space between its blocks."""
    if not text.rich:
        html = escape(text.html, quote=False)
        done = tidy(take_apart(_unit(html, plain=True)), language)
        return text.html if done == html else done.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    units = split(text.html)
    return "".join(
        unit.source
        if unit.kind == "fixed" or unit.tag == "blockquote"
        else tidy(take_apart(_unit(unit.source)), language)
        for unit in units
    )


def _unit(html: str, *, plain: bool = False) -> Unit:
    return Unit(id="", kind="text", html=html, plain=plain, max_length=None, multiline=True)
