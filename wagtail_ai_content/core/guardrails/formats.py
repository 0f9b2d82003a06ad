"""The forms in which models answer although another was asked for, turned into the one that was.

Free text is asked for so that it can be shown while it arrives; so nothing forces a model to send HTML, and it sends
Markdown, JSON, fences or labels. Nothing here makes a text safe: what comes out goes through :mod:`.html`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any, Final

from ..engine.chatter import without_wrapping
from ..engine.reply import read_json
from ..errors import MalformedReply
from ..text import Text, gettext_noop

NEXT_OPTION: Final = "=+=+= next option =+=+="
"""The line that parts several versions in one answer."""

FROM_JSON = gettext_noop(
    "The answer came in a technical form (JSON). Its text was taken out. Check that it is complete."
)
FROM_MARKDOWN = gettext_noop("The answer came as Markdown and was turned into formatted text. Check its formatting.")
FROM_HTML = gettext_noop("The answer came with formatting that this field cannot hold. Its words were kept.")

_NEXT = re.compile(r"(?:<p>\s*)?=\+=\+=(?:[^\n<>=]{0,40}=\+=\+=)?(?:\s*</p>)?")
_LABEL = re.compile(
    r"\A\s*(?:<p>)?\s*[*_#]{0,3}\s*(?:option|version|variant|variante|suggestion|vorschlag)\s*\d{1,2}\s*[*_]{0,3}\s*[:.)]?"
    r"\s*[*_]{0,3}[ \t]*(?:</p>|\n|(?<=[:.)*_]))\s*",
    re.IGNORECASE,
)
_OBJECT = re.compile(r'\{\s*"\w{1,40}"\s*:')
_LIST = re.compile(r'\[\s*["{\[]')
_LONGEST_LABEL = 100
_NUMBERED = re.compile(r"(?:\d{1,2}[.)]|[-*•])\s+")
_BLOCK_TAG = re.compile(r"<(?:p|h[1-6]|ul|ol|li|blockquote|div|body|html|table)\b", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[a-zA-Z/!?]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,31});")
_QUOTED = re.compile(r"""["“„«](?P<inner>[^"“”„«»]*)["”“»]""")
_TEXT_KEYS = ("options", "html", "text", "result", "answer", "content", "output", "suggestions", "titles", "title")

