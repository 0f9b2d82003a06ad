"""Panels with which a model says what may be asked of AI in a field.

::

    from wagtail_ai_content.panels import AIFieldPanel

    content_panels = [
        AIFieldPanel("title", ai_actions=["suggest", "fix"]),
        AIFieldPanel("legal_note", ai=False),
    ]
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wagtail.admin.panels import FieldPanel

__all__ = ["AIFieldPanel"]


class AIFieldPanel(FieldPanel):  # type: ignore[misc]  # Wagtail ships no types
    """A ``FieldPanel`` that narrows what AI is offered for its field.

    Fields in plain panels are offered everything that makes sense for them; what is listed here can only be less. It
    says nothing about work in the background: for that, and for texts that must never leave the site, see ``FIELDS``.

    Args:
        ai: False to offer nothing.
        ai_actions: Names of the actions to offer; None for all, see “Actions of the editor” in the reference.
    """

    def __init__(
        self, field_name: str, *args: Any, ai: bool = True, ai_actions: Iterable[str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(field_name, *args, **kwargs)
        self.ai = ai
        self.ai_actions = None if ai_actions is None else tuple(ai_actions)

    def clone_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().clone_kwargs()
        return {**kwargs, "ai": self.ai, "ai_actions": self.ai_actions}
