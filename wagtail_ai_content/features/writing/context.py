"""What surrounds a text: the page it stands on, the section above, the other pages of the section in their order.

Of other pages only what is published is read, and none that has a view restriction of its own; of the page itself the
latest draft. Whatever a site calls private is left out everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib.auth.models import PermissionsMixin
from django.db.models import Q
from wagtail.fields import StreamField
from wagtail.models import Page

from wagtail_ai_content import conf
from wagtail_ai_content.core.errors import TooLong
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.core.versions.richtext import plain_text

from .fields import rules_for
from .targets import TITLE_FIELDS, TextTarget, walk

TITLES: Final = frozenset({"section_title", "title"})
SUMMARIES: Final = frozenset({"section_summary", "summary"})
PAGES: Final = frozenset({"pages", "position", "shortened"})
EVERYTHING: Final = TITLES | SUMMARIES | PAGES
"""What there is to know of a section."""
SUMMARY_NAMES = ("summary", "intro", "introduction", "standfirst", "lead", "description", "tagline")
MAX_SUMMARY = 2000
MARKUP_FACTOR = 4
"""Stored text of more than so many times the limit is refused unread: even if most of it is markup, it is too long."""

_EMBED = re.compile(r"<embed\b[^<>]*>")

PAGE_TOO_LONG = gettext_noop(
    "The text of “%(title)s” is longer than %(limit)s characters, the most an AI may be given here. "
    "Choose a single field of it, or split the page."
)


@dataclass(frozen=True, kw_only=True)
class PageText:
    """A page of the section, as text."""

    title: str
    text: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Context:
    """A page and its surroundings, as text."""

    page_title: str
    text: str
    """The page's own text, without its titles and search texts."""
    section_title: str
    section_summary: str
    pages: tuple[PageText, ...]
    """The section's pages in the order of the tree, this one among them."""
    shortened: bool
    """Whether other pages were cut to keep within the limit."""

    def variables(self) -> dict[str, Any]:
        """For the prompt: plain data. The built-in engine knows the section's texts as ``title`` and ``summary``."""
        positions = [index for index, page in enumerate(self.pages) if page.current]
        return {
            "page_title": self.page_title,
            "text": self.text,
            "section_title": self.section_title,
            "title": self.section_title,
            "section_summary": self.section_summary,
            "summary": self.section_summary,
            "pages": [{"title": page.title, "text": page.text, "current": page.current} for page in self.pages],
            "position": positions[0] if positions else None,
            "shortened": self.shortened,
        }


def gather(
    page: Page,
    targets: Sequence[TextTarget],
    *,
    user: PermissionsMixin | None,
    focus: Sequence[TextTarget] = (),
    wants: Collection[str] = EVERYTHING,
) -> Context:
    """The context of ``page``, the latest draft with its ``targets``.

    Of a page that is too long only the texts in ``focus`` are taken. Of the section only what is among ``wants``, by
    the names of :meth:`Context.variables`, is read. Raises: TooLong, also when the texts in ``focus`` are too long.
    """
    limit: int = conf.get("MAX_SOURCE_CHARS")
    title = shown_title(page)
    text = _text_within(limit, targets, focus)
    if text is None:
        raise TooLong(PAGE_TOO_LONG, title=title, limit=limit)
    section_title, summary = _section(page, user=user, wants=wants)
    found = [] if PAGES.isdisjoint(wants) else _pages(page, title, text, user=user)
    pages, shortened = _trimmed(found, limit - len(text) - len(summary))
    return Context(
        page_title=title,
        text=text,
        section_title=section_title,
        section_summary=summary,
        pages=tuple(pages),
        shortened=shortened,
    )


def _text_within(limit: int, *choices: Sequence[TextTarget]) -> str | None:
    """The texts of the first choice that is short enough, below each other; None when all are too long."""
    for targets in choices:
        if sum(len(target.value) for target in targets) <= limit * MARKUP_FACTOR:
            text = joined(targets)
            if len(text) <= limit and (text or targets is choices[0]):
                return text
    return None


