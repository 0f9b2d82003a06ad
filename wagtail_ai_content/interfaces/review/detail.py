"""One AI version, change by change, and the decisions about it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page as PageOfRows
from django.core.paginator import Paginator
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from wagtail_ai_content.core.errors import AIError, Gone, NotAllowed
from wagtail_ai_content.pipeline import review
from wagtail_ai_content.pipeline.review import Decided, Review
from wagtail_ai_content.records.jobs import api as jobs
from wagtail_ai_content.records.texts import localised
from wagtail_ai_content.records.versions.api import AIVersion

from .decisions import chosen, open_items, reject_all
from .editing import EditForm
from .facts import Facts
from .rows import Row, rows_of

ROWS_PER_PAGE = 100
"""Rows of one page: a form of this size stays far below Django's limit of fields."""


class ReviewMixin(WagtailAdminTemplateMixin):  # type: ignore[misc]
    """A view of a version the user may see; for everybody else there is none."""

    request: HttpRequest
    kwargs: dict[str, Any]
    header_icon = "glasses"

    @cached_property
    def opened(self) -> Review:
        try:
            return review.open_review(self.version_id, self.request.user)
        except (Gone, NotAllowed) as error:
            raise Http404 from error

    @property
    def version(self) -> AIVersion:
        return self.opened.version

    @property
    def version_id(self) -> uuid.UUID:
        return self.kwargs["version_id"]  # type: ignore[no-any-return]  # the URL has a UUID there

    @property
    def url(self) -> str:
        return reverse("wagtail_ai_content_review:review", args=[self.version_id])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        listing = {"url": reverse("wagtail_ai_content_review:index"), "label": _("AI review")}
        return [*super().get_breadcrumbs_items(), listing, *self.own_breadcrumbs()]

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": "", "label": self.opened.title}]

    def get_page_title(self) -> str:
        return gettext("AI review: %(page)s") % {"page": self.opened.title}


class ReviewView(ReviewMixin, TemplateView):
    """What AI proposes for one page, and the form to decide about it."""

    template_name = "wagtail_ai_content/review/review.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        opened = self.opened
        rows = self._rows()
        waiting = open_items(opened.items)
        return {
            **super().get_context_data(**kwargs),
            "review": opened,
            "version": opened.version,
            "facts": Facts(version=opened.version),
            "rows": rows,
            "elided_page_range": rows.paginator.get_elided_page_range(rows.number),
            "open_count": len(waiting),
            "all_applied": all(item.applied for item in waiting),
            "any_applied": any(item.applied for item in waiting),
            "obstacle": localised(opened.obstacle) if opened.obstacle else "",
            "edit_url": edit_url(opened, self.request.user),
            "editor_media": self._editor_media(rows),
            "list_url": reverse("wagtail_ai_content_review:index"),
        }

    def _rows(self) -> PageOfRows[Row]:
        rows = rows_of(self.opened)
        paginator = Paginator(rows, ROWS_PER_PAGE)
        first_open = next((index for index, row in enumerate(rows) if row.is_open), 0)
        return paginator.get_page(self.request.GET.get("p") or first_open // ROWS_PER_PAGE + 1)

    def _editor_media(self, rows: Iterable[Row]) -> Media:
        """What the editors of this page need when they are opened; one for each set of rich text features."""
        media = Media()
        if self.opened.target is not None:
            for row in rows:
                if row.is_open and row.is_editable:
                    media += EditForm(row, self.opened.target).media
        return media

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.opened.may_decide:
            raise PermissionDenied
        action = self._actions().get(request.POST.get("action", "apply"))
        if action is None:
            raise Http404
        try:
            decided = action()
        except (Gone, NotAllowed) as error:
            raise Http404 from error
        except AIError as error:
            messages.error(request, localised(error.text))
        else:
            if decided is not None:
                self._tell(decided)
        return self._back()

    def _actions(self) -> dict[str, Callable[[], Decided | None]]:
        user = self.request.user
        return {
            "apply": self._apply,
            "accept_clean": lambda: review.accept_clean(self.version_id, user),
            "reject_all": lambda: reject_all(self.version_id, user),
            "undo": lambda: review.undo(self.version_id, user),
        }

    def _apply(self) -> Decided | None:
        choices = chosen(self.opened, self.request.POST)
        if not choices:
            messages.warning(self.request, gettext("Nothing was decided. Choose accept or reject for a change first."))
            return None
        return review.decide(
            self.version_id,
            self.request.user,
            accept=choices.accept,
            reject=choices.reject,
            edits=choices.edits,
            override=choices.override,
        )

    def _tell(self, decided: Decided) -> None:
        level = messages.success if decided.status == "done" else messages.warning
        url = edit_url(self.opened, self.request.user) if decided.revision_id else ""
        buttons = [messages.button(url, gettext("Look at the draft"))] if url else None
        level(self.request, localised(decided.message), buttons=buttons)

    def _back(self) -> HttpResponseRedirect:
        """The same page of the same version, read anew; the next open change is on it, or on a later one."""
        return redirect(self.url)


class EditView(ReviewMixin, TemplateView):
    """The wording of one change: a part of the screen for scripts, a page of its own without."""

    page_template = "wagtail_ai_content/review/edit.html"
    part_template = "wagtail_ai_content/review/edit_form.html"

    @property
    def is_part(self) -> bool:
        return self.request.headers.get("X-Requested-With") == "XMLHttpRequest"

    def get_template_names(self) -> list[str]:
        return [self.part_template if self.is_part else self.page_template]

    @cached_property
    def row(self) -> Row:
        if not self.opened.may_decide:
            raise PermissionDenied
        for row in rows_of(self.opened):
            if (
                row.id == self.kwargs["change_id"]
                and row.is_open
                and row.is_editable
                and self.opened.target is not None
            ):
                return row
        raise Http404

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.url, "label": self.opened.title}, {"url": "", "label": self.row.item.label}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = EditForm(self.row, self.opened.target)
        return {**super().get_context_data(**kwargs), "row": self.row, "form": form, "media": form.media,
                "review_url": self.url, "is_part": self.is_part}  # fmt: skip


class RequestView(ReviewMixin, TemplateView):
    """What was sent to the model, word for word."""

    template_name = "wagtail_ai_content/review/request.html"

    def own_breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.url, "label": self.opened.title}, {"url": "", "label": gettext("Request")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        version = self.version
        job = jobs.fetch(version.generation_id, only=("request",))
        return {**super().get_context_data(**kwargs), "sent": (job and job.request) or {}, "version": version}


def edit_url(opened: Review, user: Any) -> str:
    """Where the page or snippet is edited; empty when it is gone."""
    return AdminURLFinder(user).get_edit_url(opened.target) or "" if opened.target is not None else ""
