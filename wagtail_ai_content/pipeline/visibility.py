"""Which AI versions a person may see in a list: those of the pages and snippets they may edit. And which jobs: their
own, or all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from wagtail.models import RevisionMixin, get_page_models
from wagtail.permissions import policy_registry

from wagtail_ai_content.records.jobs.api import Job, JobFilter
from wagtail_ai_content.records.versions import api as versions
from wagtail_ai_content.records.versions.api import AIVersion, VersionStatus

from .targets import base_page_model

READ_AUDIT: Final = "wagtail_ai_content.read_audit"
REVIEW: Final = "wagtail_ai_content.review_aiversion"
CHANGE_JOBS: Final = "wagtail_ai_content.change_job"
SEE_MODERATION: Final = "wagtail_ai_content.view_moderationdecision"
MODERATE: Final = "wagtail_ai_content.change_moderationdecision"


def visible_to(user: Any) -> QuerySet[AIVersion]:
    """The versions ``user`` may see, by the same rules as opening one; the number of queries is constant.

    Of what was deleted, those they asked for themselves; superusers see all.
    """
    found = versions.all_versions()
    if user.is_superuser and user.is_active:
        return found
    pages = policy_registry.get_by_type(base_page_model()).instances_user_has_permission_for(user, "change")
    of_pages = Q(target_content_type__in=_ids(get_page_models()))
    editable = Q(target_object_id__in=pages.order_by().values_list(Cast("pk", CharField()), flat=True))
    stored = base_page_model()._default_manager.annotate(key=Cast("pk", CharField()))
    own = Q(requested_by=user) & ~Q(Exists(stored.filter(key=OuterRef("target_object_id"))))
    return found.filter((of_pages & (editable | own)) | Q(target_content_type__in=_ids(_editable_models(user))))


def may_decide(version: AIVersion, user: Any) -> bool:
    """Whether ``user``, who may see ``version``, may decide about it: about what they asked for themselves, which AI
    may write on their pages anyway, and with the right to review about all."""
    return version.requested_by_id == user.pk or may_review(user)


def may_take(version: AIVersion, user: Any) -> bool:
    """Whether ``user``, who has its page open, may take a version into the form. What was written as a draft they would
    otherwise cover up by saving."""
    return version.status == VersionStatus.DRAFTED or may_decide(version, user)


def may_review(user: Any) -> bool:
    """Whether ``user`` may decide about what others asked for, on the pages and snippets they may edit."""
    return bool(user.has_perm(REVIEW))


def decidable_by(user: Any) -> QuerySet[AIVersion]:
    """The versions that ``user`` may decide about."""
    found = visible_to(user)
    return found if may_review(user) else found.filter(requested_by=user)


def sees_all_jobs(user: Any) -> bool:
    """Whoever reads the audit trail has seen of each job who asked for what; whoever may change jobs must find them."""
    return bool(user.has_perm(READ_AUDIT) or user.has_perm(CHANGE_JOBS))


def jobs_of(user: Any, chosen: JobFilter) -> JobFilter:
    """What ``user`` gets when they ask for the ``chosen`` jobs."""
    return chosen if sees_all_jobs(user) else replace(chosen, actor=str(user.pk))


def may_see_job(job: Job, user: Any) -> bool:
    return _is_own(job, user) or sees_all_jobs(user)


def may_see_warnings(job: Job, user: Any) -> bool:
    """They quote the texts of a job, which not everybody may see who may see that there was one."""
    if _is_own(job, user) or may_see_moderation(user):
        return True
    return visible_to(user).filter(generation_id=job.pk).exists()


def may_change_job(job: Job, user: Any) -> bool:
    """Cancel it, or have it tried again in the name of whoever asked for it."""
    return _is_own(job, user) or bool(user.has_perm(CHANGE_JOBS))


def may_see_moderation(user: Any) -> bool:
    """The texts that guardrails have looked at, whatever page they are of."""
    return bool(user.has_perm(SEE_MODERATION)) or may_moderate(user)


def may_moderate(user: Any) -> bool:
    return bool(user.has_perm(MODERATE))


def _is_own(job: Job, user: Any) -> bool:
    return bool(job.requested_by_id == user.pk)


def _editable_models(user: Any) -> list[type]:
    """Models with revisions, pages aside, all instances of which ``user`` may edit."""
    pages = set(get_page_models())
    return [
        model
        for model in apps.get_models()
        if issubclass(model, RevisionMixin)
        and model not in pages
        and policy_registry.get_by_type(model).user_has_permission(user, "change")
    ]


def _ids(models: list[type]) -> list[int]:
    return [found.pk for found in ContentType.objects.get_for_models(*models, for_concrete_models=False).values()]
