"""What can be wrong with a template, in words a content lead understands."""

from __future__ import annotations

from typing import Any

from ..errors import PromptError
from ..text import Text, fill


class Problem(Exception):
    """Found while a template is read or rendered; leaves this package as a :class:`PromptError`."""

    def __init__(self, reason: str, *, line: int = 0, **params: Any) -> None:
        """``reason``: a ``gettext_noop`` template, ``params`` its values; ``line`` is 0 where it is not known yet."""
        super().__init__(fill(reason, params))
        self.text = Text(reason, params)
        self.line = line

    def as_error(self, name: str, *, line: int = 0) -> PromptError:
        """The error for the caller; ``line`` is used where the problem does not know its own."""
        return PromptError(name=name, line=self.line or line or 1, reason=str(self.text), detail=self.text.as_json())


def reason_of(error: PromptError) -> Text:
    """The reason of ``error`` with its values apart, so that it can be shown in the reader's language."""
    detail = error.text.params.get("detail")
    return Text.from_json(detail) if detail else Text("%(reason)s", {"reason": error.reason})
