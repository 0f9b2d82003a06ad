"""The wiring: checks, signals, the functions of every installed app."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WagtailAIContentConfig(AppConfig):
    """Registers what the floors offer; ``wagtail_hooks`` is the only other place that does."""

    name = "wagtail_ai_content"
    label = "wagtail_ai_content"
    verbose_name = _("AI content")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers the system checks)
        from .interfaces import notices
        from .pipeline import audit, follow, queue

        autodiscover_modules("ai_functions")
        if queue.is_cluster_process():
            from .pipeline import providers

            providers.preload()  # before django-q2 forks its workers, so that they share the memory
        notices.connect()
        follow.connect()
        audit.connect()
        post_migrate.connect(queue.install_schedules, sender=self, dispatch_uid="wagtail_ai_content.schedules")
