"""A whole piece of rich text for a model that may give it another structure, and the way back.

Where :mod:`.richtext` keeps each unit in its form, here a paragraph may become a list and a heading may come between.
So blocks lose their keys; links get their own tags back by number, and what is not text (images, embeds, rules) is
never lost: where an answer leaves it out, it is put back at its relative place.

A model sees no markup but what it may write itself. Other inline tags of the source are not shown to it and not in the
result; a browser carries them over with the words that survive, and so it does with a link that lost its number.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .flat import flat
from .markup import Tag, pieces, visible
from .richtext import BLOCKS, INLINE, links_in, plain_text, split

ATOMS = frozenset({"embed", "img", "hr"})
"""What stands for itself and has no words."""
_REF = re.compile(r"ref:([0-9]+)")
_EMPTY = re.compile(r"<(a|b|strong|i|em|s|sub|sup|code)(?:\s[^<>]*)?></\1>")
_BLANK = re.compile(r"<p(?:\s[^<>]*)?></p>")


@dataclass(frozen=True, kw_only=True)
class ProtectedFragment:
    """What a model may see of a fragment."""

    html: str
    """No attributes; each link is ``<a href="ref:N">``, each image or embed a paragraph of such a link, N from 1."""
    refs: tuple[str, ...]
    """The opening tags of links, and the whole tags of images and embeds, that ``ref:1``, ``ref:2``, … stand for."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A top-level piece of an answer."""

    html: str
    atom: bool
    """An image, an embed or a rule, byte for byte as in the source."""


@dataclass(frozen=True, kw_only=True)
class RestoredFragment:
    """A model's answer with the links and the images of the source."""

    parts: tuple[Part, ...]
    put_back: tuple[str, ...]
    """What the answer had left out, as ``plain_text`` names it (``[image: a boat]``; empty for a rule)."""
    lost_links: tuple[str, ...]
    """Words of links that are in the answer neither as a link nor as words."""


def protect_fragment(html: str, *, refs: Sequence[str] = ()) -> ProtectedFragment:
    """What a model may see of ``html``. ``refs``: of another version of it, so that the same link has its number."""
    free: defaultdict[tuple[str, ...], deque[int]] = defaultdict(deque)
    for number, ref in enumerate(refs, 1):
        free[_identity(ref)].append(number)
    found = list(refs)

    def number_of(source: str) -> int:
        if known := free[_identity(source)]:
            return known.popleft()
        found.append(source)
        return len(found)

    shown: list[str] = []
    depth = 0
    for piece in pieces(html):
        if isinstance(piece, str):
            shown.append(piece)
        elif piece.name in ATOMS - {"hr"}:
            link = f'<a href="ref:{number_of(piece.source)}">{plain_text(piece.source)}</a>'
            shown.append(link if depth else f"<p>{link}</p>")
        elif piece.name == "a" and not piece.closing:
            shown.append(f'<a href="ref:{number_of(piece.source)}">')
        else:
            shown.append(_bare(piece))
            depth += (-1 if piece.closing else 1) if piece.name in BLOCKS else 0
    return ProtectedFragment(html="".join(shown), refs=tuple(found))


def restore_fragment(reply: str, *, source: str, protected: ProtectedFragment) -> RestoredFragment:
    """A model's HTML for ``source`` (already cleaned) with its links, and with all that has no words."""
    parts = list(_parts(reply, protected.refs, blanks=has_blanks(source)))
    parts, put_back = _completed(parts, list(_units(source)))
    text = _words("".join(part.html for part in parts))
    kept = {_REF.fullmatch(href) for href, _ in links_in(reply)}
    numbers = {int(match[1]) for match in kept if match}
    own = [(int(href[4:]), words) for href, words in links_in(protected.html) if _is_link(href, protected.refs)]
    lost = [words for number, words in own if number not in numbers and _words(words) not in text]
    return RestoredFragment(parts=tuple(parts), put_back=tuple(put_back), lost_links=tuple(dict.fromkeys(lost)))


def has_blanks(html: str) -> bool:
    """Whether somebody parted paragraphs with empty ones."""
    return bool(_BLANK.search(html))


def _identity(source: str) -> tuple[str, ...]:
    """The same for two spellings of one tag."""
    return tuple(sorted(source.strip("<>/ ").split()))


def _bare(tag: Tag) -> str:
    if tag.name not in BLOCKS | INLINE | {"hr"}:
        return ""
    return f"</{tag.name}>" if tag.closing else f"<{tag.name}/>" if tag.void else f"<{tag.name}>"


def _is_link(href: str, refs: Sequence[str]) -> bool:
    return refs[int(href[4:]) - 1].startswith("<a")


def _words(html: str) -> str:
    return " ".join(visible(html).split()).casefold()


# --- restoring


