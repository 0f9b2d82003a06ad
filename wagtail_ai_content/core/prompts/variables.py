"""The variables a prompt may use, as its author sees them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..text import gettext_noop
from .problems import Problem

EMPTY: Mapping[str, Any] = {"text": "", "number": 0, "choice": "", "boolean": False, "list": [], "object": {}}
"""The types of variables, with what stands for “nothing” in each."""

TYPES = tuple(EMPTY)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KEYS = frozenset({"name", "type", "required", "help", "choices"})


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One value a prompt is given."""

    name: str
    type: str = "text"
    """One of ``TYPES``; ``object`` is a set of named values, reached with a dot."""
    required: bool = False
    """Whether it always holds something; the others may be empty."""
    help: str = ""
    """One line for whoever writes prompts."""
    choices: tuple[str, ...] = ()
    """What a ``choice`` may be."""

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "type": self.type,
            "required": self.required,
            "help": self.help,
            "choices": list(self.choices),
        }


def variables_from_json(data: Any) -> tuple[Variable, ...]:
    """The variables in a list of objects, as in a prompt's header. Raises: ``Problem``."""
    if not isinstance(data, Sequence) or isinstance(data, str):
        raise Problem(gettext_noop("the variables must be a list"))
    variables = tuple(_variable(entry) for entry in data)
    names = [variable.name for variable in variables]
    for name in names:
        if names.count(name) > 1:
            raise Problem(gettext_noop("there are two variables called “%(name)s”"), name=name)
    return variables


def names_of(variables: Iterable[Variable]) -> frozenset[str]:
    return frozenset(variable.name for variable in variables)


def completed(values: Mapping[str, Any], variables: Iterable[Variable]) -> dict[str, Any]:
    """``values``, with something empty for each variable that has none, so that a prompt may ask for any of them."""
    return {**{variable.name: EMPTY[variable.type] for variable in variables}, **values}


def _variable(entry: Any) -> Variable:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        raise Problem(gettext_noop("each variable must be an object with a name"))
    name = entry["name"]
    if not _NAME.fullmatch(name) or set(entry) - _KEYS:
        raise Problem(gettext_noop("the variable “%(name)s” has a wrong name or an unknown property"), name=name)
    variable = Variable(
        name=name,
        type=_typed(entry, "type", default="text"),
        required=_typed(entry, "required", default=False),
        help=_typed(entry, "help", default=""),
        choices=tuple(_typed(entry, "choices", default=[])),
    )
    if variable.type not in TYPES or not all(isinstance(choice, str) for choice in variable.choices):
        raise Problem(
            gettext_noop("the variable “%(name)s” has a wrong type; there are: %(known)s"),
            name=name, known=", ".join(TYPES),
        )  # fmt: skip
    return variable


def _typed(entry: Mapping[str, Any], key: str, *, default: Any) -> Any:
    value = entry.get(key, default)
    if type(value) is not type(default):
        raise Problem(gettext_noop("the variable “%(name)s”: “%(key)s” has a wrong type"), name=entry["name"], key=key)
    return value
