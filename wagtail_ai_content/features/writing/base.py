"""What all writing functions do alike: open the page, read what may be read, save what came of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import PermissionsMixin
from wagtail.models import Page, Site

from wagtail_ai_content import conf
from wagtail_ai_content.core.engine.function import AIFunction, Parsed, Prepared, Saved, Task
from wagtail_ai_content.core.errors import InvalidInput, NothingToWorkOn, UnknownTarget
from wagtail_ai_content.core.quality.lengths import LIMITS
from wagtail_ai_content.core.text import Text, gettext_noop
from wagtail_ai_content.core.versions.markup import tags, visible
from wagtail_ai_content.pipeline.invariants import locked_in, phrases_of
from wagtail_ai_content.pipeline.targets import open_with_user, snapshot
from wagtail_ai_content.pipeline.write import write_changes

from .context import EVERYTHING, Context, gather
from .targets import TextTarget, text_targets

MAX_INSTRUCTION: Final = 4000
MAX_NOTE: Final = 500

NO_PAGE = gettext_noop("Choose the page to write on.")
NOT_TEXT = gettext_noop("“%(name)s” must be a text.")
NOT_BOOLEAN = gettext_noop("“%(name)s” must be true or false.")
INSTRUCTION_TOO_LONG = gettext_noop("The instruction is longer than %(most)s characters. Say it in fewer words.")
PRIVATE_FIELD = gettext_noop("“%(name)s” is private on this site, so an AI may neither read nor change it.")
ANSWER_READY = gettext_noop("The answer is ready.")

_HOST = re.compile(r"https?://([^/\s\"'<>?#]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """A page as a function works on it."""

    page: Page
    """The specific page with its latest draft content."""
    user: PermissionsMixin
    content: Mapping[str, Any]
    """The same as plain data, the base of the later merge."""
    targets: Sequence[TextTarget]
    wants: Collection[str] = EVERYTHING
    """What the prompt uses of the section."""

    @classmethod
    def of(cls, task: Task) -> OpenPage:
        """Raises: ``UnknownTarget``, ``Gone``, ``NotAllowed``."""
        page, user = open_with_user(task)
        content = snapshot(page)
        targets = text_targets(type(page), content, user=user)
        wants = EVERYTHING if task.wants is None else task.wants
        return cls(page=page, user=user, content=content, targets=targets, wants=wants)

    def context(self, *, focus: Sequence[TextTarget] = ()) -> Context:
        """Raises: ``TooLong``."""
        return gather(self.page, self.targets, user=self.user, focus=focus, wants=self.wants)

    def writable(self, path: str) -> TextTarget:
        """The text at ``path``. Raises: ``UnknownTarget`` when there is none, or it may not be written."""
        found = next((target for target in self.targets if target.path == path), None)
        if found is None or not found.writable:
            raise unknown(path, [found] if found else [])
        return found

    def link_hosts(self) -> list[str]:
        """Where the page links to already, and the hosts of this installation's own sites."""
        return known_hosts(target.value for target in self.targets if target.kind == "rich" and not target.private)


class WritingFunction(AIFunction):
    """A function that works on the text of one page."""

    def validate(self, task: Task) -> None:
        if task.target is None:
            raise InvalidInput(NO_PAGE)
        for name in ("instruction", "instruction_kind", "field", "into"):
            if not isinstance(task.payload.get(name, ""), str):
                raise InvalidInput(NOT_TEXT, name=name)
        if not isinstance(task.payload.get("headings", False), bool):
            raise InvalidInput(NOT_BOOLEAN, name="headings")
        if len(task.payload.get("instruction", "")) > MAX_INSTRUCTION:
            raise InvalidInput(INSTRUCTION_TOO_LONG, most=MAX_INSTRUCTION)

    def save_output(self, parsed: Parsed, prepared: Prepared, task: Task) -> Saved:
        if parsed.value is not None and not parsed.changes:
            return Saved(outcome="value", message=Text(ANSWER_READY))
        return write_changes(task, prepared, parsed)

    def prepared(
        self,
        opened: OpenPage,
        context: Context,
        *,
        task: Task,
        units: Sequence[Mapping[str, Any]] = (),
        notes: Mapping[str, Any],
    ) -> Prepared:
        """The agreed variables of all writing prompts, and what ``parse_response`` will need."""
        variables = {
            **context.variables(),
            "function": self.name,
            "language": opened.page.locale.language_code,
            "units": list(units),
            "instruction": task.payload.get("instruction", "").strip(),
            "instruction_kind": task.payload.get("instruction_kind", ""),
            "limits": dict(LIMITS),
            "locked": [],
        }
        if units and (task.wants is None or "locked" in task.wants):
            said = "\n".join(visible(unit["html"]) for unit in units)
            variables["locked"] = list(locked_in(said, phrases_of(task)))
        return Prepared(
            variables=variables, base=opened.content, notes={**notes, "model": opened.page._meta.label_lower}
        )


def known_hosts(texts: Iterable[str]) -> list[str]:
    """Where rich ``texts`` link to already, and the hosts of this installation's own sites. One query.

    An address that is only named in the words does not count: whoever put the words there may want it to be linked.
    """
    addresses = (tag.get("href") or "" for text in texts for tag in tags(text) if tag.name == "a")
    linked = {found[1] for address in addresses if (found := _HOST.match(address))}
    return sorted({*linked, *Site.objects.values_list("hostname", flat=True)})


def unknown(path: str, found: Sequence[TextTarget]) -> UnknownTarget:
    """Why ``path`` cannot be used, given the texts that were ``found`` there."""
    if any(target.private for target in found):
        return UnknownTarget(PRIVATE_FIELD, name=path)
    return UnknownTarget(what="field", name=path)


def require_text(context: Context, opened: OpenPage) -> None:
    """Raises: ``NothingToWorkOn`` for a page without text."""
    if not context.text:
        raise NothingToWorkOn(title=opened.page.get_admin_display_title())


def allowed_hosts(prepared: Prepared) -> frozenset[str]:
    """Where a link in the answer may lead."""
    return frozenset({*prepared.notes.get("hosts", ()), *conf.get("ALLOWED_LINK_HOSTS")})


def remark(note: str) -> tuple[Text, ...]:
    """What the model says about its answer, for a person: one short line."""
    line = " ".join(note.split())[:MAX_NOTE]
    return (Text(line),) if line else ()
