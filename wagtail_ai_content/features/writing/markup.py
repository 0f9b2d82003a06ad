"""Rich text as Wagtail's own editor would store it, limited to the features of its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import Final

from wagtail_ai_content.core.versions.markup import tags
from wagtail_ai_content.core.versions.richtext import plain_text
from wagtail_ai_content.pipeline.gate import fit

HEADING_LEVELS: Final = ("h2", "h3", "h4", "h5")
FEATURES_BY_TAG: Final = {
    "a": "link",
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "s": "strikethrough",
    "sub": "subscript",
    "sup": "superscript",
    "code": "code",
    "blockquote": "blockquote",
    **{tag: tag for tag in ("h1", "h2", "h3", "h4", "h5", "h6", "ol", "ul")},
}
_LINK = re.compile(r"<a(?:\s[^<>]*)?>")
_MASK = re.compile(r'<a href="#(\d+)">')


@dataclass(frozen=True, kw_only=True)
class NewBlock:
    """A piece of a new text."""

    kind: str
    """``heading``, ``paragraph`` or ``list``; anything else is read as a paragraph."""
    text: str = ""
    """HTML of what stands inside the paragraph or heading."""
    items: tuple[str, ...] = ()
    """Of a list, HTML too."""


def fit_unit(html: str, *, like: str, features: Iterable[str]) -> str:
    """A changed unit through ``fit``. Markup that stood in the original, ``like``, stays although the field lacks it;
    so do the links' own tags, byte for byte."""
    links = _LINK.findall(html)
    own = {FEATURES_BY_TAG[tag.name] for tag in tags(like) if tag.name in FEATURES_BY_TAG}
    masks = (f'<a href="#{number}">' for number in count())
    fitted = fit(_LINK.sub(lambda _: next(masks), html), {*features, *own})
    return _MASK.sub(lambda found: links[int(found[1])], fitted)


def as_rich_text(blocks: Iterable[NewBlock], features: Sequence[str]) -> str:
    """A new text as rich text with these features."""
    return fit("".join(_element(block, features) for block in blocks), features)


def paragraphs(text: str, features: Iterable[str]) -> str:
    """Plain text as rich text, a paragraph for each line."""
    return fit("".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip()), features)


def as_lines(blocks: Iterable[NewBlock]) -> str:
    """A new text without markup: paragraphs apart by an empty line, list items on lines of their own."""
    texts = ("\n".join(f"- {one_line(item)}" for item in block.items) or one_line(block.text) for block in blocks)
    return "\n\n".join(text for text in texts if text)


def one_line(html: str) -> str:
    """The text of some HTML on a single line."""
    return " ".join(plain_text(html).split())


def within(text: str, most: int) -> str:
    """``text`` cut at the end of a word so that it has at most ``most`` characters; an ellipsis tells."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    words = cut if text[most - 1 : most].isspace() else cut.rpartition(" ")[0]
    return f"{(words or cut).rstrip(' ,;:.–—-')}…"


def _element(block: NewBlock, features: Sequence[str]) -> str:
    if block.kind == "heading":
        level = next((tag for tag in HEADING_LEVELS if tag in features), "p")
        return f"<{level}>{escape(one_line(block.text))}</{level}>"
    paragraph = f"<p>{block.text}</p>" if block.text else ""
    if not block.items:
        return paragraph
    lists = "ul" if "ul" in features else "ol" if "ol" in features else ""
    if not lists:
        return paragraph + "".join(f"<p>{item}</p>" for item in block.items)
    return f"{paragraph}<{lists}>{''.join(f'<li>{item}</li>' for item in block.items)}</{lists}>"
