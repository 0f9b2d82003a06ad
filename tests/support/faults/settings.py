"""The example site for the fault tests: workers that log much and wait where told, another set-up of django-q2.

From the environment: ``TEST_HOLD`` (file that names the place to wait at), ``TEST_Q_CLUSTER`` (over the site's
``Q_CLUSTER``, as JSON) and ``TEST_SQLITE_TIMEOUT`` (seconds to wait for SQLite's lock).
"""

from __future__ import annotations

import json
import os
import sys

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, LOGGING, Q_CLUSTER

INSTALLED_APPS += ["tests.support.faults"]
Q_CLUSTER |= json.loads(os.environ.get("TEST_Q_CLUSTER", "{}"))
if sys.argv[1:2] in (["qcluster"], ["ai_worker"]):
    LOGGING["loggers"] = {"django-q": {"level": "INFO"}, "wagtail_ai_content": {"level": "INFO"}}

if timeout := os.environ.get("TEST_SQLITE_TIMEOUT"):
    DATABASES["default"]["OPTIONS"] = {**DATABASES["default"]["OPTIONS"], "timeout": float(timeout)}
