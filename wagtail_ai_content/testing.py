"""What a site needs to test its AI functions, prompts and pages without a model.

::

    from wagtail_ai_content.api import Ask, run_job, submit
    from wagtail_ai_content.testing import FakeProvider, answered_by

    def test_the_summary_is_kept(page, editor):
        fake = FakeProvider(['{"summary": "Short.", "note": ""}'])
        with answered_by(fake):
            job = run_job(submit(Ask(function="summarise", page=page, user=editor)))
        assert job.parsed["value"] == "Short."
"""

from __future__ import annotations

from .core.providers.fake import FakeProvider, Step
from .pipeline.providers import answered_by

__all__ = ["FakeProvider", "Step", "answered_by"]