_HEADING = re.compile(r"(#{1,6})[ \t]+(.+)")
_ITEM = re.compile(r"[ \t]*(?:([-*+•])|\d{1,3}[.)])[ \t]+(.+)")
_RULE = re.compile(r"[ \t]*(?:-[ \t]*){3,}|[ \t]*(?:\*[ \t]*){3,}|[ \t]*(?:_[ \t]*){3,}")
_QUOTE = re.compile(r"[ \t]*>[ \t]?(.*)")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)[\w+-]*[ \t]*")
_MARKED = re.compile(
    r"^(?:#{1,6}[ \t]+\S|[ \t]*[-*+][ \t]+\S|```)|\*\*[^*\n]+\*\*|!?\[[^\[\]\n]*\]\([^()\s]", re.MULTILINE
)
_IMAGE = re.compile(r"!\[[^\[\]\n]*\]\([^()\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))++)(?:[ \t]+\"[^\"\n]*\")?\)")
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+)(?<=\S)\*\*")
_ITALIC = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+)(?<=\S)\*(?![\w*])")
_CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a reply comes down to."""

    texts: tuple[str, ...]
    warnings: tuple[Text, ...] = ()


def read_options(reply: str, *, asked: int, given: str, lines: bool) -> Read:
    """The versions in a ``reply``, at least one. ``given``: the text they are of, whose own form is no accident.
    ``lines``: each version is a single line, so that several lines are several versions.

    Raises: ``MalformedReply`` for a reply without text, or in JSON that holds none.
    """
    texts, warnings = [reply], []
    if (found := _from_json(reply)) is not None and _from_json(given) is None:
        texts, warnings = found, [Text(FROM_JSON)]
    versions = [_unwrapped(version) for text in texts for version in _NEXT.split(text)]
    versions = [version for version in versions if version]
    if not versions:
        raise MalformedReply(reason="empty")
    if lines and asked > 1 and len(versions) == 1:
        versions = [_NUMBERED.sub("", line.strip(), count=1) for line in versions[0].splitlines() if line.strip()]
    return Read(texts=tuple(versions[:asked]), warnings=tuple(warnings))


def as_html(text: str, *, given: str) -> Read:
    """A version as HTML, whatever it is. Plain lines become paragraphs."""
    if _BLOCK_TAG.search(text):
        styled = _BOLD.sub(r"<b>\1</b>", text) if "**" not in given else text
        return Read(texts=(styled,))
    marked = bool(_MARKED.search(text)) and not _MARKED.search(given)
    html = "".join(_blocks(text.split("\n"), marked=marked))
    return Read(texts=(html,), warnings=(Text(FROM_MARKDOWN),) if marked else ())


def as_words(text: str, *, given: str, spoken: str | None) -> Read:
    """A version as plain text. ``spoken``: its words where it was read as HTML (see ``looks_like_html``), else None."""
    words = text if spoken is None else spoken
    if _MARKED.search(words) and not _MARKED.search(given):
        words = _IMAGE.sub("", words)
        for pattern in (_LINK, _BOLD, _CODE):
            words = pattern.sub(r"\1", words)
        words = "\n".join(_without_hash(line) for line in words.split("\n") if not _FENCE.fullmatch(line))
    words = words.strip()
    if (quoted := _QUOTED.fullmatch(words)) and not _QUOTED.fullmatch(given.strip()):
        words = quoted["inner"].strip() or words
    if _ENTITY.search(words) and not _ENTITY.search(given) and not _ANY_TAG.search(plain := unescape(words)):
        words = plain
    return Read(texts=(words,), warnings=(Text(FROM_HTML),) if spoken is not None else ())


def looks_like_html(text: str, *, given: str) -> bool:
    """Whether a plain text that was asked for came with tags, where the text it is of had none."""
    return bool(_ANY_TAG.search(text)) and not _ANY_TAG.search(given)


def _without_hash(line: str) -> str:
    heading = _HEADING.fullmatch(line)
    return heading[2].rstrip(" \t#") if heading else line


def _unwrapped(version: str) -> str:
    version = version.strip()
    begin = _LABEL.sub("", version[:_LONGEST_LABEL], count=1)
    return without_wrapping((begin + version[_LONGEST_LABEL:]).strip()).strip()


def _from_json(text: str) -> list[str] | None:
    """The texts in a text that is JSON as a whole; None where it is none. Raises: ``MalformedReply``."""
    text = text.strip()
    # “[1] means:” and “{…}” are texts, too.
    if not _OBJECT.match(text) and not (_LIST.match(text) and text.endswith("]")):
        return None
    found = _texts_of(read_json(text))
    if not found:
        raise MalformedReply(reason="JSON without a text")
    return found


def _texts_of(data: Any) -> list[str]:
    if isinstance(data, str):
        return [data]
    if isinstance(data, Sequence):
        return [text for item in data for text in _texts_of(item)]
    if isinstance(data, Mapping):
        named = next((data[key] for key in _TEXT_KEYS if data.get(key)), None)
        if named is not None:
            return _texts_of(named)
        strings = [value for key, value in data.items() if isinstance(value, str) and key != "note"]
        return strings if len(strings) == 1 else []
    return []


# --- Markdown


def _blocks(lines: Sequence[str], *, marked: bool) -> Iterator[str]:
    """HTML of lines of plain text, or of Markdown where it is ``marked``."""
    paragraph: list[str] = []
    items: list[str] = []
    kind = ""
    for line in [*lines, ""]:
        item = _ITEM.fullmatch(line) if marked else None
        if items and not (item and kind == ("ul" if item[1] else "ol")):
            yield f"<{kind}>{''.join(items)}</{kind}>"
            items = []
        single = _single(line) if marked and not item else None
        if paragraph and (item or single is not None or not line.strip()):
            yield f"<p>{'<br/>'.join(paragraph)}</p>"
            paragraph = []
        if item:
            kind = "ul" if item[1] else "ol"
            items.append(f"<li>{_inline(item[2])}</li>")
        elif single is not None:
            yield single
        elif line.strip():
            paragraph.append(_inline(line.strip()) if marked else line.strip())


def _single(line: str) -> str | None:
    """HTML of a line that is a block of its own; None for one that is not."""
    if heading := _HEADING.fullmatch(line):
        level = min(max(len(heading[1]), 2), 4)
        return f"<h{level}>{_inline(heading[2].rstrip(' #'))}</h{level}>"
    if _RULE.fullmatch(line):
        return "<hr/>"
    if quote := _QUOTE.fullmatch(line):
        return f"<blockquote>{_inline(quote[1])}</blockquote>"
    return "" if _FENCE.fullmatch(line) else None


def _inline(text: str) -> str:
    text = _IMAGE.sub("<img/>", text)
    text = _LINK.sub(lambda found: f'<a href="{escape(found[2], quote=True)}">{found[1]}</a>', text)
    return _ITALIC.sub(r"<i>\1</i>", _BOLD.sub(r"<b>\1</b>", _CODE.sub(r"<code>\1</code>", text)))
