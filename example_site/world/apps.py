from __future__ import annotations

from django.apps import AppConfig


class WorldConfig(AppConfig):
    name = "world"
    verbose_name = "Ebbstow"
