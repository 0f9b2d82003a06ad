"""Where Django looks for the app's tables; they live in ``records``."""

from __future__ import annotations

from .records.breakers.models import BreakerState
from .records.jobs.models import Heartbeat, Job, JobStep
from .records.prompts.models import ModelProfile, PromptTemplate
from .records.versions.models import AIVersion

__all__ = ["AIVersion", "BreakerState", "Heartbeat", "Job", "JobStep", "ModelProfile", "PromptTemplate"]
