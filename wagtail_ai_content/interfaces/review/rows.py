"""The changes of a version as rows of the screen: three sides, and word by word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wagtail_ai_content.core.versions import worddiff
from wagtail_ai_content.core.versions.shape import Children, ContentShape, ListOf, RichText, Shape, Stream, Struct, Text
from wagtail_ai_content.core.versions.stored import opened
from wagtail_ai_content.pipeline.review import Item, Review
from wagtail_ai_content.pipeline.shapes import content_shape, label_of

from .cells import Cell
from .preview import marked, preview

KINDS: Final = {"edit": _("Changed"), "insert": _("New"), "delete": _("Removed"), "move": _("Moved")}
DECISIONS: Final = {"accepted": _("Accepted"), "rejected": _("Rejected"), "superseded": _("Superseded")}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One change."""

    item: Item
    shape: Shape | None
    """What its place holds; None for a place that the site's code does not know any more."""
    model: Any
    """The class of what it is a change of; None when that is gone."""
    base: Mapping[str, Any]
    """The content the AI saw."""

    @property
    def id(self) -> str:
        return self.item.change.id

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.item.change.kind])

    @property
    def decision_label(self) -> str:
        return str(DECISIONS.get(self.item.decision, ""))

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided about it."""
        return not self.item.decision

    @property
    def is_editable(self) -> bool:
        has_words = isinstance(self.shape, RichText | Text) and isinstance(self.item.change.after, str)
        return has_words and self.item.change.kind in ("edit", "insert") and not self.item.applied

    @property
    def is_rich(self) -> bool:
        return isinstance(self.shape, RichText)

    @property
    def is_moved_on(self) -> bool:
        """Whether what stands there now is something of its own."""
        return self.item.conflict

    @property
    def now_label(self) -> str:
        return gettext("(as the AI wrote it)") if self.item.applied else gettext("(as before)")

    @property
    def accept_label(self) -> str:
        if self.item.conflict:
            return gettext("Take the AI's")
        return gettext("Keep") if self.item.applied else gettext("Accept")

    @property
    def reject_label(self) -> str:
        if self.item.conflict:
            return gettext("Keep what is there now")
        return gettext("Take out again") if self.item.applied else gettext("Reject")

    @property
    def before(self) -> Cell:
        return self._sides[0]

    @property
    def after(self) -> Cell:
        return self._sides[1]

    @cached_property
    def now(self) -> Cell:
        return Cell(value=self.item.now, shape=self.shape)

    @cached_property
    def _sides(self) -> tuple[Cell, Cell]:
        """What the AI found and what it made of it."""
        change = self.item.change
        before, after = change.before, change.after
        shown: tuple[SafeString | None, SafeString | None] = (None, None)
        if change.kind == "move":
            before, after = self._behind(str(before)), self._behind(str(after))
        elif isinstance(before, str) and isinstance(after, str) and before and after:
            shown = _marked_rich(before, after) if self.is_rich else _marked_text(before, after)
        return Cell(value=before, shape=self.shape, marked=shown[0]), Cell(
            value=after, shape=self.shape, marked=shown[1]
        )

    def _behind(self, key: str) -> str:
        """Where a block stands, by the block in front of it."""
        if not key:
            return gettext("At the start")
        path = f"{self.item.change.path.rpartition('.')[0]}.{key}"
        return gettext("After “%(block)s”") % {"block": label_of(self.model, self.base, path)}

    @property
    def diff(self) -> SafeString:
        """The visible words, those taken out struck, those put in underlined."""
        return words(self.before.readable, self.after.readable, rich=self.is_rich)

    @property
    def diff_source(self) -> SafeString:
        return words(self.before.as_text, self.after.as_text, rich=False)

    @property
    def diff_now(self) -> SafeString:
        """What people changed meanwhile."""
        return words(self.before.readable, self.now.readable, rich=self.is_rich)


def rows_of(review: Review) -> list[Row]:
    """The changes of a version, in the order of the page."""
    version, model = review.version, review.model
    shapes: ContentShape = content_shape(model) if model is not None else {}
    contents = [opened(content) for content in (version.base, version.proposed)]
    return [
        Row(item=item, shape=_shape_of(item, shapes, contents), model=model, base=version.base) for item in review.items
    ]


def _shape_of(item: Item, shapes: ContentShape, contents: list[dict[str, Any]]) -> Shape | None:
    """What the place of a change holds, in the content before or, where that has no such place, after."""
    name, *parts = item.change.path.split(".")
    for content in contents:
        found = _shape_at(shapes.get(name), content.get(name), parts)
        if found is not None:
            return found
    return None


def _shape_at(shape: Shape | None, value: Any, parts: list[str]) -> Shape | None:
    """The shape of what stands at ``parts`` in ``value``; None when nothing does."""
    for part in parts:
        if isinstance(shape, Struct) and isinstance(value, Mapping):
            shape, value = shape.children.get(part), value.get(part)
        elif isinstance(shape, Stream | ListOf) and (item := _item(value, part)) is not None:
            shape = shape.child if isinstance(shape, ListOf) else shape.children.get(str(item.get("type")))
            value = item.get("value")
        elif not isinstance(shape, Children):
            return None
    return shape


def _item(value: Any, key: str) -> Mapping[str, Any] | None:
    items = value if isinstance(value, list) else []
    return next((item for item in items if isinstance(item, Mapping) and item.get("id") == key), None)


def words(before: str, after: str, *, rich: bool) -> SafeString:
    """A unified diff by words."""
    return _paragraph(worddiff.diff(before, after, rich=rich))


def _marked_rich(before: str, after: str) -> tuple[SafeString, SafeString]:
    left, right = marked(before, after)
    return preview(left, mark="del"), preview(right, mark="ins")


def _marked_text(before: str, after: str) -> tuple[SafeString, SafeString]:
    runs = worddiff.diff(before, after, rich=False)
    left = _paragraph(run for run in runs if run.kind != "added")
    return left, _paragraph(run for run in runs if run.kind != "removed")


def _paragraph(runs: Iterable[worddiff.Run]) -> SafeString:
    frames = {"same": "{}", "added": "<ins>{}</ins>", "removed": "<del>{}</del>"}
    written = ((format_html(frames[run.kind], run.text),) for run in runs)
    return format_html('<p class="wac-review-text" dir="auto">{}</p>', format_html_join("", "{}", written))
