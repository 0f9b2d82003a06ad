"""What is wrong with a request of the editor, as the browser gets it: a code, and a sentence for the person."""

from __future__ import annotations

from typing import Final

from django.http import JsonResponse

from wagtail_ai_content.core.errors import AIError, Conflict, Gone, NotAllowed, QuotaExceeded, TooLong
from wagtail_ai_content.records.texts import localised

STATUSES: Final[tuple[tuple[type[AIError], int], ...]] = (
    (NotAllowed, 403),
    (Conflict, 409),
    (Gone, 410),
    (TooLong, 413),
    (QuotaExceeded, 429),
)


def problem(error: AIError) -> JsonResponse:
    """``400`` unless the error has a status of its own."""
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), 400)
    return JsonResponse({"code": error.code, "message": localised(error.text)}, status=status)
