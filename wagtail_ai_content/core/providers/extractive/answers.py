"""Which work a request asks for, and its answer as text.

What the schema asks for decides before the function's name, so that a site's own function with one of our forms is
served as well as ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ...errors import NothingToWorkOn
from ..base import Request
from . import notes
from .arrange import arrange
from .assist import assist
from .compose import compose
from .digest import Digest
from .fill import ABSENT, fill
from .findings import findings
from .languages import Language, language_of
from .markup import plain_text
from .material import MOST_CHARACTERS, Material, read
from .revise import revise
from .words import count

_FORMS = {
    "rewrite": {"edits", "note"},
    "page_text": {"blocks", "note"},
    "title": {"titles", "note"},
    "meta": {"seo_title", "search_description", "note"},
    "summarise": {"summary", "note"},
}
_ALWAYS_FORMS = frozenset({"layout", "suggestions"})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer as data and as text."""

    data: Any
    """In the form of our own schemas; ``ABSENT`` where the function is not one of ours."""
    text: str
    """For a request without a schema."""
    note: str


def answer(request: Request) -> str:
    """The text of the reply.

    Raises: ``NothingToWorkOn``; ``NotSupported`` for a schema that cannot be met, or work that takes words of its own.
    """
    material = read(request.material)
    if material.function == "assist" and request.schema is None:
        return assist(request.material)
    if material.function == "suggestions":
        return json.dumps(_found(request.material), ensure_ascii=False)
    if material.function == "layout":
        return json.dumps(arrange(material, request.material), ensure_ascii=False)
    language = language_of(material.language)
    work = _work(material, request.schema)
    found = _answer(work, material, language=language)
    if request.schema is None:
        return found.text
    digest = _digest(material, language)
    return json.dumps(fill(request.schema, draft=found.data, digest=digest, note=found.note), ensure_ascii=False)


def _found(data: Mapping[str, Any]) -> dict[str, Any]:
    return {"suggestions": [asdict(finding) for finding in findings(data)], "note": notes.COUNTED}


def is_form(request: Request) -> bool:
    """Whether the answer is JSON, which some functions need although the site tells no schema."""
    return request.schema is not None or request.material.get("function") in _ALWAYS_FORMS


def words_read(request: Request) -> int:
    """How many words of material the engine looked at."""
    material = read(request.material)
    return sum(count(text) for text in (*material.rest, *(plain_text(unit.html) for unit in material.units)))


def _work(material: Material, schema: Mapping[str, Any] | None) -> str:
    """One of our functions; empty for a form of the site's own."""
    if schema is None:
        written = material.function == "page_text" and _is_written(material)
        return "rewrite" if written else material.function
    properties = schema.get("properties")
    names = set(properties) if isinstance(properties, Mapping) else set()
    work = next((work for work, form in _FORMS.items() if form <= names), "")
    return work if material.function in _FORMS or _can_feed(work, material) else ""


def _can_feed(work: str, material: Material) -> bool:
    """A site's own form may only look like one of ours."""
    if work == "rewrite":
        return _is_written(material)
    return work != "page_text" or bool(material.pages or material.summary)


def _answer(work: str, material: Material, *, language: Language) -> Answer:
    if work == "rewrite":
        return _rewritten(material, language)
    if work == "page_text":
        return _composed(material, language)
    digest = _digest(material, language)
    if work == "title":
        titles = digest.titles(material.limits.title)
        return Answer(data={"titles": titles, "note": notes.TITLED}, text=titles[0], note=notes.TITLED)
    if work == "meta":
        return _described(digest, material)
    summary = digest.summary(material.limits.summary)
    if work == "summarise":
        return Answer(data={"summary": summary, "note": notes.SUMMARISED}, text=summary, note=notes.SUMMARISED)
    return Answer(data=ABSENT, text=summary, note=notes.FILLED)


def _rewritten(material: Material, language: Language) -> Answer:
    if not _is_written(material):
        raise _nothing(material)
    kind, instruction = material.instruction_kind, material.instruction
    revision = revise(material.units, language, instruction=instruction, kind=kind)
    changed = {edit.id: edit.html for edit in revision.edits}
    text = "\n\n".join(plain_text(changed.get(unit.id, unit.html)) for unit in material.units)
    edits = [asdict(edit) for edit in revision.edits]
    return Answer(data={"edits": edits, "note": revision.note}, text=text, note=revision.note)


def _composed(material: Material, language: Language) -> Answer:
    blocks = compose(material, language)
    if not blocks:
        raise _nothing(material)
    data = [{"kind": block.kind, "text": block.text, "items": []} for block in blocks]
    text = "\n\n".join(block.text for block in blocks)
    return Answer(data={"blocks": data, "note": notes.COMPOSED}, text=text, note=notes.COMPOSED)


def _described(digest: Digest, material: Material) -> Answer:
    description = digest.description(material.limits.search_description)
    data = {
        "seo_title": digest.seo_title(material.limits.seo_title),
        "search_description": description,
        "note": notes.DESCRIBED,
    }
    return Answer(data=data, text=description, note=notes.DESCRIBED)


def _digest(material: Material, language: Language) -> Digest:
    """Of the page's own text; where it has none, of whatever else there is to read."""
    own = material.text or _joined([plain_text(unit.html) for unit in material.units])
    section = _joined([material.summary, *(page.text for page in material.pages)])
    heading = material.page_title if count(own) else ""
    for text in (own, section, _joined(material.rest)):
        if count(text):
            return Digest(text=text[:MOST_CHARACTERS], language=language, heading=heading)
    raise _nothing(material)


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _is_written(material: Material) -> bool:
    return any(count(plain_text(unit.html)) for unit in material.units)


def _nothing(material: Material) -> NothingToWorkOn:
    return NothingToWorkOn(title=material.page_title or material.title or notes.UNTITLED)
