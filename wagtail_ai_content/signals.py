"""Signals a site may listen to."""

from __future__ import annotations

from django.dispatch import Signal

job_finished = Signal()
"""A job came to its end. Sent with ``job`` (the row as it is now) and ``event_id`` (the job's id as text).

It may be sent again for the same job when a worker died while sending: a receiver that must act once remembers the
``event_id``. An exception in a receiver is logged and stops nobody else.
"""
