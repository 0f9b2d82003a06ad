"""AI drafts that an autosave covered up without anybody being told, offered again.

Wagtail's autosave writes the editor's own revision anew, under its old number. When it had begun before a worker's
commit it does not see the worker's revision, and becomes the latest again: an *older* number with a *later* time. That
pattern is looked for by every sweep; a person who was told and went on writes a revision with a new number.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from wagtail.log_actions import log

from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.signals import proposal_waiting

from . import drafts
from .write import PROPOSE_ACTION

REASON = "shadowed"
WITHIN = timedelta(hours=1)


def offer_again(*, within: timedelta = WITHIN) -> int:
    """Turn AI drafts of the time ``within`` that were covered up into proposals; gives their number."""
    return sum(_offer(version_id) for version_id in versions.shadowed(within=within))


def _offer(version_id: uuid.UUID) -> bool:
    with transaction.atomic():
        version = versions.offer_again(version_id, reason=REASON)
        if version is None:
            return False
        target = drafts.stored(version.target_content_type, version.target_object_id)
        if target is not None:
            log(instance=target, action=PROPOSE_ACTION, data=versions.attribution(version))
        transaction.on_commit(lambda: proposal_waiting.send_robust(sender=type(version), version=version))
    return True
