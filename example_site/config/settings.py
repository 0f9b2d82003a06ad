"""Settings of the example site: a demonstration on one machine, never a production site.

From the environment: ``EXAMPLE_SITE_DATABASE`` (path of a SQLite file or a ``postgresql://`` URL),
``EXAMPLE_SITE_FILES`` (folder for uploads, mail and logs), ``EXAMPLE_SITE_BROKER`` (``redis://…`` instead of the
database as queue), ``EXAMPLE_SITE_AI_MODEL``, ``EXAMPLE_SITE_AI_OPTIONS`` (more of
``WAGTAIL_AI_CONTENT``, as JSON), ``EXAMPLE_SITE_URL`` and ``EXAMPLE_SITE_DEBUG`` (``0`` to switch off).
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from .database import database

BASE_DIR = Path(__file__).resolve().parents[1]
FILES_DIR = Path(os.environ.get("EXAMPLE_SITE_FILES") or BASE_DIR)

DEBUG = os.environ.get("EXAMPLE_SITE_DEBUG", "1") != "0"
SECRET_KEY = "for-the-example-site-only-and-known-to-everybody"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

INSTALLED_APPS = [
    "world",
    "wagtail_ai_content",  # before wagtail.admin, so that its templates are found first
    "wagtail_modeladmin",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.typed_table_block",
    "wagtail.api.v3",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_q",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database(os.environ.get("EXAMPLE_SITE_DATABASE", ""), default=BASE_DIR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

Q_CLUSTER = {
    "name": "example_site",
    "label": "AI jobs",
    "workers": 2,
    "timeout": 300,
    "retry": 400,  # must exceed the timeout, or a slow job is started a second time
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "queue_limit": 1,
    "bulk": 1,
    "poll": 0.05,
    "catch_up": False,
}
if broker := os.environ.get("EXAMPLE_SITE_BROKER"):
    Q_CLUSTER["redis"] = broker
else:
    Q_CLUSTER["orm"] = "default"

LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = WAGTAILADMIN_PERMITTED_LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("ar", "العربية"),
]
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
WAGTAIL_I18N_ENABLED = True

STATIC_URL = "/static/"
STATIC_ROOT = FILES_DIR / "static_collected"
MEDIA_URL = "/media/"
MEDIA_ROOT = FILES_DIR / "media"

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = FILES_DIR / "mail"
DEFAULT_FROM_EMAIL = "The Ebbstow Almanac <desk@ebbstow.example>"

# The pages of the demonstration have easy passwords on purpose: see world/people.py.
AUTH_PASSWORD_VALIDATORS: list[dict[str, str]] = []

WAGTAIL_SITE_NAME = "Ebbstow"
WAGTAILADMIN_BASE_URL = os.environ.get("EXAMPLE_SITE_URL", "http://localhost:8000")
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAILEMBEDS_FINDERS = [
    {"class": "world.films.FilmFinder"},
    {"class": "wagtail.embeds.finders.oembed"},
]
WAGTAILADMIN_RICH_TEXT_EDITORS = {"default": {"WIDGET": "wagtail_ai_content.widgets.AIDraftailRichTextArea"}}
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

WAGTAIL_AI_CONTENT = {
    "MODEL": os.environ.get("EXAMPLE_SITE_AI_MODEL", "builtin/extractive"),
    "FIELDS": {"world.ArticlePage": {"private": ["desk_notes"]}},
    **json.loads(os.environ.get("EXAMPLE_SITE_AI_OPTIONS", "{}")),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname:<7} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