def joined(targets: Sequence[TextTarget]) -> str:
    """What may be read of ``targets``, as plain text."""
    read = [target for target in targets if not target.private and target.path not in TITLE_FIELDS]
    texts = (as_text(target) for target in read)
    return "\n\n".join(text for text in texts if text)


def as_text(target: TextTarget) -> str:
    """A text as people read it; pictures and films, which have no words, are left out."""
    return plain_text(_EMBED.sub("", target.value)) if target.kind == "rich" else target.value.strip()


def shown_title(page: Page) -> str:
    """The page's title; empty where the site calls it private."""
    return "" if rules_for(type(page)).hide("title") else str(page.title)


def _section(page: Page, *, user: PermissionsMixin | None, wants: Collection[str]) -> tuple[str, str]:
    """Title and summary of the parent, as far as they are wanted. The top of a site has no section."""
    with_title, with_summary = not TITLES.isdisjoint(wants), not SUMMARIES.isdisjoint(wants)
    parent = page.get_parent() if with_title or with_summary else None
    if parent is None or parent.is_root():
        return "", ""
    parent = parent.specific if with_summary else parent.specific_deferred
    if not parent.live and not _may_edit(parent, user):
        return "", ""
    return shown_title(parent), _summary(parent, user=user)[:MAX_SUMMARY] if with_summary else ""


def _may_edit(page: Page, user: PermissionsMixin | None) -> bool:
    return user is not None and bool(page.permissions_for_user(user).can_edit())


def _summary(parent: Page, *, user: PermissionsMixin | None) -> str:
    targets = [target for target in _published_targets(parent, user=user) if not target.private]
    texts = {target.field: as_text(target) for target in reversed(targets) if target.path not in TITLE_FIELDS}
    prose = [as_text(target) for target in targets if target.role == "prose" and target.path not in TITLE_FIELDS]
    described = [as_text(target) for target in targets if target.path == "search_description"]
    named = [texts.get(name, "") for name in SUMMARY_NAMES]
    return next((text for text in [*named, *prose, *described] if text), "")


def _pages(page: Page, title: str, text: str, *, user: PermissionsMixin | None) -> list[PageText]:
    """The section's pages: a number of queries that does not grow with the number of pages."""
    here = PageText(title=title, text=text, current=True)
    parent = page.get_parent()
    if parent is None or parent.is_root():
        return [here]
    siblings = parent.get_children().filter(Q(pk=page.pk) | Q(live=True, view_restrictions__isnull=True)).distinct()
    return [
        here if sibling.pk == page.pk else _published(sibling, user=user)
        for sibling in siblings.order_by("path").specific()
    ]


def _published(page: Page, *, user: PermissionsMixin | None) -> PageText:
    return PageText(title=shown_title(page), text=joined(_published_targets(page, user=user)), current=False)


def _published_targets(page: Page, *, user: PermissionsMixin | None) -> list[TextTarget]:
    """The texts in a page's own row, which is what is published, read without loading anything more."""

    def read(name: str) -> Any:
        value = getattr(page, name, None)
        if isinstance(page._meta.get_field(name), StreamField) and value is not None:
            return list(value.raw_data)
        return value

    return list(walk(type(page), read, user=user))


def _trimmed(pages: list[PageText], room: int) -> tuple[list[PageText], bool]:
    """The other pages cut evenly, the longest first, so that together they have ``room``; and whether any was cut."""
    others = [len(page.text) for page in pages if not page.current]
    most = even_share(others, max(room, 0))
    cut = any(length > most for length in others)
    return [page if page.current else replace(page, text=page.text[:most]) for page in pages], cut


def even_share(lengths: Sequence[int], room: int) -> int:
    """The greatest length to which all can be cut so that their sum is within ``room``."""
    left = room
    for index, length in enumerate(sorted(lengths)):
        share = left // (len(lengths) - index)
        if length > share:
            return share
        left -= length
    return max(lengths, default=0)
