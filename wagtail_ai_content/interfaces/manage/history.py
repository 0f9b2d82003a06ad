"""AI in the history of a page or snippet: log actions of our own, a column, and a filter."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets import BooleanRadioSelect
from wagtail.log_actions import LogFormatter

from wagtail_ai_content.pipeline.review import ACCEPT_ACTION, REJECT_ACTION, UNDO_ACTION
from wagtail_ai_content.pipeline.write import GENERATE_ACTION, PROPOSE_ACTION
from wagtail_ai_content.records.texts import prompt_source_label
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.authors import author_of

ACTIONS = "wagtail_ai_content."
"""What the names of our log actions begin with."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What a line of the history says of the AI."""

    model: str
    prompt: str
    version_id: str
    """The AI version; empty when it was deleted."""


# --- lines of our own


class AIDraftFormatter(LogFormatter):  # type: ignore[misc]  # Wagtail ships no types
    """An AI wrote a draft revision."""

    label = gettext_lazy("AI draft")

    def format_message(self, log_entry: Any) -> str:
        return _("AI draft written by %(author)s") % {"author": author(log_entry.data)}

    def format_comment(self, log_entry: Any) -> str:
        return prompt(log_entry.data)


class AIProposalFormatter(AIDraftFormatter):
    """An AI's version was kept for review; nothing was written."""

    label = gettext_lazy("AI proposal")

    def format_message(self, log_entry: Any) -> str:
        return _("AI version by %(author)s kept for review; nothing was written") % {"author": author(log_entry.data)}


class AIAcceptedFormatter(AIDraftFormatter):
    """A person took what an AI proposed."""

    label = gettext_lazy("AI proposal accepted")

    def format_message(self, log_entry: Any) -> str:
        return _("Accepted what %(author)s wrote") % {"author": author(log_entry.data)}


class AIRejectedFormatter(AIDraftFormatter):
    """A person refused what an AI proposed."""

    label = gettext_lazy("AI proposal rejected")

    def format_message(self, log_entry: Any) -> str:
        return _("Rejected what %(author)s wrote") % {"author": author(log_entry.data)}


class AIUndoneFormatter(AIDraftFormatter):
    """A person took back what they or somebody else had accepted."""

    label = gettext_lazy("AI decision undone")

    def format_message(self, log_entry: Any) -> str:
        return _("Undid the last decision about what %(author)s wrote") % {"author": author(log_entry.data)}


FORMATTERS = {
    GENERATE_ACTION: AIDraftFormatter,
    PROPOSE_ACTION: AIProposalFormatter,
    ACCEPT_ACTION: AIAcceptedFormatter,
    REJECT_ACTION: AIRejectedFormatter,
    UNDO_ACTION: AIUndoneFormatter,
}


def register(actions: Any) -> None:
    """Add our actions to Wagtail's log registry."""
    for name, formatter in FORMATTERS.items():
        actions.register_action(name)(formatter)


def author(data: Mapping[str, Any]) -> str:
    """The model, in words where it is the built-in engine, which must not be mistaken for one."""
    return author_of(str(data.get("model", "")))


def prompt(data: Mapping[str, Any]) -> str:
    """The prompt, its version, and where it comes from."""
    return _("Prompt “%(prompt)s”, version %(version)s (%(source)s)") % {
        "prompt": data.get("prompt", ""),
        "version": data.get("prompt_version", ""),
        "source": prompt_source_label(str(data.get("prompt_source", ""))),
    }


# --- the column and the filter


def version_ids(entries: Iterable[Any]) -> list[str]:
    """The AI versions that lines of our own name."""
    return [
        str(entry.data["version"])
        for entry in entries
        if entry.action.startswith(ACTIONS) and entry.data.get("version")
    ]


def logged_mark(entry: Any, there: Collection[str]) -> Mark:
    """The mark of a line of our own; ``there``: ids of the versions that were not deleted."""
    version_id = str(entry.data.get("version", ""))
    return Mark(
        model=author(entry.data), prompt=prompt(entry.data), version_id=version_id if version_id in there else ""
    )


def mark_of(entry: Any, there: Collection[str]) -> Mark | None:
    """The mark of any line, from what it says itself or from its revision (see ``with_ai_mark``); None: no AI."""
    if entry.action.startswith(ACTIONS):
        return logged_mark(entry, there)
    if entry.ai_version is None:
        return None
    data = {
        "model": entry.ai_model,
        "prompt": entry.ai_prompt,
        "prompt_version": entry.ai_prompt_version,
        "prompt_source": entry.ai_prompt_source,
    }
    return Mark(model=author(data), prompt=prompt(data), version_id=str(entry.ai_version))


class AIColumn(Column):  # type: ignore[misc]
    """A mark on each line that has to do with AI: the model, and the prompt, which lead to the version."""

    cell_template_name = "wagtail_ai_content/history/ai_cell.html"

    def __init__(self, name: str = "ai", **kwargs: Any) -> None:
        super().__init__(name, **{"label": gettext_lazy("AI"), "accessor": "ai_mark", "width": "20%", **kwargs})


def with_ai_filter(filterset: type[Any]) -> type[Any]:
    """A filter set of log entries, with “Is AI” as its last filter."""

    def filter_ai(self: Any, queryset: QuerySet[Any], name: str, value: bool | None) -> QuerySet[Any]:
        return queryset if value is None else versions.only_ai(queryset, actions=ACTIONS, keep=value)

    ai = django_filters.BooleanFilter(label=gettext_lazy("Is AI"), method="filter_ai", widget=BooleanRadioSelect)
    return type(f"AI{filterset.__name__}", (filterset,), {"ai": ai, "filter_ai": filter_ai})


class AIHistoryMixin:
    """For a subclass of Wagtail's ``PageHistoryView`` or snippet ``HistoryView``: the column and the filter.

    They cost one query.
    """

    @cached_property
    def columns(self) -> list[Any]:
        action, *others = super().columns  # type: ignore[misc]  # Wagtail's view
        return [action, AIColumn(), *others]

    @cached_property
    def filterset_class(self) -> type[Any]:
        return with_ai_filter(super().filterset_class)  # type: ignore[misc]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)  # type: ignore[misc]
        there = versions.named(version_ids(context["object_list"]))
        for entry in context["object_list"]:
            entry.ai_mark = mark_of(entry, there)
            if entry.action.startswith(ACTIONS):
                entry.comment = ""  # the column says it
        return context

    def _annotate_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return versions.with_ai_mark(super()._annotate_queryset(queryset))  # type: ignore[misc]
