"""The person's own save tells what of AI it brings: changes of versions, noted as accepted, and words of answers."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from wagtail_ai_content.pipeline.assisting import taken_from_answers
from wagtail_ai_content.pipeline.taking import taken_in_editor

FIELD = "wagtail_ai_taken"
"""Sent with a save, as JSON: ``{version id: [ids of the changes that are in the form]}``."""
ASSISTED = "wagtail_ai_assisted"
"""Sent with a save, as JSON: ids of the jobs whose words were taken into the form since the last save."""
MOST_JOBS = 100

logger = logging.getLogger(__name__)


def after_save(request: HttpRequest, instance: Any) -> None:
    """For Wagtail's hooks after an edit. The save itself has been done; a failure here is logged and undoes nothing."""
    for version_id, ids in _taken(request.POST.get(FIELD, "")):
        try:
            taken_in_editor(version_id, request.user, ids)
        except Exception:  # the person's save is done and has to be answered, whatever our note met
            logger.exception("It could not be noted that AI version %s was taken into %r", version_id, instance)
    if ids := _assisted(request.POST.get(ASSISTED, "")):
        try:
            taken_from_answers(instance, request.user, ids)
        except Exception:  # as above
            logger.exception("It could not be noted that words of the jobs %s were taken into %r", ids, instance)


def _taken(given: str) -> Iterator[tuple[uuid.UUID, list[str]]]:
    try:
        found = json.loads(given) if given else {}
        entries = [(uuid.UUID(key), [str(item) for item in ids]) for key, ids in found.items()]
    except (ValueError, TypeError, AttributeError, RecursionError):
        logger.warning("A save brought AI changes that cannot be read: %.200s", given)
        return
    yield from entries


def _assisted(given: str) -> list[str]:
    try:
        found = json.loads(given) if given else []
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        logger.warning("A save brought AI answers that cannot be read: %.200s", given)
        return []
    return [str(job) for job in found[-MOST_JOBS:]]
