"""Settings of the example site with SQLite as Django sets it up by itself: what the locks are measured against."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["OPTIONS"] = {}

SILENCED_SYSTEM_CHECKS = ["wagtail_ai_content.E020"]  # which says just what is measured here
