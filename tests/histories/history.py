"""One page's history: people and AIs that edit it in turns, through the very functions that workers and reviewers use.

After each step the saved revision is read back and looked through: a word a person wrote is only gone where a person
took it out, or where it stands in what the AI was given or replaced, from which it can be restored.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from wagtail.models import Page

from tests.support.edits import Editor, written_words
from wagtail_ai_content.core.engine.function import Parsed, Prepared, Target, Task
from wagtail_ai_content.core.errors import BlockNotAllowed
from wagtail_ai_content.core.versions import places
from wagtail_ai_content.core.versions.stored import block_ids, decoded
from wagtail_ai_content.pipeline.review import decide, open_review, undo
from wagtail_ai_content.pipeline.shapes import content_shape
from wagtail_ai_content.pipeline.targets import snapshot
from wagtail_ai_content.pipeline.write import write_changes
from wagtail_ai_content.records.jobs.models import Job
from wagtail_ai_content.records.versions.models import AIVersion

HUMAN = "human"


def human_words(*values: Any) -> set[str]:
    """Those of contents, as far as a person sees them."""
    seen = [places.comparable(value) if isinstance(value, dict) else value for value in values]
    return {word for word in written_words(*seen) if word.startswith(HUMAN)}


@dataclass(kw_only=True)
class History:
    """What happens to one page."""

    page_id: int
    user: Any
    random: Random
    values: Mapping[str, Callable[[Random], Any]]
    steps: list[str] = field(default_factory=list)
    """What happened, for the message of a failure."""
    pending: list[dict[str, Any]] = field(default_factory=list)
    """The contents that AIs have read and not yet answered."""

    def __post_init__(self) -> None:
        self.model = type(self.page)
        shape = content_shape(self.model)
        self.human = Editor(random=self.random, shape=shape, voice=HUMAN, values=self.values)
        self.ai = Editor(random=self.random, shape=shape, voice="ai", values=self.values)

    @property
    def page(self) -> Any:
        return Page.objects.get(pk=self.page_id).specific.get_latest_revision_as_object()

    def saved(self) -> dict[str, Any]:
        """What a person sees of the latest revision as it stands in the database."""
        revision = Page.objects.get(pk=self.page_id).latest_revision
        return places.comparable(revision.content if revision else snapshot(self.page))

    def run(self, steps: int) -> None:
        self.person_edits()
        acts = [self.person_edits, self.ai_reads, self.ai_reads, self.ai_answers, self.ai_answers, self.person_decides]
        for _ in range(steps):
            self.random.choice(acts)()
        while self.pending:
            self.ai_answers()
        self.person_decides()
        self.person_undoes()

    # --- acts

    def person_edits(self) -> None:
        page = self.page
        content = self.human.edit(snapshot(page), times=self.random.randint(1, 3))
        page.with_content_json(content).save_revision(user=self.user, clean=False)
        assert human_words(content) == human_words(self.saved())
        self.steps.append("person edits")

    def ai_reads(self) -> None:
        self.pending.append(snapshot(self.page))
        self.steps.append("AI reads")

    def ai_answers(self) -> None:
        if not self.pending:
            return
        base = self.pending.pop(self.random.randrange(len(self.pending)))
        proposed = self.ai.edit(base, times=self.random.randint(1, 4))
        changes = {name: decoded_stream(value) for name, value in proposed.items() if value != base[name]}
        before = self.saved()
        try:
            saved = write_changes(self._task(base), Prepared(variables={}, base=base), Parsed(changes=changes))
        except BlockNotAllowed:  # raw HTML, which no AI may write
            assert self.saved() == before, "what was refused left the page alone"
            self.steps.append("AI answers: refused")
            return
        after = self.saved()
        self.steps.append(f"AI answers: {saved.outcome} {saved.reason}")
        self.check(before, after, may_go=human_words(base) - human_words(proposed))
        if saved.outcome != "revision":
            assert after == before, "what was not written left the page alone"

    def person_decides(self) -> None:
        version = AIVersion.objects.filter(target_object_id=str(self.page_id), decided=None).order_by("?").first()
        if version is None:
            return
        review = open_review(version.pk, self.user)
        open_items = [item for item in review.items if not item.decision]
        chosen = self.random.sample(open_items, self.random.randint(0, len(open_items)))
        cut = self.random.randint(0, len(chosen))
        accept, reject = chosen[:cut], chosen[cut:]
        override = [item.change.id for item in accept if item.conflict]
        before = self.saved()
        done = decide(
            version.pk,
            self.user,
            accept=[item.change.id for item in accept],
            reject=[item.change.id for item in reject],
            override=override,
        )
        after = self.saved()
        counts = f"{len(accept)} yes ({len(override)} over others), {len(reject)} no"
        self.steps.append(f"person decides: {counts}: {done.status}")
        if done.status != "done":
            assert after == before, "what was refused left the page alone"
        version.refresh_from_db()
        replaced = version.writes[-1]["before"] if override and version.writes else {}
        self.check(before, after, may_go=human_words(version.base, replaced))

    def person_undoes(self) -> None:
        version = AIVersion.objects.filter(target_object_id=str(self.page_id)).exclude(writes=[]).order_by("?").first()
        if version is None:
            return
        write = version.writes[-1]
        before = self.saved()
        done = undo(version.pk, self.user)
        after = self.saved()
        self.steps.append(f"person undoes: {done.status}")
        put_back = human_words(write["after"]) - human_words(write["before"])
        self.check(before, after, may_go=put_back)
        if done.status == "done":
            came_back = human_words(write["before"]) - human_words(write["after"])
            gone_since = human_words(write["after"]) - human_words(before)
            assert came_back - gone_since <= human_words(after) | human_words(self._all_versions()), self.steps

    # --- what must hold

    def check(self, before: Any, after: Any, *, may_go: set[str]) -> None:
        """Every word of a person's that was there is there still, or is one of those that ``may_go``."""
        gone = human_words(before) - human_words(after) - may_go
        assert not gone, (gone, self.steps)
        if isinstance(after["body"], list):
            ids = list(block_ids(after["body"]))
            assert len(ids) == len(set(ids)), self.steps

    def _all_versions(self) -> list[Any]:
        return list(AIVersion.objects.filter(target_object_id=str(self.page_id)).values_list("base", "writes"))

    def _task(self, base: dict[str, Any]) -> Task:
        kind = ContentType.objects.get_for_model(self.model)
        job = Job.objects.create(
            function="rewrite",
            requested_by=self.user,
            requested_by_name=self.user.get_username(),
            target_content_type=kind,
            target_object_id=str(self.page_id),
            target_label="A page",
            base_digest=places.digest(base),
            model_used="test/model",
            prompt_key="rewrite",
            next_attempt=timezone.now(),
            created=timezone.now(),
        )
        target = Target(content_type=f"{kind.app_label}.{kind.model}", object_id=str(self.page_id), label="A page")
        return Task(
            function="rewrite",
            payload={},
            target=target,
            user_id=str(self.user.pk),
            site_id=None,
            job_id=str(uuid.UUID(str(job.pk))),
        )


def decoded_stream(value: Any) -> Any:
    """A StreamField's children as a function gives them; any other value as it is."""
    found = decoded(value) if isinstance(value, str) and value.startswith("[") else value
    return found if isinstance(found, list) else value
