"""Work on texts that are there: which of a page's texts are meant, the request for edits, the answer."""

from __future__ import annotations

from collections.abc import Sequence

from wagtail_ai_content.core.engine.function import Parsed, Prepared, Task
from wagtail_ai_content.core.engine.schema import ReplySchema
from wagtail_ai_content.core.errors import NothingToWorkOn

from .base import OpenPage, WritingFunction, allowed_hosts, remark
from .targets import TITLE_FIELDS, TextTarget
from .units import Edits, Piece, apply, select

SWEPT_ROLES = ("prose", "heading")


def swept(targets: Sequence[TextTarget]) -> list[TextTarget]:
    """The texts that work on a whole page may touch: its prose and headings.

    Titles have functions of their own. Quotations are somebody else's words, and labels (names, captions, buttons) are
    rarely meant: both are changed only when they are named.
    """
    usable = [target for target in targets if target.writable and target.path not in TITLE_FIELDS]
    return [target for target in usable if target.role in SWEPT_ROLES]


def prepared_edits(
    function: WritingFunction, opened: OpenPage, targets: Sequence[TextTarget], *, task: Task, named: str = ""
) -> Prepared:
    """A request for edits of ``targets``, those of the place ``named`` or of the whole page.

    ``parsed_edits`` reads the answer. Raises: ``TooLong``, ``NothingToWorkOn``.
    """
    # First what refuses a page that is too long, before anything takes its text apart.
    context = opened.context(focus=targets if named else ())
    selection = select(targets, headings=task.payload.get("headings", False), named=named)
    if not selection.open:
        raise NothingToWorkOn(title=opened.page.get_admin_display_title())
    notes = {"mode": "revise", "pieces": selection.notes(), "hosts": opened.link_hosts()}
    return function.prepared(opened, context, task=task, units=selection.variables, notes=notes)


def parsed_edits(text: str, prepared: Prepared) -> Parsed:
    """Raises: ``MalformedReply``."""
    reply = ReplySchema(Edits).parse(text)
    pieces = [Piece.from_json(piece) for piece in prepared.notes["pieces"]]
    done = apply(reply.edits, pieces, base=prepared.base or {}, allowed_hosts=allowed_hosts(prepared))
    return Parsed(changes=done.changes, warnings=(*remark(reply.note), *done.warnings), count=done.count)
