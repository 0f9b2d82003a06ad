"""The settings: one dict, ``WAGTAIL_AI_CONTENT``, read only here.

Every name, its type, its default and one line stand in :data:`OPTIONS`; an unknown or ill-typed key is a system check
error. Values are read when asked for, so that tests may override the setting.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

BUILTIN_MODEL: Final = "builtin/extractive"


@dataclass(frozen=True, kw_only=True)
class Option:
    """One key of ``WAGTAIL_AI_CONTENT``."""

    kind: type | tuple[type, ...]
    """What its value must be an instance of."""
    default: Any
    help: str
    """One line for the reference."""


OPTIONS: Final[Mapping[str, Option]] = {
    "MODEL": Option(
        kind=str,
        default=BUILTIN_MODEL,
        help="Model that answers, as provider/model, e.g. openai/gpt-4.1-mini.",
    ),
    "FALLBACK_MODELS": Option(
        kind=(list, tuple), default=(), help="Models to ask, in order, when the first does not answer."
    ),
    "PROVIDERS": Option(
        kind=dict,
        default={},
        help=(
            "Per provider (the part before the slash): API_KEY and API_BASE, and IMAGE_HOSTS, from which images are "
            "fetched that it sends as addresses. Keys may also stay in the environment."
        ),
    ),
    "API_HOSTS": Option(
        kind=(list, tuple),
        default=("*",),
        help="Hosts that are asked, written as in ALLOWED_HOSTS; a request to another one is never sent.",
    ),
    "FUNCTIONS": Option(
        kind=dict,
        default={},
        help="Per function: MODEL, MAX_TOKENS, TEMPERATURE, FALLBACK_MODELS. A model profile of a site goes first.",
    ),
    "FIELDS": Option(
        kind=dict,
        default={},
        help=(
            "Per model (app.Model): only, exclude and private, each a list of field names or field.block.child paths, "
            "and blocks, per StreamField the types of blocks AI may make in it. Private texts never leave the site."
        ),
    ),
    "REDACT": Option(
        kind=(list, tuple),
        default=("API_KEY", "EMAIL", "IBAN", "CREDIT_CARD", "NATIONAL_ID", "IP", "PHONE"),
        help="Kinds of data about people that are replaced by stand-ins before a request leaves the site.",
    ),
    "PHONE_REGIONS": Option(
        kind=(list, tuple),
        default=("GB", "US", "DE", "FR", "ES"),
        help="Countries whose way of writing telephone numbers is known without the international prefix.",
    ),
    "PRICES": Option(
        kind=dict,
        default={},
        help="Per model: input and output, US dollars for a million tokens. Goes before the built-in price list.",
    ),
    "BLOCK_UNKNOWN_PRICES": Option(
        kind=bool, default=False, help="Refuse requests to models whose price nobody knows."
    ),
    "GUARDRAILS": Option(
        kind=(list, tuple),
        default=(
            {"NAME": "wagtail_ai_content.guardrails.InclusiveLanguage"},
            {"NAME": "wagtail_ai_content.guardrails.Claims"},
        ),
        help=(
            "Checks of what is sent and of what comes back, beside the rule sets: each a dict with NAME (a dotted "
            "path) and OPTIONS (the arguments of its constructor)."
        ),
    ),
    "GUARDRAIL_SECONDS": Option(
        kind=(int, float), default=20, help="How long one guardrail may take; after that nothing gets past it."
    ),
    "ALLOWED_LINK_HOSTS": Option(
        kind=(list, tuple), default=(), help="Hosts an AI text may link to beside those the source text links to."
    ),
    "LOCKED_PHRASES": Option(
        kind=(list, tuple),
        default=(),
        help="Phrases that AI must keep word for word on every page. More, by site and page, under Settings.",
    ),
    "CALL_DEADLINE": Option(kind=(int, float), default=120, help="Seconds for one call to a model, all in all."),
    "MAX_CALLS": Option(kind=int, default=3, help="How often a model is asked for one job, at most."),
    "MAX_IN_FLIGHT": Option(kind=int, default=32, help="Calls one worker process waits for at the same time."),
    "LEASE_SECONDS": Option(
        kind=(int, float), default=90, help="After so many seconds without a sign of life a job is taken over."
    ),
    "DRAIN_SECONDS": Option(
        kind=(int, float), default=45, help="How long one wake-up of a worker takes new jobs before it starts afresh."
    ),
    "MAX_SOURCE_CHARS": Option(
        kind=int, default=150_000, help="Characters of text a job may read from its page and section, at most."
    ),
    "RING": Option(
        kind=bool,
        default=True,
        help="Wake a django-q2 worker at each request; False where only ai_worker runs, which looks by itself.",
    ),
    "CACHE_ALIAS": Option(
        kind=(str, type(None)), default="default", help="Django cache for replies; None to keep none."
    ),
    "CACHE_SECONDS": Option(kind=int, default=3600, help="How long an identical request is answered from the cache."),
    "NOTIFY_BY_EMAIL": Option(
        kind=bool,
        default=True,
        help="Tell requesters by e-mail when a job has ended, and reviewers when a proposal waits.",
    ),
    "NOTIFY_AFTER_SECONDS": Option(
        kind=(int, float), default=60, help="How long notices are gathered, so that a flood of them is one e-mail."
    ),
    "DISCLOSE": Option(
        kind=bool, default=True, help="Let the template tag ai_meta tell machines what of a page an AI wrote."
    ),
    "QUALITY_WEIGHTS": Option(
        kind=dict,
        default={},
        help=(
            "How much each criterion of the quality score counts: facts, length, readability, repetition, instruction, "
            "structure, keywords; 0 leaves one out."
        ),
    ),
    "AUDIT_KEY": Option(
        kind=(str, type(None)),
        default=None,
        help="Secret that seals the audit trail; SECRET_KEY when None. Best one of its own that is never changed.",
    ),
    "AUDIT_OLD_KEYS": Option(
        kind=(list, tuple), default=(), help="Earlier values of AUDIT_KEY, so that what they sealed can be checked."
    ),
    "AUDIT_ANCHORS": Option(
        kind=(str, type(None)),
        default=None,
        help="File for the signed anchors of the audit trail, on another disk than the database; None: only the log.",
    ),
    "AUDIT_TEXTS": Option(
        kind=bool,
        default=True,
        help="Keep request and reply with the audit trail, so that a job can be run again when it was deleted.",
    ),
    "AUDIT_BODY_DAYS": Option(
        kind=(int, type(None)),
        default=None,
        help="After so many days names and texts in the audit trail are erased; None to keep them. Entries stay.",
    ),
    "FAILPOINTS": Option(
        kind=(str, type(None)), default=None, help="Only for tests: a file that names the point where a worker dies."
    ),
    "SILENT_SECONDS": Option(
        kind=(int, float), default=180, help="After so many seconds without a worker's sign of life ai_health fails."
    ),
    "WAITING_SECONDS": Option(
        kind=(int, float), default=120, help="After so many seconds of a job waiting to be taken ai_health fails."
    ),
}

RECOMMENDED_Q_CLUSTER: Final[Mapping[str, Any]] = {
    "name": "wagtail-ai-content",
    "orm": "default",
    "workers": 2,
    "timeout": 300,
    "retry": 400,
    "poll": 0.05,
    "bulk": 1,
    "queue_limit": 1,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "catch_up": False,
    "label": "AI jobs",
}
"""django-q2 settings under which a job is neither lost nor run twice; the reasons are in the how-to on workers."""

SAFE_SQLITE_OPTIONS: Final[Mapping[str, Any]] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
"""SQLite options under which a worker beside a web process never meets “database is locked”."""

RICH_TEXT_EDITORS: Final[Mapping[str, Any]] = {
    "default": {"WIDGET": "wagtail_ai_content.widgets.AIDraftailRichTextArea"}
}
"""Wagtail's rich text editor with AI in its toolbar, for all rich text fields and blocks."""


