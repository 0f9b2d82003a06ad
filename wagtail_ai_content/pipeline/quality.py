"""How good what an AI made of a page is: its new texts, gathered and judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from wagtail_ai_content import conf
from wagtail_ai_content.core.providers.extractive.languages import language_of
from wagtail_ai_content.core.providers.extractive.words import bag, count
from wagtail_ai_content.core.quality.judge import judge
from wagtail_ai_content.core.quality.lengths import LIMITS
from wagtail_ai_content.core.quality.report import WEIGHTS, Sample, Written
from wagtail_ai_content.core.versions.facts.reading import read
from wagtail_ai_content.core.versions.leaves import Leaf, leaves
from wagtail_ai_content.core.versions.shape import ContentShape, RichText, Text

LABEL_WORDS: Final = 15
"""A plain text of fewer words is a heading or a label."""


def weights() -> Mapping[str, float]:
    """How much each criterion counts on this site."""
    return {**WEIGHTS, **conf.get("QUALITY_WEIGHTS")}


def assess(
    base: Mapping[str, Any],
    proposed: Mapping[str, Any],
    *,
    shape: ContentShape,
    language: str,
    alerts: int,
    instruction: str,
) -> dict[str, Any] | None:
    """What ``proposed`` changed in ``base``, judged, as ``core.quality.report`` stores it; None for nothing to judge.

    No query. ``alerts``: facts that were lost or changed.
    """
    texts = tuple(_written(base, proposed, shape))
    sample = Sample(
        texts=texts,
        language=language,
        keywords=_keywords(proposed, language) if _is_new(texts) else (),
        alerts=alerts,
        instruction=instruction,
    )
    return judge(sample, weights()).as_json() if texts else None


def _written(base: Mapping[str, Any], proposed: Mapping[str, Any], shape: ContentShape) -> Iterator[Written]:
    touched = {name: kind for name, kind in shape.items() if base.get(name) != proposed.get(name)}
    before = {leaf.path: leaf.value for leaf in _texts(base, touched)}
    after = list(_texts(proposed, touched))
    labels = sum(not _is_long(leaf) for leaf in after if "." in leaf.path)
    for leaf in after:
        if before.get(leaf.path) != leaf.value:
            rich = isinstance(leaf.shape, RichText)
            yield Written(
                before=read(before.get(leaf.path, ""), rich=rich).text,
                after=read(leaf.value, rich=rich).text,
                long=_is_long(leaf),
                headings=leaf.value.count("</h") + labels,
                wanted=LIMITS.get(leaf.path),
            )


def _texts(content: Mapping[str, Any], shape: ContentShape) -> Iterator[Leaf]:
    for leaf in leaves(content, shape, cells=False):  # which are no prose
        if isinstance(leaf, Leaf) and isinstance(leaf.shape, Text | RichText):
            yield leaf


def _is_long(leaf: Leaf) -> bool:
    return isinstance(leaf.shape, RichText) or count(leaf.value) >= LABEL_WORDS


def _is_new(texts: tuple[Written, ...]) -> bool:
    """Whether it is a new text, or one of those that stand for the whole page."""
    return all(not text.before.strip() or text.wanted for text in texts)


def _keywords(content: Mapping[str, Any], language: str) -> tuple[str, ...]:
    title = content.get("title")
    return bag(title, language_of(language)) if isinstance(title, str) else ()
