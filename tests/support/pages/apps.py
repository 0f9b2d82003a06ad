from __future__ import annotations

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "tests.support.pages"
    label = "pages"