def _parts(html: str, refs: Sequence[str], *, blanks: bool) -> Iterator[Part]:
    """The top-level pieces of ``html``; an atom inside a block divides it."""
    used: set[int] = set()
    run: list[str] = []
    open_tags: list[tuple[str, str]] = []
    skipping = False
    for piece in pieces(html):
        if skipping:
            skipping = isinstance(piece, str) or not (piece.closing and piece.name == "a")
            continue
        atom = "<hr/>" if isinstance(piece, Tag) and piece.name == "hr" else ""
        number = _number(piece)
        if number and not refs[number - 1].startswith("<a"):
            skipping = True
            atom = "" if number in used else refs[number - 1]
        if atom or skipping:
            used.add(number)
            if atom:
                yield from _divided(run, blanks=blanks)
                yield Part(html=atom, atom=True)
                # What stands in no element becomes a paragraph, but nothing does not.
                run = [source for name, source in open_tags if name != "p"]
        elif isinstance(piece, str):
            run.append(piece)
        else:
            # Wagtail reads no “<br>”, only “<br/>”.
            run.append(refs[number - 1] if number else f"<{piece.name}/>" if piece.void else piece.source)
            _follow(open_tags, piece, run[-1])
    yield from _divided(run, blanks=blanks)


def _number(piece: Tag | str) -> int:
    """Of the reference that an opening link is; 0 for anything else."""
    if isinstance(piece, str) or piece.name != "a" or piece.closing:
        return 0
    match = _REF.fullmatch(piece.get("href") or "")
    return int(match[1]) if match else 0


def _follow(open_tags: list[tuple[str, str]], tag: Tag, source: str) -> None:
    if tag.void:
        return
    if not tag.closing:
        open_tags.append((tag.name, source))
    elif open_tags and open_tags[-1][0] == tag.name:
        open_tags.pop()


def _divided(run: Sequence[str], *, blanks: bool) -> Iterator[Part]:
    """The blocks of a run, of which some may be open at its begin or end."""
    html, before = "".join(run), ""
    while before != html:
        before, html = html, _EMPTY.sub("", html)
    yield from (Part(html=block, atom=False) for block in flat(html, blanks=blanks))


def _units(source: str) -> Iterator[Part]:
    """The top-level pieces of the source, atoms inside a block after it."""
    for unit in split(source):
        inner = [piece.source for piece in pieces(unit.source) if isinstance(piece, Tag) and piece.name in ATOMS]
        if visible(unit.source).strip():
            yield Part(html=unit.source, atom=False)
        yield from (Part(html=atom, atom=True) for atom in inner)


# --- putting back


def _completed(parts: list[Part], source: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """``parts`` with the atoms of the ``source`` that are not among them, and what these are."""
    shares = _shares(source)
    places = _matched(parts, source, shares)
    result, put_back = list(parts), []
    for index, part in enumerate(source):
        if not part.atom or index in places:
            continue
        at = _place(result, shares[index], after=_last(places, index), before=_first(places, index))
        result.insert(at, part)
        places = {known: place + (place >= at) for known, place in places.items()} | {index: at}
        put_back.append(plain_text(part.html))
    return result, put_back


def _shares(parts: Sequence[Part]) -> list[float]:
    """How much of all words stands before each part, from 0 to 1; one number more for the end."""
    lengths = [0 if part.atom else len(visible(part.html)) for part in parts]
    whole = sum(lengths) or 1
    return [before / whole for before in accumulate(lengths, initial=0)]


def _matched(parts: Sequence[Part], source: Sequence[Part], shares: Sequence[float]) -> dict[int, int]:
    """Which atom of the source stands where in ``parts``; of several alike (rules), the nearest in relative place."""
    own = _shares(parts)
    free = {index for index, part in enumerate(source) if part.atom}
    found: dict[int, int] = {}
    for place, part in enumerate(parts):
        alike = [index for index in free if part.atom and _identity(source[index].html) == _identity(part.html)]
        if alike:
            nearest = min(alike, key=lambda index: (abs(shares[index] - own[place]), index))
            found[nearest] = place
            free.discard(nearest)
    return found


def _last(places: dict[int, int], index: int) -> int:
    """The first place behind all that comes before in the source."""
    return max((place + 1 for known, place in places.items() if known < index), default=0)


def _first(places: dict[int, int], index: int) -> int | None:
    return min((place for known, place in places.items() if known > index), default=None)


def _place(parts: Sequence[Part], share: float, *, after: int, before: int | None) -> int:
    """Where something goes that had so much of the words before it, between its neighbours if they kept their order."""
    last = len(parts) if before is None else before
    choices = range(after, last + 1) if after <= last else range(len(parts) + 1)
    own = _shares(parts)
    return min(choices, key=lambda place: abs(own[place] - share))
