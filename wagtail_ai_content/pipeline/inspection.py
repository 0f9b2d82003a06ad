"""Is the audit trail whole? The chain, the anchors, the names and texts beside it; and what to say about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wagtail_ai_content.core.audit import anchors as anchoring
from wagtail_ai_content.core.audit.anchors import Anchor, BadAnchor
from wagtail_ai_content.core.audit.verify import Verified, verify
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.records.audit import anchor_file, keys
from wagtail_ai_content.records.audit import api as trail

WHAT: Mapping[str, str] = {
    "changed": gettext_noop("Entry %(number)s was changed."),
    "missing": gettext_noop("Entry %(number)s is missing."),
    "inserted": gettext_noop("Entry %(number)s was put in; the site never wrote it."),
    "moved": gettext_noop("Entry %(number)s stood in another place."),
    "unlinked": gettext_noop("Entry %(number)s does not follow the one before it: those before were exchanged."),
    "cut": gettext_noop("Entry %(number)s and all after it are missing."),
    "rewritten": gettext_noop(
        "The trail was written anew, by somebody who has the key: entry %(number)s or one soon after it is not what "
        "was anchored."
    ),
    "unknown_key": gettext_noop(
        "Entry %(number)s was sealed with a key that is not known here. If AUDIT_KEY or SECRET_KEY was changed, add "
        "the old one to AUDIT_OLD_KEYS."
    ),
}
BODY: Mapping[str, str] = {
    "changed": gettext_noop("The names or texts of entry %(number)s were changed."),
    "missing": gettext_noop("The names and texts of entry %(number)s were deleted instead of being erased."),
}
BAD_ANCHOR = gettext_noop("Line %(number)s of the file of anchors was changed, or was signed with another key.")
NO_FILE = gettext_noop("The file of anchors cannot be read: %(path)s.")
NO_ANCHORS = gettext_noop(
    "There are no anchors. That the trail was cut off at its end, or written anew with the key, could not be seen. Set "
    "AUDIT_ANCHORS to a file on another disk than the database."
)


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """What was found. The trail is whole when there are no ``problems``."""

    verified: Verified
    erased: int
    """Entries whose names and texts were erased, as it should be done."""
    problems: tuple[Text, ...]
    """The first thing that is wrong with the entries, with the names and texts, and with the anchors."""
    notes: tuple[Text, ...]
    """What could not be looked at."""


def inspect(*, anchors_at: Path | None = None, chain_only: bool = False) -> Inspected:
    """Read the whole trail. ``anchors_at``: another file of anchors than the one of the settings."""
    noted, problems, notes = _anchors(anchors_at or anchor_file.path())
    verified = verify(trail.rows(), keys.known(), anchors=noted, last=trail.last_number)
    found = [Text(WHAT[verified.broken.kind], {"number": verified.broken.sequence})] if verified.broken else []
    states: Counter[str] = Counter()
    if not chain_only:
        states, body = _bodies()
        found += body
    return Inspected(
        verified=verified, erased=states["erased"], problems=(*found, *problems), notes=tuple(notes)
    )  # fmt: skip


def _bodies() -> tuple[Counter[str], list[Text]]:
    states: Counter[str] = Counter()
    wrong: list[Text] = []
    for number, state in trail.bodies():
        states[state] += 1
        if state in BODY and not wrong:
            wrong.append(Text(BODY[state], {"number": number}))
    return states, wrong


def _anchors(path: Path | None) -> tuple[Sequence[Anchor], list[Text], list[Text]]:
    """The good anchors, what is wrong with the others, and what else is to be said."""
    if path is None:
        return [], [], [Text(NO_ANCHORS)]
    try:
        lines = anchor_file.lines(path)
    except OSError:
        return [], [Text(NO_FILE, {"path": str(path)})], []
    found = list(anchoring.read(lines, keys.known()))
    bad = [Text(BAD_ANCHOR, {"number": one.line}) for one in found if isinstance(one, BadAnchor)]
    good = [one for one in found if isinstance(one, Anchor)]
    return good, bad[:1], [] if good else [Text(NO_ANCHORS)]
