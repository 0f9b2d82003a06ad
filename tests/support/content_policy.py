"""The example site with a strict content security policy, as a careful host would have it.

Scripts come from the site's own files. Wagtail writes some into its pages; each of those is let through by its hash,
unless it has to do with this app. Wagtail writes styles into its pages as well, so those are only reported.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE

MIDDLEWARE = [f"{__name__}.policy", *MIDDLEWARE]

INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
OURS = re.compile(r"\bwac-|wagtail_ai_content")
ENFORCED = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'"


def policy(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Middleware."""

    def answer(request: Any) -> Any:
        response = get_response(request)
        if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
            hashes = [_hash(script) for script in INLINE.findall(response.text) if not OURS.search(script)]
            response["Content-Security-Policy"] = " ".join([f"{ENFORCED}; script-src 'self' 'report-sample'", *hashes])
            response["Content-Security-Policy-Report-Only"] = "style-src 'self' 'report-sample'"
        return response

    return answer


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
