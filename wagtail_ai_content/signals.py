"""Signals a site may listen to."""

from __future__ import annotations

from django.dispatch import Signal

job_finished = Signal()
"""A job came to its end. Sent with ``job`` (the row as it is now) and ``event_id`` (the job's id as text).

It may be sent again for the same job when a worker died while sending: a receiver that must act once remembers the
``event_id``. An exception in a receiver is logged and stops nobody else.
"""

proposal_waiting = Signal()
"""An AI version waits for somebody to decide about it. Sent with ``version``, after it was stored.

It may be sent again for the same version: with the job that is announced again, or when a draft was offered again
because an autosave had covered it up.
"""

version_decided = Signal()
"""A person decided about an AI version or took a decision back. Sent with ``version``, after it was stored.

It may be sent several times for a version, which is decided about change by change; ``version.status`` says whether
anything is left.
"""

budget_reached = Signal()
"""Half, four fifths or all of a budget's monthly sum is spent. Sent with ``reached`` (budget, share, spent and most, in
millionths of a US dollar), once a month for each share, by the sweep that finds it.
"""

swept = Signal()
"""A sweep after dead workers and late ends is done. Sent about once a minute where a worker, django-q2 or cron sweeps.

For work that has to be done now and then and takes a second or two at most: calls to models may be waiting for it.
"""
