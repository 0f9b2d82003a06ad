"""A prompt as a whole: header, sections, messages. The door of this package.

A prompt file is a header in TOML between two ``+++`` lines, then the body. A body is one or two sections, each opened
by a line of its own: ``{# system #}`` (who the model is and the rules) and ``{# user #}`` (the task and its material).
A body without such lines is all ``user``. It is divided before anything is filled in, so that no value can open a
section.

A partial is a piece of text that prompts share, put in by ``{{ partial("rules") }}``. It sees the same variables and
cannot hold further partials. There is a fixed set; a prompt cannot name a file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ..engine.reply import without_hidden
from ..providers.base import Message
from ..text import gettext_noop
from . import limits
from .problems import Problem
from .variables import Variable, variables_from_json

if TYPE_CHECKING:
    from .sandbox import Part

Role = Literal["system", "user"]

_FENCE = "+++"
_SECTION = re.compile(r"[ \t]*\{#-?[ \t]*(system|user)[ \t]*-?#\}[ \t]*")
_KEYS = frozenset({"name", "version", "function", "title", "variables"})


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A prompt as it was written."""

    name: str
    version: str
    function: str
    """Name of the AI function it is for."""
    title: str
    """What a person calls it."""
    body: str
    variables: tuple[Variable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """One message of a prompt, before its values are filled in."""

    role: Role
    source: str
    first_line: int
    """Where ``source`` starts in the body, counted from 1."""


def parse_file(text: str, *, name: str) -> Prompt:
    """The prompt in a file. ``name`` is used in errors. Raises: ``PromptError``."""
    try:
        header, body = _divide(text)
        return Prompt(**_header(header), body=body)
    except Problem as problem:
        raise problem.as_error(name) from None


def sections_of(body: str, *, name: str) -> tuple[Section, ...]:
    """The sections of ``body``, in order. Raises: ``PromptError``."""
    try:
        return tuple(_sections(body))
    except Problem as problem:
        raise problem.as_error(name) from None


def check_prompt(body: str, *, name: str, variables: Collection[str], partials: Mapping[str, str]) -> None:
    """Refuse a body that could not be rendered or should not be. Raises: ``PromptError``."""
    from . import sandbox

    _check_length(body, name=name)
    sandbox.check_parts(_parts(body, name=name), name=name, variables=variables, partials=partials)


def render_messages(
    body: str,
    values: Mapping[str, Any],
    *,
    name: str,
    clock: Callable[[], float],
    marker: str | None = None,
    partials: Mapping[str, str] | None = None,
) -> tuple[Message, ...]:
    """``body`` with its ``values``, as it is sent to a model.

    What nobody can see is left out, since instructions have been hidden in it. ``values``: plain data, one entry for
    every variable the prompt uses. ``clock``: seconds that never go back. ``marker``: the secret word that closes the
    fences around the site's texts; None to have a random one made, a keyed digest of the values where the same request
    must give the same prompt. Raises: ``PromptError``.
    """
    from . import sandbox

    _check_length(body, name=name)
    texts = sandbox.render_parts(
        _parts(body, name=name), values, name=name, clock=clock, marker=marker, partials=partials or {}
    )
    roles = [section.role for section in sections_of(body, name=name)]
    seen = (without_hidden(text).strip() for text in texts)
    return tuple(Message(role=role, content=text) for role, text in zip(roles, seen, strict=True))


def _parts(body: str, *, name: str) -> list[Part]:
    from .sandbox import Part

    return [Part(source=section.source, first_line=section.first_line) for section in sections_of(body, name=name)]


def _check_length(body: str, *, name: str) -> None:
    if len(body.encode("utf-8", "replace")) > limits.SOURCE_BYTES:
        raise Problem(gettext_noop("it is longer than %(most)s bytes"), most=limits.SOURCE_BYTES).as_error(name)
    if "\0" in body or any("\ud800" <= char <= "\udfff" for char in body):
        raise Problem(gettext_noop("it contains a character that cannot be stored")).as_error(name)


def _sections(body: str) -> list[Section]:
    lines = body.replace("\r\n", "\n").split("\n")
    marks = [(number, found[1]) for number, line in enumerate(lines) if (found := _SECTION.fullmatch(line))]
    if not marks:
        return [Section(role="user", source=body, first_line=1)]
    _check_marks(marks, before="".join(lines[: marks[0][0]]))
    ends = [number for number, _ in marks[1:]] + [len(lines)]
    return [
        Section(role=_role(role), source="\n".join(lines[start + 1 : end]), first_line=start + 2)
        for (start, role), end in zip(marks, ends, strict=True)
    ]


def _check_marks(marks: list[tuple[int, str]], *, before: str) -> None:
    if before.strip():
        raise Problem(gettext_noop("there is text before the first section; move it below a line such as {# user #}"))
    if [role for _, role in marks] not in (["system", "user"], ["user"]):
        raise Problem(
            gettext_noop("a prompt has one {# system #} section and after it one {# user #} section"),
            line=marks[-1][0] + 1,
        )


def _role(word: str) -> Role:
    return "system" if word == "system" else "user"


def _divide(text: str) -> tuple[str, str]:
    """Header and body of a prompt file."""
    lines = text.splitlines(keepends=True)
    marks = [number for number, line in enumerate(lines) if line.rstrip() == _FENCE][:2]
    if len(marks) < 2 or marks[0] != 0:
        raise Problem(gettext_noop("a prompt file starts with a header between two “+++” lines"))
    return "".join(lines[1 : marks[1]]), "".join(lines[marks[1] + 1 :])


def _header(source: str) -> dict[str, Any]:
    try:
        header = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise Problem(gettext_noop("the header is not valid TOML (%(what)s)"), what=str(error)) from None
    texts = {key: header.get(key) for key in sorted(_KEYS - {"variables"})}
    wrong = [key for key, value in texts.items() if not isinstance(value, str) or not value]
    wrong += sorted(set(header) - _KEYS)
    if wrong:
        raise Problem(gettext_noop("“%(key)s” is missing from the header, or does not belong there"), key=wrong[0])
    return {**texts, "variables": variables_from_json(header.get("variables", []))}
