"""The site for an ASGI server. In DEBUG it serves its own static files, so that one process is enough."""

from __future__ import annotations

import os

from django.conf import settings
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

site = get_asgi_application()
application = ASGIStaticFilesHandler(site) if settings.DEBUG else site
