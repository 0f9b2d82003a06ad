"""What the browser asks for, checked and turned into a request: which object, which text, and what the form holds."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter

from wagtail_ai_content import conf
from wagtail_ai_content.core.errors import InvalidInput, TooLong, UnknownTarget
from wagtail_ai_content.core.text import gettext_noop
from wagtail_ai_content.core.versions.richtext import plain_text
from wagtail_ai_content.features.writing.base import INSTRUCTION_TOO_LONG, MAX_INSTRUCTION, PRIVATE_FIELD, known_hosts
from wagtail_ai_content.features.writing.markup import paragraphs
from wagtail_ai_content.features.writing.targets import (
    Place,
    TextTarget,
    has_words,
    is_private,
    places_of,
    text_targets,
)
from wagtail_ai_content.pipeline.drafts import title_of
from wagtail_ai_content.pipeline.functions import get_function
from wagtail_ai_content.pipeline.submit import Ask
from wagtail_ai_content.records.jobs.api import WATCHED

from .fields import OpenForm
from .opened import FUNCTION, actions_of, use_of
from .subject import Subject

LONGEST_PATH: Final = 500
OWN_FEATURE: Final = "wagtail-ai-content"
"""The rich text feature that puts our button into the toolbar; nothing a text can have."""

NOT_JSON = gettext_noop("The browser sent something that cannot be read. Reload the page and try again.")
WRONG_TYPE = gettext_noop("“%(name)s” has the wrong type. Reload the page and try again.")
NO_KEY = gettext_noop("The request has no key of its own. Reload the page and try again.")
WRONG_PATH = gettext_noop("“%(path)s” is no place of “%(place)s”. Reload the page and try again.")
NOT_THERE = gettext_noop("“%(name)s” is not available for this text. Choose another action.")
NOT_FOR_EDITOR = gettext_noop("“%(name)s” cannot be asked for from an open form.")
NOT_CONTENT = gettext_noop("The formatted text that the browser sent cannot be read. Reload the page and try again.")
TOO_BIG = gettext_noop(
    "The page sends more than this site accepts at once. Select a shorter part, or ask your developers to raise "
    "DATA_UPLOAD_MAX_MEMORY_SIZE and DATA_UPLOAD_MAX_NUMBER_FIELDS."
)

KINDS: Final[Mapping[str, type]] = {
    "key": str, "subject": dict, "path": str, "place": str, "function": str, "action": str, "selected": bool,
    "instruction": str, "tone": str, "language": str, "options": int, "prompt": str, "variables": dict, "again": bool,
    "form": str,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request of the browser. What was left out has the empty value of its type."""

    subject: Subject
    told: Mapping[str, Any]

    @classmethod
    def of(cls, request: HttpRequest) -> Asked:
        """Raises: ``InvalidInput``, ``TooLong``; ``Http404`` for an object that is not there or not the user's."""
        told = _body(request)
        for name, kind in KINDS.items():
            # bool is a kind of int
            if name in told and type(told[name]) is not kind:
                raise InvalidInput(WRONG_TYPE, name=name)
        if "subject" not in told:
            raise InvalidInput(WRONG_TYPE, name="subject")
        return cls(subject=Subject.of(request.user, told["subject"]), told=told)

    def ask(self) -> Ask:
        """Raises: ``InvalidInput`` and its kinds, ``TooLong``."""
        function = get_function(self._text("function") or FUNCTION)
        if not function.editor_params:
            raise InvalidInput(NOT_FOR_EDITOR, name=function.name)
        if len(self._text("instruction")) > MAX_INSTRUCTION:
            raise InvalidInput(INSTRUCTION_TOO_LONG, most=MAX_INSTRUCTION)
        self._check_place(is_assist=function.name == FUNCTION)
        given = {name: self._param(name) for name in function.editor_params}
        subject = self.subject
        return Ask(
            function=function.name,
            page=subject.instance,
            new=None if subject.instance is not None else subject.new,
            user=subject.user,
            params={**given, **self._of_every_function()},
            path=self._text("path"),
            idempotency_key=self._key(),
            priority=WATCHED,
        )

    def _of_every_function(self) -> dict[str, Any]:
        chosen = {"prompt": self._text("prompt")} if self._text("prompt") else {}
        fresh = {"fresh": True} if self.told.get("again") else {}
        return {**chosen, **fresh, "variables": self.told.get("variables", {})}

    def _key(self) -> str:
        try:
            return str(uuid.UUID(self._text("key")))
        except ValueError:
            raise InvalidInput(NO_KEY) from None

    def _check_place(self, *, is_assist: bool) -> None:
        path, name = self._text("path"), self._text("place")
        if name and is_private(self.subject.model, name):
            raise UnknownTarget(PRIVATE_FIELD, name=name)
        if len(path) > LONGEST_PATH or path.partition(".")[0] != name.partition(".")[0]:
            raise InvalidInput(WRONG_PATH, path=path[:LONGEST_PATH], place=name[:LONGEST_PATH])
        if is_assist and self._action not in actions_of(self._place):
            raise InvalidInput(NOT_THERE, name=self._action[:100])

    @cached_property
    def _place(self) -> Place:
        name = self._text("place")
        found = self._places.get(name)
        if found is None:
            raise UnknownTarget(what="field", name=name[:LONGEST_PATH])
        return found

    @property
    def _action(self) -> str:
        """A prompt of the site asks for what it likes."""
        return self._text("action") or ("ask" if self._text("prompt") else "")

    def _param(self, name: str) -> Any:
        return getattr(self, f"_param_{name}")() if hasattr(self, f"_param_{name}") else self.told.get(name, "")

    def _param_action(self) -> str:
        return self._action

    def _param_model(self) -> str:
        return str(self.subject.model._meta.label_lower)

    def _param_kind(self) -> str:
        return self._place.target.kind

    def _param_features(self) -> list[str]:
        return [feature for feature in self._place.target.features or () if feature != OWN_FEATURE]

    def _param_multiline(self) -> bool:
        return self._place.target.multiline

    def _param_max_length(self) -> int | None:
        return self._place.target.max_length

    def _param_label(self) -> str:
        return self._place.target.label

    def _param_role(self) -> str:
        return self._place.target.role

    def _param_use(self) -> str:
        return use_of(self._place)

    def _param_selected(self) -> bool:
        return bool(self.told.get("selected"))

    def _param_options(self) -> int:
        return int(self.told.get("options", 1))

    def _param_source(self) -> str:
        return self._stored("source")

    def _param_earlier(self) -> str:
        return self._stored("earlier")

    def _param_content_language(self) -> str:
        return self.subject.language

    def _param_page_title(self) -> str:
        typed = next((target.value for target in self._form if target.path == "title"), "")
        is_there = self.subject.instance is not None and not is_private(self.subject.model, "title")
        return typed or (title_of(self.subject.instance) if is_there else "")

    def _param_page_text(self) -> str:
        """The other texts of the form, from its top, as far as they may be read at once."""
        others = (target for target in self._form if target.path not in ("title", self._text("path")))
        texts = (plain_text(target.value) if target.kind == "rich" else target.value for target in others)
        most: int = conf.get("MAX_SOURCE_CHARS")
        return "\n\n".join(text.strip() for text in texts)[:most]

    def _param_parent(self) -> str:
        return str(self.subject.parent.pk) if self.subject.parent is not None else ""

    def _param_texts(self) -> list[dict[str, Any]]:
        return [
            {
                "path": target.path,
                "label": target.label,
                "role": target.role,
                "html" if target.kind == "rich" else "plain": target.value,
                "features": [feature for feature in target.features or () if feature != OWN_FEATURE],
                "multiline": target.multiline,
                "max_length": target.max_length,
            }
            for target in self._form
        ]

    def _param_hosts(self) -> list[str]:
        asked = self._places.get(self._text("place"))
        source = [self._stored("source")] if asked and asked.target.kind == "rich" else []
        return known_hosts([*source, *(target.value for target in self._form if target.kind == "rich")])

    def withheld(self) -> list[str]:
        """The labels of what in the open form is private and has words: it is sent to nobody. Raises: ``TooLong``."""
        return list(dict.fromkeys(target.label for target in self._texts if target.private))

    @cached_property
    def _form(self) -> list[TextTarget]:
        """The texts of the open form that have words, without private ones. Raises: ``TooLong``."""
        return [target for target in self._texts if not target.private]

    @cached_property
    def _texts(self) -> list[TextTarget]:
        if not self._text("form"):
            return []
        try:
            data = QueryDict(self._text("form"))
        except TooManyFieldsSent:
            raise TooLong(TOO_BIG) from None
        subject = self.subject
        form = OpenForm(subject.draft, subject.user, data=data, files={})
        content = form.content(form.shape)
        targets = text_targets(subject.model, content, user=subject.user)
        return [target for target in targets if has_words(target)]

    def _stored(self, name: str) -> str:
        """A text as the database would hold it: plain, or HTML from the editor's content state."""
        given = self.told.get(name) or ""
        place = self._places.get(self._text("place"))
        is_rich = place is not None and place.target.kind == "rich"
        if isinstance(given, str):
            return paragraphs(given, self._param_features()) if is_rich and given else given
        if not (isinstance(given, dict) and is_rich):
            raise InvalidInput(WRONG_TYPE, name=name)
        return _html(given, self._param_features())

    @cached_property
    def _places(self) -> Mapping[str, Place]:
        return places_of(self.subject.model, user=self.subject.user)

    def _text(self, name: str) -> str:
        return str(self.told.get(name, ""))


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        found = json.loads(request.body)
    except RequestDataTooBig:
        raise TooLong(TOO_BIG) from None
    except (ValueError, RecursionError):
        raise InvalidInput(NOT_JSON) from None
    if not isinstance(found, dict):
        raise InvalidInput(NOT_JSON)
    return found


def _html(state: Mapping[str, Any], features: list[str]) -> str:
    """Raises: ``InvalidInput`` for what is no content state."""
    try:
        return str(ContentstateConverter(features).to_database_format(json.dumps(state)))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        raise InvalidInput(NOT_CONTENT) from None
