"""The blocks on offer in words, for the prompt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from .forms import Form

INDENT: Final = "  "


def outline(form: Form) -> str:
    """The block types of a stream, one below the other, their parts indented."""
    return "\n".join(line for child in form.children for line in _type(child, 0))


def _type(form: Form, level: int) -> Iterator[str]:
    room = f", at most {form.times} of them" if form.times is not None else ""
    yield f'{INDENT * level}- type "{form.name}" ({form.label}{room}); its value: {_said(form)}'
    yield from _parts(form, level + 1)


def _parts(form: Form, level: int) -> Iterator[str]:
    if form.kind == "object":
        for part in form.shown:
            yield f'{INDENT * level}"{part.name}": {_said(part)}{"" if part.required else ", may be empty"}'
            yield from _parts(part, level + 1)
    elif form.kind == "list":
        yield f"{INDENT * level}each item: {_said(form.children[0])}"
        yield from _parts(form.children[0], level + 1)
    elif form.kind == "stream":
        for child in form.children:
            yield from _type(child, level)


def _said(form: Form) -> str:
    match form.kind:
        case "text":
            return f"plain text on one line{_length(form)}"
        case "long":
            return f"plain text{_length(form)}"
        case "rich":
            return f"HTML ({', '.join(_tags(form))}){_length(form)}"
        case "number" | "whole":
            return "a number from the material" + (", without decimals" if form.kind == "whole" else "")
        case "boolean":
            return "true or false"
        case "choice":
            return f"one of {json.dumps(form.choices, ensure_ascii=False)}"
        case "choices":
            return f"a list of some of {json.dumps(form.choices, ensure_ascii=False)}"
        case "object":
            return "an object with these keys"
        case "list":
            return f"a list{_size(form, 'items')}"
        case "stream":
            return f"a list of blocks{_size(form, 'blocks')} of these types"
    return "null"


def _length(form: Form) -> str:
    return f", at most {form.most} characters" if form.most else ""


def _size(form: Form, what: str) -> str:
    least = f", at least {form.least} {what}" if form.least else ""
    return least + (f", at most {form.most} {what}" if form.most else "")


def _tags(form: Form) -> Iterator[str]:
    """The elements that the features of a rich text allow, as far as a model may write them."""
    known = {"bold": "b", "italic": "i", "blockquote": "blockquote", "superscript": "sup", "subscript": "sub"}
    yield "p"
    for feature in form.features:
        if feature in ("h2", "h3", "h4"):
            yield feature
        elif feature in ("ol", "ul"):
            yield f"{feature} with li"
        elif feature in known:
            yield known[feature]
