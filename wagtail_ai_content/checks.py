"""System checks: settings under which jobs could be lost, run twice or lock up are refused, each with what to write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from . import conf
from .core.providers.addresses import listed, read_address
from .core.providers.outgoing import is_plain

PREFIX = "wagtail_ai_content"
OF_DICTS = frozenset({"FUNCTIONS", "PRICES", "PROVIDERS"})
"""Options that hold a dict for each of their keys."""
Q_HINT = "In Q_CLUSTER write {}."


@register(PREFIX)
def check_options(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every key of ``WAGTAIL_AI_CONTENT`` is known and of the right type."""
    given: Any = conf.configured()
    if not isinstance(given, dict):
        return [_error(1, "WAGTAIL_AI_CONTENT is not a dict.", "Write WAGTAIL_AI_CONTENT = {…}.")]
    return [message for key, value in given.items() for message in _check_option(key, value)]


def _check_option(key: str, value: Any) -> Iterator[CheckMessage]:
    option = conf.OPTIONS.get(key)
    if option is None:
        known = ", ".join(conf.OPTIONS)
        yield _error(2, f"WAGTAIL_AI_CONTENT has an unknown key {key!r}.", f"Known keys: {known}.")
    elif not _fits(value, option) or (key in OF_DICTS and not all(isinstance(told, dict) for told in value.values())):
        yield _error(3, f"WAGTAIL_AI_CONTENT[{key!r}] has the wrong type.", f"{option.help} E.g. {option.default!r}.")
    elif key == "MODEL" and "/" not in value:
        yield _error(
            4,
            f"WAGTAIL_AI_CONTENT['MODEL'] is {value!r}, which does not say whose model it is.",
            f"Write provider/model, e.g. 'openai/{value}'.",
        )
    elif key == "REDACT" and (unknown := [kind for kind in value if kind not in conf.OPTIONS[key].default]):
        yield _error(
            5,
            f"WAGTAIL_AI_CONTENT['REDACT'] has unknown kinds of data: {unknown!r}. They would leave the site.",
            f"Known kinds: {', '.join(conf.OPTIONS[key].default)}.",
        )
    elif key == "FIELDS":
        for label, rules in value.items():
            yield from _check_rules(label, rules)
    elif key == "PROVIDERS":
        for name, told in value.items():
            yield from _check_address(name, told.get("API_BASE"))
            yield from _check_hosts(f"['PROVIDERS'][{name!r}]['IMAGE_HOSTS']", told.get("IMAGE_HOSTS", []))
    elif key == "API_HOSTS":
        yield from _check_hosts("['API_HOSTS']", value)


def _check_rules(label: str, rules: Any) -> Iterator[CheckMessage]:
    named = f"WAGTAIL_AI_CONTENT['FIELDS'][{label!r}]"
    if not _are_rules(rules):
        hint = "Write only, exclude and private, each a list of texts, and blocks, a dict with a list for each field."
        yield _error(6, f"{named} cannot be read, so its rules do not hold.", hint)
        return
    from .pipeline.blocks import makeable_in

    for field, kinds in rules.get("blocks", {}).items():
        known = makeable_in(label, field)
        if known is None:
            yield _error(6, f"{named}['blocks'] names no StreamField of this model: {field!r}.", "Correct the name.")
        elif unknown := sorted({*kinds} - known):
            hint = f"An AI may make {', '.join(sorted(known))}. Raw HTML is never among them."
            yield _error(7, f"{named}['blocks'][{field!r}] names blocks that AI cannot make: {unknown!r}.", hint)


def _are_rules(rules: Any) -> bool:
    if not isinstance(rules, dict) or not rules.keys() <= {"only", "exclude", "private", "blocks"}:
        return False
    blocks = rules.get("blocks", {})
    lists = [value for key, value in rules.items() if key != "blocks"]
    return isinstance(blocks, dict) and all(map(_is_list_of_texts, [*lists, *blocks.values()]))


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(each, str) for each in value)


def _check_hosts(named: str, hosts: Any) -> Iterator[CheckMessage]:
    if not _is_list_of_texts(hosts):
        hint = "Write it as in ALLOWED_HOSTS, e.g. ['images.example.org', '.example.net']."
        yield _error(50, f"WAGTAIL_AI_CONTENT{named} is not a list of hosts.", hint)


