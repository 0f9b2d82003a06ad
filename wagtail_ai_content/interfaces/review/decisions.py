"""What a reviewer sent, as decisions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wagtail_ai_content.core.errors import InvalidInput
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.pipeline.review import Decided, Item, Review

from .editing import EditForm
from .rows import rows_of

UNREADABLE = gettext_noop("Your wording could not be read, so nothing was changed. Write it again.")
ACCEPT, EDIT, REJECT = "accept", "edit", "reject"


@dataclass
class Chosen:
    """Decisions about some changes of one version."""

    accept: set[str] = field(default_factory=set)
    reject: set[str] = field(default_factory=set)
    edits: dict[str, Any] = field(default_factory=dict)
    override: set[str] = field(default_factory=set)
    """Accepted although somebody edited the same place: the screen showed both texts."""

    def __bool__(self) -> bool:
        return bool(self.accept or self.reject)

    def add(self, item: Item, choice: str, *, wording: str | None) -> None:
        """Raises: ``InvalidInput`` when the change was to be edited and no wording can be read."""
        key = item.change.id
        if choice == EDIT and wording is None:
            raise InvalidInput(UNREADABLE)
        if choice == REJECT:
            self.reject.add(key)
        elif choice in (ACCEPT, EDIT):
            self.accept.add(key)
            if item.conflict:
                self.override.add(key)
        if choice == EDIT:
            self.edits[key] = wording


def chosen(opened: Review, data: Mapping[str, Any]) -> Chosen:
    """The decisions of a posted form; changes it does not name stay undecided.

    Those of a form that was open while somebody else decided are among them: ``review.decide`` tells who was first.
    Raises: ``InvalidInput``.
    """
    result = Chosen()
    for row in rows_of(opened):
        choice = str(data.get(f"decision-{row.id}", ""))
        wording = None
        if choice == EDIT and row.is_editable and opened.target is not None:
            wording = EditForm(row, opened.target, data=data).value()
        result.add(row.item, choice, wording=wording)
    return result


def open_items(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if not item.decision]


def reject_all(version_id: uuid.UUID, user: Any) -> Decided:
    """Leave everything nobody has decided about. Raises: ``AIError``."""
    opened = review.open_review(version_id, user)
    return review.decide(version_id, user, reject=[item.change.id for item in open_items(opened.items)])
