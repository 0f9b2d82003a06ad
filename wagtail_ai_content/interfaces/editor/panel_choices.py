"""What the panel offers: functions for the whole page, and prompts with their variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext
from wagtail.models import AbstractPage

from wagtail_ai_content.core.engine.function import AIFunction
from wagtail_ai_content.core.errors import InvalidInput, UnknownPrompt
from wagtail_ai_content.core.prompts.problems import Problem
from wagtail_ai_content.core.prompts.variables import Variable
from wagtail_ai_content.features.writing.base import WritingFunction
from wagtail_ai_content.pipeline.functions import registry
from wagtail_ai_content.records.prompts import api as prompts

from .panel_forms import VariablesForm, values_of
from .subject import Subject

ASSIST: Final = "assist"
"""The function that writes into one text of the open form."""
OF_ONE_TEXT: Final = frozenset({"rewrite"})
"""They work on a page too, but need to be told which of its texts."""


@dataclass(frozen=True, kw_only=True)
class FunctionChoice:
    """A function for the whole page."""

    name: str
    label: str
    help: str


@dataclass(frozen=True, kw_only=True)
class PromptChoice:
    """A prompt of the site; one without a name is the built-in prompt of its function."""

    function: str
    function_label: str
    name: str
    variables: tuple[Variable, ...] = ()
    """What a person has to give."""

    @property
    def key(self) -> str:
        """Tells it from the others in the form."""
        return f"{self.function}:{self.name}"

    @property
    def is_for_one_text(self) -> bool:
        return self.function == ASSIST

    @cached_property
    def form(self) -> VariablesForm:
        return VariablesForm(self.variables, key=f"{self.function}-{self.name}")


def page_functions(subject: Subject) -> list[FunctionChoice]:
    """What this user may ask for a whole page; nothing for other objects."""
    if not issubclass(subject.model, AbstractPage):
        return []
    names = sorted(registry, key=lambda name: name != "page_text")  # what people look for first
    found = (registry.get(name) for name in names if name not in OF_ONE_TEXT and name in subject.uses)
    return [_choice(function) for function in found if isinstance(function, WritingFunction)]


def prompt_choices(subject: Subject) -> list[PromptChoice]:
    """The site's published prompts first, each function's built-in one last. One query a function."""
    functions = {choice.name: choice.label for choice in page_functions(subject)}
    named = {ASSIST: gettext("Text of one field"), **functions} if ASSIST in subject.uses else functions
    own = [choice for name, label in named.items() for choice in _of_site(subject, name, label)]
    standard = [PromptChoice(function=name, function_label=label, name="") for name, label in named.items()]
    return [*own, *standard]


def checked_variables(subject: Subject, *, function: str, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values ``given`` for the variables of a prompt, of their types. Raises: ``InvalidInput`` and its kinds."""
    if not name:
        return {}
    found = next((row for row in prompts.offered(function, site_id=_site_id(subject)) if row.name == name), None)
    if found is None:
        raise UnknownPrompt(name=name, known=", ".join(_names(subject, function)) or "–")
    try:
        variables = prompts.own_variables(found)
    except Problem as problem:
        raise InvalidInput(problem.text.template, **problem.text.params) from None
    return values_of(variables, given)


def _choice(function: AIFunction) -> FunctionChoice:
    return FunctionChoice(
        name=function.name,
        label=gettext(function.title) if function.title else function.name,
        help=gettext(function.description) if function.description else "",
    )


def _of_site(subject: Subject, function: str, label: str) -> Iterator[PromptChoice]:
    """Prompts whose variables cannot be read are left out: they could not be used either."""
    for row in prompts.offered(function, site_id=_site_id(subject)):
        try:
            variables = prompts.own_variables(row)
        except Problem:
            continue
        yield PromptChoice(function=function, function_label=label, name=row.name, variables=variables)


def _names(subject: Subject, function: str) -> list[str]:
    return [row.name for row in prompts.offered(function, site_id=_site_id(subject))]


def _site_id(subject: Subject) -> int | None:
    return subject.site.pk if subject.site is not None else None
