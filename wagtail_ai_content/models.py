"""Where Django looks for the app's tables; they live in ``records``."""

from __future__ import annotations

from .records.access.models import AIPreference, AISwitch, UseGrant
from .records.audit.models import AuditBody, AuditEntry, AuditHead
from .records.breakers.models import BreakerState
from .records.guardrails.models import LockedPhrase, ModerationDecision, RuleSet
from .records.jobs.models import Heartbeat, Job, JobStep
from .records.notices.models import Notice, NoticePreference
from .records.prompts.models import ModelProfile, PromptTemplate
from .records.provenance.models import Provenance
from .records.suggestions.models import DismissedSuggestion
from .records.usage.models import Budget, ModelPrice, QuotaWindow, Tier, TierGrant, UsageEvent, UsageTotal
from .records.versions.models import AIVersion
from .records.workflow.models import AIReviewTask

__all__ = [
    "AIPreference",
    "AIReviewTask",
    "AISwitch",
    "AIVersion",
    "AuditBody",
    "AuditEntry",
    "AuditHead",
    "BreakerState",
    "Budget",
    "DismissedSuggestion",
    "Heartbeat",
    "Job",
    "JobStep",
    "LockedPhrase",
    "ModelPrice",
    "ModelProfile",
    "ModerationDecision",
    "Notice",
    "NoticePreference",
    "PromptTemplate",
    "Provenance",
    "QuotaWindow",
    "RuleSet",
    "Tier",
    "TierGrant",
    "UsageEvent",
    "UsageTotal",
    "UseGrant",
]
