"""The rules of a rule set, as blocks that are checked when they are saved."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_ai_content.core.guardrails.check import Action
from wagtail_ai_content.core.guardrails.patterns import Unusable, compiled, phrases

MOST_PHRASES: Final = 500
"""In one rule: more of them no longer fit into what a pattern may take, and would be slow."""

TOO_MANY = _("These are more than 500 lines. Put the others into a rule of their own.")
UNUSABLE = _("This cannot be used: %(reason)s.")
UNUSABLE_LINE = _("Line %(line)s (“%(words)s”) cannot be used: %(reason)s.")

ACTIONS: Final = (
    (Action.BLOCK.value, _("Block: it is not sent, or not used")),
    (Action.REVIEW.value, _("Hold: a reviewer decides first")),
    (Action.WARN.value, _("Warn: the person is told")),
)
STAGES: Final = (
    ("both", _("In what is sent to a model, and in its answers")),
    ("request", _("In what is sent to a model")),
    ("reply", _("In a model's answers")),
)
LABELS: Final[dict[str, dict[str, Any]]] = {"action": dict(ACTIONS), "stage": dict(STAGES)}


class _RuleBlock(blocks.StructBlock):  # type: ignore[misc]  # Wagtail ships no types
    """What both kinds of rules have."""

    category = blocks.CharBlock(
        label=_("What it is"), max_length=100, help_text=_("A few words that people are told: a competitor's name.")
    )
    action = blocks.ChoiceBlock(label=_("What happens"), choices=ACTIONS, default=Action.BLOCK.value)
    stage = blocks.ChoiceBlock(label=_("Where it is looked for"), choices=STAGES, default="both")
    advice = blocks.CharBlock(
        label=_("Advice"), required=False, max_length=255, help_text=_("Told to whoever meets the rule.")
    )

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        told = [(block.label, _in_words(name, value[name])) for name, block in self.child_blocks.items()]
        return {**context, "lines": [(label, words) for label, words in told if words]}

    class Meta:
        template = "wagtail_ai_content/guardrails/rule.html"


class PhrasesBlock(blocks.TextBlock):  # type: ignore[misc]
    """One word or phrase on each line."""

    def clean(self, value: Any) -> str:
        lines = lines_of(super().clean(value))
        if len(lines) > MOST_PHRASES:
            raise ValidationError(TOO_MANY)
        problems = [problem for number, line in enumerate(lines, start=1) if (problem := _problem(number, line))]
        if problems:
            raise ValidationError(problems)
        try:
            phrases(lines)
        except Unusable as unusable:
            raise ValidationError(UNUSABLE, params={"reason": in_words(unusable)}) from None
        return "\n".join(lines)


class PatternBlock(blocks.CharBlock):  # type: ignore[misc]
    """A regular expression that RE2 can use."""

    def clean(self, value: Any) -> str:
        pattern: str = super().clean(value)
        try:
            compiled(pattern)
        except Unusable as unusable:
            raise ValidationError(UNUSABLE, params={"reason": in_words(unusable)}) from None
        return pattern


class WordsRule(_RuleBlock):
    """Words and phrases."""

    phrases = PhrasesBlock(
        label=_("Words and phrases"),
        rows=4,
        help_text=_(
            "One on each line. Capitals do not matter. Whole words are found; an asterisk at the end stands for any "
            "ending: casino*."
        ),
    )

    class Meta:
        label = _("Words")
        icon = "list-ul"
        label_format = "{category}"


class PatternRule(_RuleBlock):
    """A pattern."""

    pattern = PatternBlock(
        label=_("Pattern"),
        max_length=1000,
        help_text=_(
            "A regular expression in RE2's syntax: order no\\. \\d{4}. Capitals do not matter. A pattern holds a "
            "streamed answer back until all of it was looked at."
        ),
    )

    class Meta:
        label = _("Pattern")
        icon = "code"
        label_format = "{category}"


class RulesBlock(blocks.StreamBlock):  # type: ignore[misc]
    """The rules of a set."""

    words = WordsRule()
    pattern = PatternRule()


def lines_of(value: str) -> list[str]:
    """What is on the lines, without empty ones and repeats."""
    return list(dict.fromkeys(line.strip() for line in value.splitlines() if line.strip()))


def _in_words(name: str, value: Any) -> Any:
    """What a field of a rule says, to those who do not see its form."""
    return LABELS.get(name, {}).get(value, value)


def in_words(unusable: Unusable) -> str:
    """Why a rule cannot be used, in the reader's language."""
    reason = gettext(unusable.text.template)
    return reason % dict(unusable.text.params) if unusable.text.params else reason


def _problem(number: int, line: str) -> ValidationError | None:
    try:
        phrases([line])
    except Unusable as unusable:
        return ValidationError(UNUSABLE_LINE, params={"line": number, "words": line[:40], "reason": in_words(unusable)})
    return None
