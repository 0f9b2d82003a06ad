"""The one door to the audit trail: add an entry, list, read everything to check it, erase names and texts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils import timezone

from wagtail_ai_content.core.audit import chain
from wagtail_ai_content.core.audit.anchors import Anchor, written
from wagtail_ai_content.core.audit.chain import Row
from wagtail_ai_content.core.text import storable

from . import keys
from .models import AuditBody, AuditEntry, AuditHead, NeverChanged, Operation
from .values import Filters, NewEntry, clean, names, packed, unpacked

__all__ = [
    "FACTS",
    "MOST_COUNTED",
    "AuditBody",
    "AuditEntry",
    "Filters",
    "NeverChanged",
    "NewEntry",
    "Operation",
    "anchor",
    "append",
    "bodies",
    "count",
    "erasable",
    "erase",
    "every",
    "last_number",
    "latest_of",
    "listing",
    "matches",
    "named",
    "names",
    "page",
    "rows",
    "selected",
    "texts_of",
    "values_of",
]

FACTS: Final = (
    "at", "operation", "actor", "function", "model", "prompt", "prompt_version", "target_type", "target_id", "site",
    "job", "outcome", "detail", "input_hash", "output_hash", "prompt_tokens", "completion_tokens", "cost", "body_hash",
)  # fmt: skip
"""What is sealed of an entry, in this order, between its number and the name of its key."""
COLUMNS: Final = ("sequence", *FACTS, "key", "previous", "seal")
MICRO: Final = Decimal("0.000001")
AT_ONCE: Final = 2000
MOST_COUNTED: Final = 10_000
MOST_VALUES: Final = 500


# --- adding


@transaction.atomic
def append(new: NewEntry) -> AuditEntry:
    """Add an entry, in the transaction of what it is about; whoever adds another one waits until that has committed.

    To be called last in its transaction, so that the wait is short.
    """
    head = _locked_head()
    key = keys.current()
    body = _body(new)
    asked, answered = _fingerprints(body.salt, sent=new.sent, came=new.came)
    facts: dict[str, Any] = {
        "at": max(timezone.now(), head.at),
        "operation": clean(new.operation, 20),
        "actor": clean(new.actor, 64),
        "function": clean(new.function, 100),
        "model": clean(new.model, 200),
        "prompt": clean(new.prompt, 100),
        "prompt_version": clean(new.prompt_version, 20),
        "target_type": clean(new.target_type, 200),
        "target_id": clean(new.target_id, 255),
        "site": clean(new.site, 64),
        "job": clean(new.job, 36),
        "outcome": clean(new.outcome, 40),
        "detail": chain.canonical(new.detail) if new.detail else "",
        "input_hash": asked,
        "output_hash": answered,
        "prompt_tokens": new.prompt_tokens,
        "completion_tokens": new.completion_tokens,
        "cost": None if new.cost is None else Decimal(new.cost).quantize(MICRO),
        "body_hash": chain.salted(body.salt, body.about.encode(), bytes(body.texts)),
    }
    row = chain.sealed(_plain(facts.values()), sequence=head.sequence + 1, previous=head.seal, key=key)
    entry = AuditEntry(sequence=row[chain.SEQUENCE], **facts, key=key.id, previous=head.seal, seal=row[chain.SEAL])
    entry.save(force_insert=True)
    body.entry_id = entry.sequence
    body.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(sequence=entry.sequence, seal=entry.seal, at=entry.at)
    return entry


def _locked_head() -> AuditHead:
    head = AuditHead.objects.select_for_update().filter(pk=1).first()
    if head is not None:
        return head
    last = AuditEntry.objects.order_by("-sequence").first()
    if last is None:
        begun = {"sequence": 0, "seal": chain.FIRST, "at": timezone.now()}
    else:  # somebody took the head away; the anchors tell whether they took entries, too
        begun = {"sequence": last.sequence, "seal": last.seal, "at": last.at}
    AuditHead.objects.get_or_create(pk=1, defaults=begun)
    return AuditHead.objects.select_for_update().get(pk=1)


def _body(new: NewEntry) -> AuditBody:
    about = {name: clean(str(value), 255) for name, value in new.about.items() if value}
    return AuditBody(salt=secrets.token_hex(16), about=chain.canonical(about), texts=packed(new.texts))


def _plain(values: Iterable[Any]) -> Row:
    """Facts as they are sealed: times in UTC to the microsecond, money with six decimals."""
    at, *others = values
    *middle, cost, body_hash = others
    time = at.astimezone(UTC).isoformat(timespec="microseconds")
    return (time, *middle, None if cost is None else str(cost), body_hash)


# --- reading all of it


def rows() -> Iterator[Row]:
    """Every entry as it is sealed, in the order of the numbers."""
    entries = AuditEntry.objects.order_by("sequence").values_list(*COLUMNS)
    for sequence, at, *middle, cost, body_hash, key, previous, seal in entries.iterator(chunk_size=AT_ONCE):
        time = at.astimezone(UTC).isoformat(timespec="microseconds")
        yield (
            sequence, time, *middle, None if cost is None else str(cost), body_hash, key, previous, seal,
        )  # fmt: skip


def bodies() -> Iterator[tuple[int, str]]:
    """Number of each entry, and the state of its body: ``kept``, ``erased``, ``changed`` or ``missing``."""
    top = AuditEntry.objects.aggregate(top=Max("sequence"))["top"] or 0  # what is added meanwhile is not looked at
    entries = AuditEntry.objects.filter(sequence__lte=top).order_by("sequence").values_list("sequence", "body_hash")
    beside = AuditBody.objects.order_by("entry_id").values_list("entry_id", "salt", "about", "texts")
    waiting = beside.iterator(chunk_size=AT_ONCE)
    body = next(waiting, None)
    for sequence, body_hash in entries.iterator(chunk_size=AT_ONCE):
        while body is not None and body[0] < sequence:  # of no entry
            body = next(waiting, None)
        if body is not None and body[0] == sequence:
            yield sequence, _state(body_hash, *body[1:])
        else:
            yield sequence, "missing"


def _state(body_hash: str, salt: str, about: str, texts: Any) -> str:
    raw = bytes(texts)
    if not (salt or about or raw):
        return "erased"
    try:
        return "kept" if chain.salted(salt, about.encode(), raw) == body_hash else "changed"
    except ValueError:  # no salt of ours
        return "changed"


def last_number() -> int | None:
    """The number of the last entry, as noted beside the entries; None when there is no such note."""
    return AuditHead.objects.values_list("sequence", flat=True).first()


def anchor(now: datetime) -> tuple[Anchor, str] | None:
    """A note of how far the trail has come, and the same signed, as a line; None while it is empty."""
    with transaction.atomic():
        last = AuditEntry.objects.order_by("-sequence").values_list("sequence", "seal").first()
        if last is None:
            return None
        count = AuditEntry.objects.count()
    made = Anchor(at=now.astimezone(UTC).isoformat(timespec="seconds"), sequence=last[0], head=last[1], count=count)
    return made, written(made, keys.current())


# --- lists


def selected(filters: Filters) -> QuerySet[AuditEntry]:
    """Entries, the newest first. Times are turned into numbers, since both only grow."""
    found = AuditEntry.objects.filter(**filters.columns).order_by("-sequence")
    low, high = _between(filters)
    if filters.since is not None:
        found = found.filter(sequence__gte=low)
    return found if filters.until is None else found.filter(sequence__lte=high)


def _between(filters: Filters) -> tuple[int, int]:
    """The first and the last number of the time that is asked for."""
    low, high = 1, last_number() or 0
    if filters.since is not None:
        after = AuditEntry.objects.filter(at__gte=filters.since).order_by("at", "sequence")
        low = after.values_list("sequence", flat=True).first() or high + 1
    if filters.until is not None:
        before = AuditEntry.objects.filter(at__lt=filters.until).order_by("-at", "-sequence")
        high = before.values_list("sequence", flat=True).first() or 0
    return low, high


def count(filters: Filters, *, most: int = MOST_COUNTED) -> int:
    """How many entries there are; where they have to be counted, up to ``most``."""
    if filters.columns:
        return selected(filters).order_by().values("pk")[:most].count()
    low, high = _between(filters)
    return max(0, high - low + 1)


def page(filters: Filters, *, skip: int, limit: int) -> list[AuditEntry]:
    """A page of entries with their names, newest first; as fast at the end as at the beginning."""
    if filters.columns:
        return named(selected(filters)[skip : skip + limit])
    low, high = _between(filters)
    return named(selected(filters).filter(sequence__lte=high - skip, sequence__gte=low)[:limit])


def every(filters: Filters) -> Iterator[AuditEntry]:
    """All of them with their names, newest first, never many at once."""
    before: int | None = None
    while found := listing(filters, before=before):
        yield from found
        before = found[-1].sequence


def listing(filters: Filters, *, before: int | None = None, limit: int = AT_ONCE) -> list[AuditEntry]:
    """A page of entries with their names, newest first; ``before``: the last number of the page before."""
    found = selected(filters)
    if before is not None:
        found = found.filter(sequence__lt=before)
    return named(found[:limit])


def named(entries: Iterable[AuditEntry]) -> list[AuditEntry]:
    """The same, each with ``names`` and ``is_erased``. One query for all of them."""
    found = list(entries)
    about = dict(AuditBody.objects.filter(pk__in=[entry.pk for entry in found]).values_list("pk", "about"))
    for entry in found:
        entry.names = names(about.get(entry.pk, ""))
        entry.is_erased = not about.get(entry.pk)
    return found


def values_of(column: str, *, most: int = MOST_VALUES) -> list[str]:
    """What is found in an indexed column, in order. One short query for each value, however long the trail is."""
    found: list[str] = []
    entries = AuditEntry.objects.order_by(column).values_list(column, flat=True)
    while len(found) < most:
        following = entries.filter(**{f"{column}__gt": found[-1] if found else ""}).first()
        if following is None:
            break
        found.append(following)
    return found


def latest_of(job: str, operations: Iterable[str]) -> AuditEntry | None:
    """The last entry of a job among these operations."""
    found = AuditEntry.objects.filter(job=job, operation__in=list(operations)).order_by("-sequence")
    return found.select_related("body").first()


def texts_of(entry: AuditEntry) -> dict[str, Any]:
    """Request, reply and what is needed to read it; empty when they were erased or never kept."""
    body = AuditBody.objects.filter(pk=entry.pk).first()
    return unpacked(bytes(body.texts)) if body is not None else {}


def matches(entry: AuditEntry, *, sent: Any, came: str | None) -> bool | None:
    """Whether these are the request and the reply of an entry; None where its salt was erased."""
    salt = AuditBody.objects.filter(pk=entry.pk).values_list("salt", flat=True).first()
    if not salt:
        return None
    return _fingerprints(salt, sent=sent, came=came) == (entry.input_hash, entry.output_hash)


def _fingerprints(salt: str, *, sent: Any, came: str | None) -> tuple[str, str]:
    return (
        chain.salted(salt, chain.canonical(sent).encode()) if sent is not None else "",
        chain.salted(salt, storable(came).encode()) if came is not None else "",
    )


# --- erasing


def erasable(filters: Filters) -> QuerySet[AuditBody]:
    """The bodies of these entries that are not erased yet."""
    return AuditBody.objects.filter(entry__in=selected(filters).order_by(), erased__isnull=True)


@transaction.atomic
def erase(filters: Filters, *, by: NewEntry) -> int:
    """Erase the names and texts of these entries, and add ``by`` to say so; gives the number of entries.

    ``by`` gets the number and the range as its detail. Nothing is added where there is nothing to erase.
    """
    found = erasable(filters)
    span = found.aggregate(first=Min("pk"), last=Max("pk"))
    done = found.update(salt="", about="", texts=b"", erased=timezone.now())
    if done:
        detail = {**by.detail, "count": done, "first": span["first"], "last": span["last"]}
        append(NewEntry(operation=Operation.ERASED, actor=by.actor, about=by.about, detail=detail))
    return done