def _check_address(name: str, address: Any) -> Iterator[CheckMessage]:
    """Never with the address itself: keys have been seen in them."""
    if not address:
        return
    named = f"WAGTAIL_AI_CONTENT['PROVIDERS'][{name!r}]['API_BASE']"
    text = address if isinstance(address, str) else ""
    if "@" in text.partition("://")[2].partition("/")[0].partition("#")[0]:
        yield _error(9, f"{named} has a name or a key in it, which would stand in logs.", "Write the key as API_KEY.")
        return
    if not is_plain(text):
        yield _error(8, f"{named} is not the address of an API.", "Write it as https://host/v1, without ? and #.")
        return
    found, hosts = read_address(text), conf.get("API_HOSTS")
    if _is_list_of_texts(hosts) and not listed(found.host, hosts):
        yield _error(51, f"{named} is at a host that API_HOSTS does not list.", "List it, or correct the address.")
    elif found.scheme == "http" and not _is_this_machine(found.host):
        yield Warning(
            f"Texts and the key are sent to {named} without encryption.",
            hint="Write https://, or silence this check where the way there is private, as between containers.",
            id=f"{PREFIX}.W008",
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@register(PREFIX)
def check_guardrails(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every check of ``GUARDRAILS`` can be made: one that cannot stops all requests."""
    if check_options(app_configs):
        return []  # it may be no list
    return [problem for number, one in enumerate(conf.get("GUARDRAILS")) for problem in _check_guardrail(number, one)]


def _check_guardrail(number: int, written: Any) -> Iterator[CheckMessage]:
    from .pipeline.moderation import make

    place = f"WAGTAIL_AI_CONTENT['GUARDRAILS'][{number}]"
    if not isinstance(written, dict) or not isinstance(written.get("NAME"), str) or set(written) - {"NAME", "OPTIONS"}:
        yield _error(40, f"{place} is not a guardrail.", 'Write {"NAME": "mysite.checks.NoPrices", "OPTIONS": {}}.')
        return
    options = written.get("OPTIONS", {})
    try:
        json.dumps(options)
        make(written["NAME"], options)
    except Exception as error:  # noqa: BLE001  # whatever its constructor raises
        problem = f"{place} cannot be used, so nothing would get past it: {written['NAME']}: {error}"
        yield _error(41, problem, "Correct its dotted path or its OPTIONS, which are plain data, or remove it.")


def _fits(value: Any, option: conf.Option) -> bool:
    """Whether the value is of the option's type; True is no number although Python says so."""
    return isinstance(value, option.kind) and (option.kind is bool or not isinstance(value, bool))


@register(PREFIX)
def check_queue(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """django-q2 is set up so that the bell works and no task is repeated for ever."""
    if "django_q" not in settings.INSTALLED_APPS:
        return [_error(10, "django_q is not installed.", 'Add "django_q" to INSTALLED_APPS, then run migrate.')]
    if check_options(app_configs):
        return []  # the numbers below may be none
    from .pipeline.queue import broker_settings

    return list(_check_broker(broker_settings()))


def _check_broker(told: dict[str, Any]) -> Iterator[CheckMessage]:
    longest = conf.get("DRAIN_SECONDS") + conf.get("CALL_DEADLINE")
    timeout, retry = told["timeout"], told["retry"]
    if not timeout or timeout < longest:
        yield _error(
            11,
            f"django-q2 stops a worker after {timeout} s; one wake-up of a worker may take {longest:g} s.",
            Q_HINT.format(f'"timeout": {int(longest) + 60}, "retry": {int(longest) + 120}'),
        )
    if timeout and retry <= timeout:
        yield _error(
            12,
            f"django-q2 starts a task again after {retry} s although it may still run (timeout {timeout} s).",
            Q_HINT.format(f'"retry": {timeout + 60} or more'),
        )
    if not told["ack_failures"]:
        yield _error(13, "django-q2 repeats a failed task for ever.", Q_HINT.format('"ack_failures": True'))
    if not told["max_attempts"]:
        yield _error(14, "django-q2 has no limit of attempts.", Q_HINT.format('"max_attempts": 1'))
    if told["queue_limit"] > told["workers"]:
        yield _error(
            15,
            "django-q2 takes more tasks out of the queue than its workers can start, and starts them again.",
            Q_HINT.format('"queue_limit": 1'),
        )
    yield from _check_sweeper(told)


def _check_sweeper(told: dict[str, Any]) -> Iterator[CheckMessage]:
    if told["scheduler"]:
        return
    text = "django-q2's scheduler is off, so nobody looks for jobs whose worker died."
    hint = (
        'Remove "scheduler": False from Q_CLUSTER, or run "manage.py ai_sweep" from cron every minute '
        "and silence this check."
    )
    yield _error(16, text, hint) if not told["orm"] else Warning(text, hint=hint, id=f"{PREFIX}.W016")


@register(PREFIX)
def check_databases(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The database can be shared by web processes and a worker."""
    return [message for alias, options in settings.DATABASES.items() for message in _check_database(alias, options)]


def _check_database(alias: str, database: dict[str, Any]) -> Iterator[CheckMessage]:
    engine = database.get("ENGINE", "")
    options = database.get("OPTIONS", {})
    if engine.endswith("sqlite3"):
        yield from _check_sqlite(alias, options)
    elif "postgresql" in engine and not database.get("CONN_MAX_AGE") and not options.get("pool"):
        yield Warning(
            f"The worker opens a new connection to the database {alias!r} for every step (CONN_MAX_AGE is 0).",
            hint=f"In DATABASES[{alias!r}] write 'CONN_MAX_AGE': 600.",
            id=f"{PREFIX}.W022",
        )


def _check_sqlite(alias: str, options: dict[str, Any]) -> Iterator[CheckMessage]:
    hint = f"In DATABASES[{alias!r}] write 'OPTIONS': {dict(conf.SAFE_SQLITE_OPTIONS)!r}."
    if str(options.get("transaction_mode", "")).upper() != "IMMEDIATE":
        yield _error(20, f"SQLite ({alias}) beside a worker meets “database is locked”.", hint)
    elif "wal" not in str(options.get("init_command", "")).lower():
        yield _error(21, f"SQLite ({alias}) without WAL lets the worker block every page of the site.", hint)


@register(PREFIX, deploy=True)
def check_audit(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The audit trail of a site in production is anchored somewhere."""
    if check_options(app_configs) or conf.get("AUDIT_ANCHORS"):
        return []
    text = "The audit trail has no file of anchors: that its end was cut off could not be seen."
    hint = "In WAGTAIL_AI_CONTENT write AUDIT_ANCHORS, a file on another disk than the database."
    return [Warning(text, hint=hint, id=f"{PREFIX}.W030")]


def _error(number: int, message: str, hint: str) -> Error:
    return Error(message, hint=hint, id=f"{PREFIX}.E{number:03}")
