"""All hooks of the app into Wagtail."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.urls import include, path
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet

from .interfaces.editor import assets, choosing, saving
from .interfaces.editor import urls as editor_urls
from .interfaces.manage import audit, grants, groups, history, job, jobs, moderating, moderation, sites, usage_report
from .interfaces.manage.phrases import LockedPhraseViewSet
from .interfaces.manage.prompts import ModelProfileViewSet, PromptTemplateViewSet
from .interfaces.manage.rules import RuleSetViewSet
from .interfaces.manage.switches import SwitchViewSet
from .interfaces.manage.usage import BudgetViewSet, PriceViewSet, TierViewSet
from .interfaces.manage.usage_people import people
from .interfaces.notices import account, home
from .interfaces.review.bulk import AcceptClean, Reject
from .interfaces.review.viewset import ReviewViewSet
from .records.guardrails.api import LockedPhrase, RuleSet
from .records.prompts.api import ModelProfile, PromptTemplate
from .records.prompts.rights import SiteOrAllPolicy
from .views import AIPageViewSet

if apps.is_installed("wagtail_modeladmin"):
    from .interfaces.manage import modeladmin

    modeladmin.register()
for model in (PromptTemplate, ModelProfile, LockedPhrase, RuleSet):
    register_permission_policy(model, SiteOrAllPolicy(model))  # before anything asks for a right on it
register_snippet(PromptTemplateViewSet)
register_snippet(RuleSetViewSet)
hooks.register("register_bulk_action", sites.DeleteOnSites, order=1)  # in the place of Wagtail's own
hooks.register("register_bulk_action", AcceptClean)
hooks.register("register_bulk_action", Reject)
hooks.register("insert_editor_js", assets.render)
hooks.register("register_rich_text_features", assets.register_feature)
hooks.register("after_edit_page", saving.after_save)
hooks.register("after_edit_snippet", saving.after_save)
hooks.register("after_create_page", saving.after_save)
hooks.register("after_create_snippet", saving.after_save)


@hooks.register("register_log_actions")  # type: ignore[untyped-decorator]  # Wagtail ships no types
def register_log_actions(actions: Any) -> None:
    history.register(actions)


@hooks.register("register_admin_viewset")  # type: ignore[untyped-decorator]
def register_model_profiles() -> Any:
    return ModelProfileViewSet()


@hooks.register("register_admin_viewset")  # type: ignore[untyped-decorator]
def register_locked_phrases() -> Any:
    return LockedPhraseViewSet()


@hooks.register("register_admin_viewset")  # type: ignore[untyped-decorator]
def register_usage() -> list[Any]:
    return [TierViewSet(), BudgetViewSet(), PriceViewSet(), people]


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def register_usage_report() -> list[Any]:
    return [path("reports/ai-usage/", include(usage_report))]


@hooks.register("register_reports_menu_item")  # type: ignore[untyped-decorator]
def register_usage_menu_item() -> Any:
    return usage_report.menu_item()


@hooks.register("register_admin_viewset", order=-0.5)  # type: ignore[untyped-decorator]  # Wagtail's is -1, a site's 0
def register_pages() -> Any:
    return AIPageViewSet()


@hooks.register("register_admin_viewset")  # type: ignore[untyped-decorator]
def register_review() -> Any:
    return ReviewViewSet()


@hooks.register("register_account_settings_panel")  # type: ignore[untyped-decorator]
def register_notice_preferences(request: Any, user: Any, profile: Any) -> Any:
    return account.NoticesPanel(request, user, profile)


@hooks.register("construct_homepage_panels")  # type: ignore[untyped-decorator]
def add_to_dashboard(request: Any, panels: list[Any]) -> None:
    panels += [home.WaitingPanel(), home.ModerationPanel(), home.RequestsPanel()]


@hooks.register("construct_snippet_action_menu")  # type: ignore[untyped-decorator]
def offer_publishing(items: list[Any], request: Any, context: dict[str, Any]) -> None:
    if context["model"] in (PromptTemplate, RuleSet):
        sites.offer_publishing(items, context)


@hooks.register("register_admin_viewset")  # type: ignore[untyped-decorator]
def register_switches() -> Any:
    return SwitchViewSet()


@hooks.register("register_group_permission_panel")  # type: ignore[untyped-decorator]
def register_grants() -> Any:
    return grants.GrantFormSet


@hooks.register("register_account_settings_panel")  # type: ignore[untyped-decorator]
def register_preference(request: Any, user: Any, profile: Any) -> Any:
    return choosing.PreferencePanel(request, user, profile)


@hooks.register("register_group_permission_panel")  # type: ignore[untyped-decorator]
def register_site_permissions() -> Any:
    return groups.SitePermissionForm


@hooks.register("register_icons")  # type: ignore[untyped-decorator]
def register_icons(icons: list[str]) -> list[str]:
    return [*icons, "wagtail_ai_content/icons/wac-wand.svg"]


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def register_editor_urls() -> list[Any]:
    return [path("ai-editor/", include(editor_urls))]


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def register_audit_urls() -> list[Any]:
    return audit.urls()


@hooks.register("register_reports_menu_item")  # type: ignore[untyped-decorator]
def register_audit_menu_item() -> Any:
    return audit.menu_item()


@hooks.register("register_permissions")  # type: ignore[untyped-decorator]
def register_audit_permissions() -> Any:
    return audit.permissions()


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def register_job_urls() -> list[Any]:
    return [path("reports/ai-jobs/", include(job))]


@hooks.register("register_reports_menu_item")  # type: ignore[untyped-decorator]
def register_jobs_menu_item() -> Any:
    return jobs.menu_item()


@hooks.register("register_permissions")  # type: ignore[untyped-decorator]
def register_job_permissions() -> Any:
    return jobs.permissions()


@hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
def register_moderation_urls() -> list[Any]:
    return [path("reports/ai-moderation/", include(moderating))]


@hooks.register("register_reports_menu_item")  # type: ignore[untyped-decorator]
def register_moderation_menu_item() -> Any:
    return moderation.menu_item()


@hooks.register("register_permissions")  # type: ignore[untyped-decorator]
def register_moderation_permissions() -> Any:
    return moderation.permissions()
