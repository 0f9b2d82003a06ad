"""What the editor's menu offers for one text: the actions of ``assist``, and where each makes sense.

Plain data that both the menu and the function read, so that nothing is offered that the function would refuse.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from wagtail_ai_content.core.text import gettext_noop

Kind = Literal["plain", "rich"]
Use = Literal["text", "title", "seo_title", "search_description"]
Needs = Literal["", "tone", "language", "instruction"]
Situation = Literal["selection", "text", "empty"]

EVERY_USE: Final[tuple[Use, ...]] = ("text", "title", "seo_title", "search_description")
HEADING_FEATURES: Final = frozenset({"h2", "h3", "h4"})
"""Of the headings a field may have, those that a model may write."""
LIST_FEATURES: Final = frozenset({"ul", "ol"})


@dataclass(frozen=True, kw_only=True)
class Action:
    """One thing to ask for."""

    name: str
    label: str
    """English; to be translated with ``gettext`` where it is shown."""
    icon: str
    """Of Wagtail's own."""
    group: str
    """``change``, ``shape``, ``write`` or ``ask``: neighbours in the menu."""
    needs: Needs = ""
    """What must be said first."""
    when: tuple[Situation, ...] = ("selection", "text")
    """``selection``; ``text``: the place has words; ``empty``: it has none."""
    kinds: tuple[Kind, ...] = ("plain", "rich")
    uses: tuple[Use, ...] = EVERY_USE
    room: Literal["any", "long", "short"] = "any"
    """``long``: only where a text of several lines may stand; ``short``: only where it may not, or is a title or the
    like."""
    features: frozenset[str] = frozenset()
    """Rich text features of which the place must have at least one; none needed when empty."""
    reads_page: bool = False
    """Whether the other texts of the form, without private ones, are sent along."""


@dataclass(frozen=True, kw_only=True)
class Tone:
    """One way a text may sound."""

    value: str
    label: str
    """English; to be translated with ``gettext``."""
    meaning: str
    """What the model is told."""


ACTIONS: Final[tuple[Action, ...]] = (
    Action(name="improve", label=gettext_noop("Improve"), icon="edit", group="change"),
    Action(name="fix", label=gettext_noop("Fix spelling and grammar"), icon="check", group="change"),
    Action(name="shorten", label=gettext_noop("Make shorter"), icon="collapse-up", group="change"),
    Action(
        name="expand",
        label=gettext_noop("Make longer"),
        icon="collapse-down",
        group="change",
        uses=("text", "search_description"),
    ),
    Action(name="simplify", label=gettext_noop("Use simpler words"), icon="glasses", group="change"),
    Action(name="tone", label=gettext_noop("Change the tone"), icon="sliders", group="change", needs="tone"),
    Action(name="translate", label=gettext_noop("Translate"), icon="globe", group="change", needs="language"),
    Action(
        name="summarise",
        label=gettext_noop("Summarise"),
        icon="clipboard-list",
        group="shape",
        uses=("text",),
        room="long",
    ),
    Action(
        name="list",
        label=gettext_noop("Turn into a list"),
        icon="list-ul",
        group="shape",
        kinds=("rich",),
        features=LIST_FEATURES,
    ),
    Action(
        name="headings",
        label=gettext_noop("Divide with headings"),
        icon="title",
        group="shape",
        kinds=("rich",),
        features=HEADING_FEATURES,
    ),
    Action(
        name="continue",
        label=gettext_noop("Continue writing"),
        icon="arrow-right",
        group="write",
        when=("text",),
        uses=("text",),
        room="long",
    ),
    Action(
        name="write",
        label=gettext_noop("Write from a brief"),
        icon="draft",
        group="write",
        needs="instruction",
        when=("empty",),
        reads_page=True,
    ),
    Action(
        name="suggest",
        label=gettext_noop("Suggest"),
        icon="tasks",
        group="write",
        when=("text", "empty"),
        kinds=("plain",),
        room="short",
        reads_page=True,
    ),
    Action(name="ask", label=gettext_noop("Ask for something else"), icon="comment", group="ask", needs="instruction"),
)
"""In the order of the menu."""

TONES: Final[tuple[Tone, ...]] = (
    Tone(value="friendly", label=gettext_noop("Friendlier"), meaning="friendlier and warmer, without gushing"),
    Tone(value="professional", label=gettext_noop("More professional"), meaning="more professional and businesslike"),
    Tone(value="neutral", label=gettext_noop("More neutral"), meaning="neutral and factual, without judgements"),
    Tone(value="confident", label=gettext_noop("More confident"), meaning="more confident and direct"),
    Tone(value="lively", label=gettext_noop("Livelier"), meaning="livelier and more vivid, without exaggeration"),
    Tone(value="formal", label=gettext_noop("More formal"), meaning="more formal, in full sentences"),
    Tone(value="plain", label=gettext_noop("Plainer"), meaning="plainer, without jargon or figures of speech"),
)


def action_named(name: str) -> Action | None:
    return next((action for action in ACTIONS if action.name == name), None)


def tone_named(value: str) -> Tone | None:
    return next((tone for tone in TONES if tone.value == value), None)


def for_place(
    *,
    kind: str,
    use: str = "text",
    multiline: bool = False,
    features: Collection[str] | None = None,
    only: Collection[str] | None = None,
) -> list[Action]:
    """The actions that make sense for a place, in the order of the menu.

    ``kind``, ``use``, ``multiline`` and ``features`` as of its text (``TextTarget``); ``only``: the names that the
    site allows there, None for all.
    """
    long = use == "text" and (multiline or kind == "rich")
    return [
        action
        for action in ACTIONS
        if kind in action.kinds
        and use in action.uses
        and action.room in ("any", "long" if long else "short")
        and (not action.features or action.features.intersection(features or ()))
        and (only is None or action.name in only)
    ]
