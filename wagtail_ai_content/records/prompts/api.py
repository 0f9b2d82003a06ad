"""The one door to the tables of prompts and model profiles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.db.models import F, Q, QuerySet

from wagtail_ai_content.core.errors import UnknownPrompt
from wagtail_ai_content.core.prompts.template import Prompt, check_prompt
from wagtail_ai_content.core.prompts.variables import Variable, names_of
from wagtail_ai_content.records.statements import Given, Names, Statement

from .models import ModelProfile, PromptTemplate
from .shipped import shipped

__all__ = [
    "ModelProfile",
    "ProfileValues",
    "PromptTemplate",
    "ResolvedPrompt",
    "offered",
    "own_variables",
    "profile_for",
    "prompts_for",
    "resolve",
]


_WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class ResolvedPrompt:
    """The prompt one request uses."""

    source: Literal["override", "database", "shipped"]
    name: str
    version: str
    body: str
    variables: tuple[Variable, ...]
    partials: Mapping[str, str]
    """Texts the body may put in by name."""
    hash: str
    """SHA-256 of the body and the partials: two prompts with the same hash send the same words."""
    model: str = ""
    """The model this prompt asks for; empty for the site's."""
    template_id: int | None = None
    """The database row, where it comes from one."""
    revision_id: int | None = None
    """The published revision of that row."""

    @property
    def used(self) -> frozenset[str]:
        """The variables whose names stand in the body, or in a partial it names: never fewer than it needs."""
        partials = [text for name, text in self.partials.items() if re.search(rf"\b{re.escape(name)}\b", self.body)]
        words = set(_WORD.findall("\n".join([self.body, *partials])))
        return frozenset(variable.name for variable in self.variables if variable.name in words)


@dataclass(frozen=True, kw_only=True)
class ProfileValues:
    """What model profiles say for one function on one site; None (or nothing) where they say nothing."""

    model: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    response_format: str | None = None
    """``schema`` or ``text``."""
    fallback_models: tuple[str, ...] = ()


def resolve(
    function: str, *, site_id: int | None, override: str | None = None, name: str | None = None
) -> ResolvedPrompt:
    """The prompt for ``function``: the one given with the task, else one of the site's, else the shipped one.

    ``override``: a whole prompt, used instead of any other; it may use the variables of the prompt it replaces.
    ``name``: a certain prompt; without it, the one published last, the site's own before those for all sites. One that
    needs values of its own is used by its name only: nobody would have been asked for them.
    Raises: ``UnknownPrompt``; ``PromptError`` for an override that cannot be used.
    """
    row = _row(function, site_id=site_id, name=name)
    standard = shipped().get(name) if name else shipped().for_function(function)
    if standard is not None and standard.function != function:
        standard = None
    if row is not None:
        found = _from_row(row)
    elif standard is not None:
        found = _from_file(standard)
    else:
        raise UnknownPrompt(name=name or function, known=_known(function, site_id=site_id))
    return _from_text(override, function=function, replaced=found) if override else found


def offered(function: str, *, site_id: int | None) -> list[PromptTemplate]:
    """The published prompts for ``function`` on a site, by name; of two of one name the site's own. One query."""
    rows = prompts_for(site_id).filter(function=function, live=True).order_by(F("site_id").asc(nulls_last=True), "pk")
    found: dict[str, PromptTemplate] = {}
    for row in rows:
        found.setdefault(row.name, row)
    return sorted(found.values(), key=lambda row: row.name.casefold())


def own_variables(prompt: PromptTemplate) -> tuple[Variable, ...]:
    """What a person has to give: the variables which its function does not bring along. Raises: ``Problem``."""
    standard = shipped().for_function(prompt.function)
    known = names_of(standard.variables) if standard else frozenset[str]()
    return tuple(variable for variable in prompt.known_variables() if variable.name not in known)


def prompts_for(site_id: int | Given | None) -> QuerySet[PromptTemplate]:
    """The prompts that may be used on a site: its own and those for all sites, whether published or not."""
    return PromptTemplate.objects.filter(_on_site(site_id))