def get(name: str) -> Any:
    """The value of one option. Raises: KeyError for a name that is not in ``OPTIONS``."""
    return configured().get(name, OPTIONS[name].default)


def configured() -> Mapping[str, Any]:
    """The site's ``WAGTAIL_AI_CONTENT`` as written."""
    from django.conf import settings

    value: Mapping[str, Any] = getattr(settings, "WAGTAIL_AI_CONTENT", {})
    return value


def configure(settings: MutableMapping[str, Any]) -> None:
    """Add the app to a settings module: ``configure(globals())`` as its last line.

    Adds the two apps, and where the site said nothing else :data:`RECOMMENDED_Q_CLUSTER`, the rich text editor with AI
    (:data:`RICH_TEXT_EDITORS`) and, for SQLite, :data:`SAFE_SQLITE_OPTIONS`. Nothing a site wrote is replaced.
    """
    apps = list(settings["INSTALLED_APPS"])
    apps += [app for app in ("django_q", "wagtail_ai_content") if app not in apps]
    settings["INSTALLED_APPS"] = apps
    settings.setdefault("Q_CLUSTER", dict(RECOMMENDED_Q_CLUSTER))
    settings.setdefault("WAGTAILADMIN_RICH_TEXT_EDITORS", dict(RICH_TEXT_EDITORS))
    for database in settings.get("DATABASES", {}).values():
        if database.get("ENGINE") == "django.db.backends.sqlite3":
            database["OPTIONS"] = {**SAFE_SQLITE_OPTIONS, **database.get("OPTIONS", {})}
