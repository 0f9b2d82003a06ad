"""AI in the history of a page: log actions of our own, with model, prompt and version in every line."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import LogFormatter

from wagtail_ai_content.conf import BUILTIN_MODEL
from wagtail_ai_content.pipeline.write import GENERATE_ACTION, PROPOSE_ACTION


class AIDraftFormatter(LogFormatter):  # type: ignore[misc]  # Wagtail ships no types
    """An AI wrote a draft revision."""

    label = gettext_lazy("AI draft")

    def format_message(self, log_entry: Any) -> str:
        return _("AI draft written by %(author)s") % {"author": author(log_entry.data)}

    def format_comment(self, log_entry: Any) -> str:
        return _("Prompt “%(prompt)s”, version %(version)s (%(source)s)") % {
            "prompt": log_entry.data.get("prompt", ""),
            "version": log_entry.data.get("prompt_version", ""),
            "source": source(log_entry.data),
        }


class AIProposalFormatter(AIDraftFormatter):
    """An AI's version was kept for review; nothing was written."""

    label = gettext_lazy("AI proposal")

    def format_message(self, log_entry: Any) -> str:
        return _("AI version by %(author)s kept for review; nothing was written") % {"author": author(log_entry.data)}


def author(data: dict[str, Any]) -> str:
    """The model, in words where it is the built-in engine, which must not be mistaken for one."""
    model = str(data.get("model", ""))
    return _("the built-in engine (no language model)") if model == BUILTIN_MODEL else model


def source(data: dict[str, Any]) -> str:
    names = {"override": _("given with the request"), "database": _("from this site"), "shipped": _("built in")}
    return names.get(str(data.get("prompt_source", "")), "")


def register(actions: Any) -> None:
    """Add our actions to Wagtail's log registry."""
    actions.register_action(GENERATE_ACTION)(AIDraftFormatter)
    actions.register_action(PROPOSE_ACTION)(AIProposalFormatter)
