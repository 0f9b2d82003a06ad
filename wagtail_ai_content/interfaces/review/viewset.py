"""The addresses of the review screen."""

from __future__ import annotations

from typing import Any

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail.admin.admin_url_finder import ModelAdminURLFinder, register_admin_url_finder
from wagtail.admin.viewsets.base import ViewSet

from wagtail_ai_content.records.versions.api import AIVersion

from .detail import EditView, RequestView, ReviewView
from .listing import ReviewList
from .menu import ReviewMenuItem


class VersionURLFinder(ModelAdminURLFinder):  # type: ignore[misc]
    """Leads from elsewhere (the history, mails) to a version, without a query: rights are asked where it is opened."""

    edit_url_name = "wagtail_ai_content_review:review"

    def get_edit_url(self, instance: Any) -> str:
        return str(self.construct_edit_url(instance))


class ReviewViewSet(ViewSet):  # type: ignore[misc]
    """“AI review” in the admin menu."""

    name = "wagtail_ai_content_review"
    url_prefix = "ai-review"
    icon = "glasses"
    menu_label = _("AI review")
    menu_name = "ai-review"
    menu_order = 350
    menu_item_class = ReviewMenuItem
    add_to_admin_menu = True

    def on_register(self) -> None:
        super().on_register()
        register_admin_url_finder(AIVersion, VersionURLFinder)

    def get_urlpatterns(self) -> list[Any]:
        return [
            path("", ReviewList.as_view(), name="index"),
            path("results/", ReviewList.as_view(results_only=True), name="index_results"),
            path("<uuid:version_id>/", ReviewView.as_view(), name="review"),
            path("<uuid:version_id>/request/", RequestView.as_view(), name="request"),
            path("<uuid:version_id>/edit/<str:change_id>/", EditView.as_view(), name="edit"),
        ]
