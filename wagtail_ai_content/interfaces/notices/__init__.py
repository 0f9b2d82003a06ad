"""Telling people: an e-mail to the requester when a job failed or its result waits for review.

Never here: what a job did (``pipeline``), or anything that may stop a job: a mail that cannot be sent is logged.
"""

from __future__ import annotations

from .mail import connect

__all__ = ["connect"]
