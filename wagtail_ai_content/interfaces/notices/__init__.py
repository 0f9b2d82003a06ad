"""Telling people: requesters when a job has ended, reviewers when a proposal waits; by e-mail and on the dashboard.

Never here: what a job did (``pipeline``), or anything that may stop a job: a mail that cannot be sent is logged.
"""

from __future__ import annotations

from .events import connect

__all__ = ["connect"]
