"""Data about people stays on the site: stand-ins go to the model, and what they stand for comes back in its answer."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import MalformedReply
from ..text import gettext_noop
from .pii import KINDS, REGIONS, find

NOTE: Final = (
    "Words like [[EMAIL_1]] stand for data that does not leave the site. Where the text you write needs one, copy it "
    "exactly as it is, with its number; never make one up."
)
"""What a model is told when there are stand-ins in a request."""
UNKNOWN = gettext_noop("a stand-in that was not in the request")

_STAND_IN = re.compile(rf"\[\[(?:{'|'.join(KINDS)})_\d{{1,6}}\]\]")
_BEGUN = re.compile(r"\[(?:\[[A-Z_0-9]{0,40}\]?)?\Z")
"""What may become a stand-in with what comes next."""


@dataclass(frozen=True, kw_only=True)
class Redacted:
    """Texts without what must stay on the site."""

    texts: tuple[str, ...]
    originals: Mapping[str, str]
    """By stand-in. What only looked like one in the texts stands for itself."""


def redact(texts: Sequence[str], *, kinds: Collection[str], regions: Sequence[str] = REGIONS) -> Redacted:
    """Put stand-ins into ``texts``: the same one for the same data, wherever it stands."""
    stand_ins: dict[str, str] = {}
    names = _Names(texts)

    def stand_in(kind: str, original: str) -> str:
        if original not in stand_ins:
            stand_ins[original] = names.next(kind)
        return stand_ins[original]

    done = []
    for text in texts:
        parts, last = [], 0
        for span in find(text, kinds=kinds, regions=regions):
            parts += [text[last : span.start], stand_in(span.kind, text[span.start : span.end])]
            last = span.end
        done.append("".join((*parts, text[last:])))
    originals = {name: original for original, name in stand_ins.items()}
    return Redacted(
        texts=tuple(done), originals={**{name: name for name in names.taken}, **originals} if originals else {}
    )


def restore(text: str, originals: Mapping[str, str], *, quoted: bool) -> str:
    """An answer with what its stand-ins stand for. ``quoted``: it is JSON, whose strings have escapes of their own.

    Raises: ``MalformedReply`` for a stand-in that was made up; nothing is looked for where there were no stand-ins.
    """
    if not originals:
        return text

    def original(match: re.Match[str]) -> str:
        found = originals.get(match[0])
        if found is None:
            raise MalformedReply(reason=UNKNOWN)
        return json.dumps(found, ensure_ascii=False)[1:-1] if quoted else found

    return _STAND_IN.sub(original, text)


class Restoring:
    """An answer that comes piece by piece, only to be shown: made-up stand-ins are left as they are."""

    def __init__(self, originals: Mapping[str, str]) -> None:
        self._originals = originals
        self._held = ""

    def read(self, piece: str) -> str:
        """What can be shown by now; the beginning of a stand-in waits for its end."""
        if not self._originals:
            return piece
        text = self._held + piece
        begun = _BEGUN.search(text)
        cut = begun.start() if begun else len(text)
        self._held = text[cut:]
        return _STAND_IN.sub(lambda found: self._originals.get(found[0], found[0]), text[:cut])


def stand_ins(text: str) -> Iterator[tuple[int, int]]:
    """Where stand-ins are in a text that was sent."""
    yield from (match.span() for match in _STAND_IN.finditer(text))


class _Names:
    """Stand-ins that are in none of the texts already."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.taken = {match for text in texts for match in _STAND_IN.findall(text)}
        self._last: Counter[str] = Counter()

    def next(self, kind: str) -> str:
        while True:
            self._last[kind] += 1
            name = f"[[{kind}_{self._last[kind]}]]"
            if name not in self.taken:
                return name
