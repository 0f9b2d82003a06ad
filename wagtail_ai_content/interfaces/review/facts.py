"""What the head of the screen says about a version: who, when, with what, at what price, and what to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import localize, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_ai_content.records.texts import cost_label, localised, prompt_source_label
from wagtail_ai_content.records.versions.api import AIVersion
from wagtail_ai_content.records.versions.authors import author_of

from .labels import function_label, requester_label

FACT_KINDS: Final = {
    "number": _("Number"),
    "date": _("Date"),
    "money": _("Amount"),
    "name": _("Name"),
    "quotation": _("Quotation"),
    "link": _("Link"),
    "embed": _("Embed"),
    "image": _("Image"),
    "block": _("Block"),
    "phrase": _("Locked phrase"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A fact that the AI added, lost or changed."""

    kind: str
    change: str
    """``added``, ``lost`` or ``changed``."""
    before: str
    after: str
    locked: bool

    @property
    def kind_label(self) -> str:
        return str(FACT_KINDS.get(self.kind, self.kind))


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One version, in words."""

    version: AIVersion

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Names and values, without those nothing is known of."""
        return [(name, value) for name, value in self._lines() if value]

    def _lines(self) -> Iterator[tuple[str, str]]:
        version = self.version
        yield gettext("Asked for"), function_label(version.function)
        yield gettext("Requested by"), requester_label(version)
        yield gettext("Created"), localize(localtime(version.created))
        yield gettext("Model"), author_of(version.model_used)
        yield gettext("Prompt"), self._prompt()
        yield gettext("Cost"), cost_label(version.cost)
        yield gettext("Confidence"), share_label(version.confidence)
        yield gettext("Quality"), share_label((version.quality or {}).get("score"))

    def _prompt(self) -> str:
        return gettext("“%(prompt)s”, version %(version)s (%(source)s)") % {
            "prompt": self.version.prompt_key,
            "version": self.version.prompt_version,
            "source": prompt_source_label(self.version.prompt_source),
        }

    @property
    def quality(self) -> list[tuple[str, str]]:
        """What was found of each criterion, with its share of what could be had."""
        return [
            (share_label(criterion.get("score")), localised(criterion.get("reason")))
            for criterion in (self.version.quality or {}).get("criteria", ())
        ]

    @property
    def request_url(self) -> str:
        return reverse("wagtail_ai_content_review:request", args=[self.version.pk])

    @property
    def warnings(self) -> list[str]:
        return [localised(warning) for warning in self.version.warnings]

    @property
    def differences(self) -> list[Difference]:
        """Locked ones first, then what was changed or lost, then what was added."""
        found = [_difference(entry) for entry in self.version.invariants]
        return sorted(found, key=lambda fact: (not fact.locked, fact.change == "added"))

    @property
    def decided_by(self) -> list[str]:
        """The names of those who decided, each once."""
        names = (str(decision.get("by", "")) for decision in self.version.decisions.values())
        return list(dict.fromkeys(name for name in names if name))


def share_label(share: Any) -> str:
    """A number from 0 to 1 as a percentage; empty for anything else."""
    if isinstance(share, bool) or not isinstance(share, int | float):
        return ""
    return gettext("%(number)s %%") % {"number": number_format(round(share * 100))}


def _difference(entry: Mapping[str, Any]) -> Difference:
    return Difference(
        kind=str(entry.get("kind", "")),
        change=str(entry.get("change", "")),
        before=str(entry.get("before", "")),
        after=str(entry.get("after", "")),
        locked=bool(entry.get("locked")),
    )
