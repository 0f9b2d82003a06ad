"""What the lines of a job's log say, in words. No text of a request or a reply is among what is stored of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, DateColumn

from wagtail_ai_content.core.text import storable
from wagtail_ai_content.records.jobs.api import JobStep, Outcome
from wagtail_ai_content.records.texts import cost_label, price_source_label, prompt_source_label

KINDS: Final = {
    "checked": _("Checked"),
    "prepared": _("Prepared"),
    "request": _("Asked the model"),
    "response": _("The model answered"),
    "parsed": _("Read the answer"),
    "saved": _("Saved"),
    "stopped": _("Stopped"),
    "error": _("Went wrong"),
}
"""What a line of the log says."""

FACTS: Final = {
    "model": _("model %(value)s"),
    "call": _("call %(value)s"),
    "prompt": _("prompt “%(value)s”"),
    "version": _("version %(value)s"),
    "finish_reason": _("the model's reason to end: %(value)s"),
    "prompt_tokens": _("%(value)s tokens sent"),
    "completion_tokens": _("%(value)s tokens received"),
    "price_source": _("price: %(value)s"),
    "warnings": _("warnings: %(value)s"),
    "reason": _("reason: %(value)s"),
    "code": _("code of the error: %(value)s"),
    "delay": _("after %(value)s s"),
}
"""A fact of a line; those not named here say enough by their value."""

ORDER: Final = (
    "prompt", "version", "source", "model", "call", "finish_reason", "prompt_tokens", "completion_tokens", "estimated",
    "cost", "price_source", "cached", "warnings", "outcome", "reason", "code", "again", "delay",
)  # fmt: skip
"""A database need not keep the order in which the facts were written."""

FLAGS: Final = {
    ("cached", True): _("from the cache"),
    ("again", True): _("to be tried again"),
    ("again", False): _("not to be tried again"),
    ("estimated", True): _("estimated"),
}
"""What a yes or no says; another says nothing."""

VALUES: Final[dict[str, Callable[[Any], Any]]] = {
    "source": prompt_source_label,
    "price_source": price_source_label,
    "outcome": lambda value: dict(Outcome.choices).get(value, value),
    "cost": lambda value: cost_label(Decimal(value)),
}


def kind_label(step: JobStep) -> str:
    return str(KINDS.get(step.kind, step.kind))


def facts_label(step: JobStep) -> str:
    names = [*(name for name in ORDER if name in step.data), *sorted(step.data.keys() - set(ORDER))]
    return ", ".join(filter(None, (_said(name, step.data[name]) for name in names)))


def _said(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(FLAGS.get((name, value), ""))
    if value in (None, "") or (name == "delay" and not value):
        return ""
    words = storable(str(_valued(name, value)))
    return str(FACTS[name]) % {"value": words} if name in FACTS else words


def _valued(name: str, value: Any) -> Any:
    if name in VALUES:
        return VALUES[name](value)
    return number_format(value, use_l10n=True, force_grouping=True) if isinstance(value, int) else value


columns: Final = [
    DateColumn("at", label=_("Time")),
    Column("kind", label=_("Step"), accessor=kind_label),
    Column("data", label=_("Details"), accessor=facts_label),
]
