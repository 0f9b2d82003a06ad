"""All hooks of the app into Wagtail."""

from __future__ import annotations

from typing import Any

from wagtail import hooks
from wagtail.snippets.models import register_snippet

from .interfaces.manage import history
from .interfaces.manage.prompts import ModelProfileViewSet, PromptTemplateViewSet

register_snippet(PromptTemplateViewSet)


@hooks.register("register_log_actions")  # type: ignore[untyped-decorator]  # Wagtail ships no types
def register_log_actions(actions: Any) -> None:
    history.register(actions)


@hooks.register("register_admin_viewset")  # type: ignore[untyped-decorator]
def register_model_profiles() -> Any:
    return ModelProfileViewSet()