def _on_site(site_id: int | Given | None) -> Q:
    return Q(site__isnull=True) if site_id is None else Q(site_id=site_id) | Q(site__isnull=True)


def profile_for(function: str, site_id: int | None) -> ProfileValues | None:
    """What is set for ``function`` on the site, each value by the closest profile that has it; None without profiles.

    The site's own profiles go before those for all sites, and one for the function before one for all functions.
    """
    rows = _PROFILES.objects(function=function, site=site_id)
    closest_first = sorted(rows, key=lambda row: (row.site_id is None, row.function == ""))
    if not closest_first:
        return None
    values: dict[str, object] = {}
    for row in closest_first:
        values = {**_values(row), **values}
    return ProfileValues(**values)  # type: ignore[arg-type]


def _profiles(known: Names) -> QuerySet[Any, Any]:
    function = Given("function", ModelProfile._meta.get_field("function"))
    here = _on_site(Given("site", ModelProfile._meta.get_field("site")) if "site" in known else None)
    return ModelProfile.objects.filter(here, Q(function=function) | Q(function="")).order_by()


_PROFILES: Final = Statement(_profiles)


def _values(row: ModelProfile) -> dict[str, object]:
    """What ``row`` says; a temperature of 0 is said, an empty model is not."""
    said = {
        "model": row.model or None,
        "max_tokens": row.max_tokens,
        "temperature": row.temperature,
        "response_format": row.response_format or None,
        "fallback_models": row.fallbacks or None,
    }
    return {key: value for key, value in said.items() if value is not None}


def _row(function: str, *, site_id: int | None, name: str | None) -> PromptTemplate | None:
    rows: list[PromptTemplate] = _LIVE.objects(function=function, site=site_id, name=name or None)
    if name:
        return rows[0] if rows else None
    return next((row for row in rows if not any(variable.required for variable in own_variables(row))), None)


def _live(known: Names) -> QuerySet[Any, Any]:
    """The published prompts of a function on a site, the one that is meant first."""
    fields = PromptTemplate._meta
    site = Given("site", fields.get_field("site")) if "site" in known else None
    rows = prompts_for(site).filter(function=Given("function", fields.get_field("function")), live=True)
    if "name" in known:
        rows = rows.filter(name=Given("name", fields.get_field("name")))
    own_first = F("site_id").asc(nulls_last=True)
    return rows.order_by(own_first, F("last_published_at").desc(nulls_last=True), "-pk")


_LIVE: Final = Statement(_live)


def _known(function: str, *, site_id: int | None) -> str:
    rows = prompts_for(site_id).filter(function=function, live=True).values_list("name", flat=True)
    files = [prompt.name for prompt in shipped().list() if prompt.function == function]
    return ", ".join(sorted({*rows, *files})) or "–"


def _from_row(row: PromptTemplate) -> ResolvedPrompt:
    return ResolvedPrompt(
        source="database",
        name=row.name,
        version=str(row.version),
        body=row.body,
        variables=row.known_variables(),
        partials=shipped().partials,
        hash=_hash(row.body),
        model=row.model,
        template_id=row.pk,
        revision_id=row.live_revision_id,
    )


def _from_file(prompt: Prompt) -> ResolvedPrompt:
    return ResolvedPrompt(
        source="shipped",
        name=prompt.name,
        version=prompt.version,
        body=prompt.body,
        variables=prompt.variables,
        partials=shipped().partials,
        hash=_hash(prompt.body),
    )


def _from_text(body: str, *, function: str, replaced: ResolvedPrompt) -> ResolvedPrompt:
    check_prompt(body, name=function, variables=names_of(replaced.variables), partials=replaced.partials)
    return ResolvedPrompt(
        source="override",
        name=function,
        version="",
        body=body,
        variables=replaced.variables,
        partials=replaced.partials,
        hash=_hash(body),
    )


def _hash(body: str) -> str:
    texts = [body, *(f"{name}\0{text}" for name, text in sorted(shipped().partials.items()))]
    return hashlib.sha256("\0\0".join(texts).encode("utf-8", "replace")).hexdigest()
