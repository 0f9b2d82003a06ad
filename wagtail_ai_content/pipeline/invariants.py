"""The facts of a page kept watch over: locked phrases put back by code, all other differences told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from wagtail.models import AbstractPage

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import Target, Task
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions import locked
from wagtail_ai_content.core.versions.facts.phrases import occurrences
from wagtail_ai_content.core.versions.facts.reading import folded, read
from wagtail_ai_content.core.versions.invariants import Difference
from wagtail_ai_content.core.versions.shape import ContentShape
from wagtail_ai_content.records.guardrails import api as guardrails

from .targets import base_page_model, site_of

PUT_BACK = gettext_noop("“%(phrase)s” is locked, but the AI left it out or changed it. That part was left as it was.")
REFUSED = gettext_noop("“%(phrase)s” is locked, but the AI left it out or changed it, and it could not be put back.")


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A proposed content that was looked through."""

    proposed: dict[str, Any]
    """Without the changes that dropped a locked phrase; equal to the base where nothing is left."""
    differences: tuple[Difference, ...]
    """The facts in which it differs from the base."""
    put_back: tuple[Difference, ...]
    """Locked phrases that the AI had dropped."""
    refused: tuple[Difference, ...]
    """Locked phrases that could not be put back: with any, nothing of this may be written."""

    @property
    def alerts(self) -> int:
        """How many facts a person should look at."""
        return sum(difference.alert for difference in self.differences)

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What the requester is to be told, a line for each phrase."""
        told = [(PUT_BACK, difference) for difference in self.put_back]
        told += [(REFUSED, difference) for difference in self.refused]
        lines = dict.fromkeys((message, difference.before) for message, difference in told)
        return tuple(Text(message, {"phrase": phrase}) for message, phrase in lines)


def check(page: Any, base: Mapping[str, Any], proposed: Mapping[str, Any], *, shape: ContentShape) -> Checked:
    """Look through what an AI proposes for ``page`` (a page or a snippet), whose content was ``base``.

    Two queries: the page's site, and the phrases. Nothing is written.
    """
    kept = locked.keep(base, proposed, shape=shape, language=language_of(page), locked=phrases_for(page))
    return Checked(proposed=kept.content, differences=kept.differences, put_back=kept.put_back, refused=kept.refused)


def phrases_for(page: Any) -> tuple[str, ...]:
    """All phrases locked on ``page``: by the setting, everywhere, on its site, on it or above it."""
    is_page = hasattr(page, "get_site")
    site = site_of(page) if is_page else None
    stored = guardrails.locked_phrases(page if is_page else None, site_id=site.pk if site else None)
    return tuple(dict.fromkeys([*map(str, conf.get("LOCKED_PHRASES")), *stored]))


def phrases_of(task: Task) -> tuple[str, ...]:
    """As :func:`phrases_for`, of what ``task`` is about, be it there or only about to be created. Two short queries.

    A page that is being created has the phrases of the page it is created below (``parent`` in the payload).
    """
    key = task.target.object_id if task.target and _is_page(task.target) else task.payload.get("parent") or ""
    stored = guardrails.locked_phrases(_place_in_tree(key), site_id=task.site_id)
    return tuple(dict.fromkeys([*map(str, conf.get("LOCKED_PHRASES")), *stored]))


def locked_in(text: str, phrases: Collection[str]) -> tuple[str, ...]:
    """Those of ``phrases`` that a plain ``text`` says."""
    said = {folded(phrase) for _, phrase in occurrences(read(text, rich=False), phrases)} if phrases else set()
    return tuple(phrase for phrase in phrases if folded(phrase) in said)


def _place_in_tree(key: Any) -> Any:
    """A page with no more than its place; None where there is none of that number."""
    pages = base_page_model()._default_manager.order_by().only("path", "depth")
    try:
        return pages.filter(pk=key).first() if key else None
    except (TypeError, ValueError, ValidationError):
        return None


def _is_page(target: Target) -> bool:
    try:
        return issubclass(apps.get_model(target.content_type), AbstractPage)
    except (LookupError, ValueError):
        return False


def language_of(page: Any) -> str:
    """The language the page is written in; where only “en” is known, the site's “en-gb” says how it writes dates."""
    locale = getattr(page, "locale", None)
    code = str(locale.language_code if locale else settings.LANGUAGE_CODE)
    return settings.LANGUAGE_CODE if settings.LANGUAGE_CODE.startswith(f"{code}-") else code
