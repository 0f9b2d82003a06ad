"""The contract of an AI function: what a site can ask for.

A function never holds state between its methods. What ``prepare`` returns is stored with the job as plain data, so
that a job whose worker was killed goes on from ``parse_response`` in another process.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..text import Text, gettext_noop
from .phases import Phase
from .schema import ReplySchema


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a job is about."""

    content_type: str
    """``app_label.model`` of the specific model."""
    object_id: str
    label: str = ""
    """Its title when the job was made."""
    path: str = ""
    """A place inside it: a field name, or a field name, block ids and struct keys joined by dots; empty for all."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """One request as a function sees it."""

    function: str
    payload: Mapping[str, Any]
    """The parameters as given, e.g. ``{"instruction": "shorter"}``; plain JSON data."""
    target: Target | None
    user_id: str | None
    site_id: int | None
    job_id: str = ""
    wants: frozenset[str] | None = None
    """The variables that its prompt uses, so that nothing is read for others; None when that is not known."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """What ``prepare`` found: plain JSON data only, stored with the job."""

    variables: Mapping[str, Any]
    """What the prompt template may use."""
    base: Mapping[str, Any] | None = None
    """The target's content (Wagtail's ``serializable_data()``) as it was read, the base of any later merge."""
    notes: Mapping[str, Any] = field(default_factory=dict)
    """What the later phases need and the prompt must not see, e.g. the texts as they were by place."""

    def as_json(self) -> dict[str, Any]:
        """Without ``base``, which has a place of its own on the job."""
        return {"variables": dict(self.variables), "notes": dict(self.notes)}


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """A reply that was understood: plain JSON data only, stored with the job."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    """New content by place in the target (see ``Target.path``)."""
    value: Any = None
    """The answer of a function which changes nothing, e.g. a summary."""
    warnings: tuple[Text, ...] = ()
    """What a person should know before trusting it."""
    count: int = 1
    """How many things were made, for the progress messages."""
    truncated: bool = False
    """The reply was cut by its length limit: shown for review, never applied by itself."""

    def as_json(self) -> dict[str, Any]:
        return {
            "changes": dict(self.changes),
            "value": self.value,
            "warnings": [warning.as_json() for warning in self.warnings],
            "count": self.count,
            "truncated": self.truncated,
        }


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What ``save_output`` did."""

    outcome: str
    """``revision`` (written as a draft), ``proposal`` (kept for review), ``value`` (an answer) or ``unchanged``."""
    message: Text = field(default_factory=lambda: Text(""))
    reason: str = ""
    """Why it is a proposal: ``changed``, ``locked``, ``workflow``, ``not_allowed``, … ; empty otherwise."""


class AIFunction(ABC):
    """Something a site can ask an AI for.

    Subclass it, give it a ``name``, register an instance or a lazy loader in an ``ai_functions.py`` of any installed
    app, and put a prompt template for it into the app's folder ``ai_prompts``.
    """

    name: str
    """Unique, a Python identifier."""
    version: str = "1"
    """Raised when the meaning of stored ``Prepared`` or ``Parsed`` data changes."""
    prompt: str = ""
    """Name of the shipped prompt; the function's own name when empty."""
    title: str = ""
    """What a person calls it (mark it with ``gettext_noop``)."""
    description: str = ""
    editor_params: tuple[str, ...] = ()
    """What the open editor gives it of the form, by name (see the explanation of the editor). A function with any can
    be asked from there, about any object, saved or not: it reads nothing but its parameters, and its outcome is a
    value. Without any it works on a saved page."""
    max_tokens: int = 2000
    temperature: float | None = 0.3
    messages: Mapping[Phase, str] = {
        Phase.INIT: gettext_noop("Checking the request"),
        Phase.PREP: gettext_noop("Reading the content"),
        Phase.AI_CALL: gettext_noop("Waiting for %(model)s"),
        Phase.PARSE: gettext_noop("Checking the answer"),
        Phase.SAVE: gettext_noop("Saving"),
        Phase.DONE: gettext_noop("Done"),
    }
    """Progress message of each phase; may use ``%(model)s``, ``%(count)s`` and ``%(target)s``."""

    def get_name(self) -> str:
        return self.name

    def get_metadata(self) -> Mapping[str, Any]:
        """Display name, description and the message of each phase."""
        return {
            "display_name": self.title or self.name,
            "description": self.description,
            "phases": {phase.name: self.messages[phase] for phase in Phase},
        }

    def get_max_items(self) -> int | None:
        """How many items one request may name; None for no limit."""
        return None

    def get_model(self, task: Task) -> str | None:
        """A model to use instead of the site's; None for the site's."""
        return None

    @abstractmethod
    def validate(self, task: Task) -> None:
        """INIT: look at the request alone. Raises: ``InvalidInput``."""

    @abstractmethod
    def prepare(self, task: Task) -> Prepared:
        """PREP: read what is needed. Raises: ``InvalidInput``, ``NotAllowed``, ``Gone``, ``TooLong``."""

    @abstractmethod
    def reply_schema(self, prepared: Prepared) -> ReplySchema[Any] | None:
        """The form the reply must have; None for free text."""

    def build_prompt(self, prepared: Prepared) -> Mapping[str, Any]:
        """PREP: the variables for the prompt template; by default all that were prepared."""
        return prepared.variables

    @abstractmethod
    def parse_response(self, text: str, prepared: Prepared) -> Parsed:
        """PARSE: from the cleaned reply to content. Raises: ``MalformedReply``, ``Refused``."""

    @abstractmethod
    def save_output(self, parsed: Parsed, prepared: Prepared, task: Task) -> Saved:
        """SAVE: write it, inside the job's own transaction. Raises: any ``AIError``."""
