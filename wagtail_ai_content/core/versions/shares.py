"""How much of a content is an AI's: for the whole, for each field and block, for each text.

Never here: whose a single word is (``attribution``), where the texts of a content are (``passages``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .attribution import PERSON, Entry, attribute, by_a_person, by_author, count, cut, runs_of, words, write
from .passages import Part, Passage

Kind = Literal["ai", "mixed", "human"]

MOSTLY: Final = 0.9
"""From this part of the words on a text is called the AI's, so that a corrected slip does not change its name."""
MEMORY: Final = 20
"""How many generations are remembered for one place."""
PASSAGE: Final = 6
"""Words in a row by which a text is known again at another place."""

Origins = Mapping[str, tuple[Entry, ...]]
"""What AIs wrote, by place, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """An AI's part in a text, a block, a field or a whole page."""

    kind: Kind
    of_text: float
    """Which part of the words now there an AI wrote, 0 to 1."""
    surviving: float
    """Which part of the words an AI wrote here is still there, 0 to 1."""
    generations: tuple[str, ...]
    """The generations with words in it, the one with most of them first."""
    path: str = ""
    """Where it is in the content; empty for the whole."""

    def as_json(self) -> dict[str, Any]:
        """Shares in hundredths, so that typing a word seldom makes another value."""
        return {
            "kind": self.kind,
            "of_text": _hundredths(self.of_text),
            "surviving": _hundredths(self.surviving),
            "generations": list(self.generations),
            "path": self.path,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Share:
        return cls(**{**data, "generations": tuple(data["generations"])})


HUMAN: Final = Share(kind="human", of_text=0.0, surviving=0.0, generations=())
"""Not a word by an AI, as far as is known."""


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What an AI's part in a content is."""

    whole: Share = HUMAN
    parts: Mapping[str, Share] = field(default_factory=dict)
    """By key of a field, block or place; only what holds a word by an AI."""

    def as_json(self) -> dict[str, Any]:
        if self.whole.kind == "human":
            return {}
        return {"whole": self.whole.as_json(), "parts": {key: part.as_json() for key, part in self.parts.items()}}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Survey:
        if not data:
            return cls()
        parts = {key: Share.from_json(part) for key, part in data["parts"].items()}
        return cls(whole=Share.from_json(data["whole"]), parts=parts)


def survey(texts: Mapping[str, Passage], origins: Origins) -> Survey:
    """Whose words the ``texts`` of a content (by place) hold."""
    again = _known_again(texts, origins)
    whole, parts = _Tally(path=""), dict[str, _Tally]()
    for place, passage in texts.items():
        entries = origins.get(place) or again.get(place, ())
        attribution = attribute(passage.text, entries) if entries else None
        authors = by_author(attribution.authors) if attribution else Counter({PERSON: count(passage.text)})
        for tally in (whole, *(_tally(parts, part) for part in passage.parts)):
            tally.authors.update(authors)
            if attribution:
                tally.there += attribution.there
                tally.written += attribution.written
    whole.written += sum(entries[-1].written for place, entries in origins.items() if place not in texts and entries)
    shares = {key: tally.share() for key, tally in parts.items()}
    ours = {key: share for key, share in shares.items() if share.kind != "human"}
    return Survey(whole=whole.share(), parts=ours)


def written(
    before: Mapping[str, Passage],
    after: Mapping[str, Passage],
    *,
    proposed: Mapping[str, Passage],
    generation: str,
    origins: Origins,
) -> Origins:
    """``origins`` with what ``generation`` wrote from ``before`` to ``after``; ``proposed`` is the AI's own text.

    A text that it left alone and quoted elsewhere is remembered as a person's.
    """
    changed = {place for place, now in after.items() if place not in before or before[place].text != now.text}
    again = _known_again({place: before[place] for place in changed if place in before}, origins)
    result = dict(origins)
    for place in changed:
        old = before[place].text if place in before else ""
        entries = tuple(origins.get(place) or again.get(place, ()))
        suggestion = proposed[place].text if place in proposed else None
        entry = write(after[place].text, generation=generation, old=old, entries=entries, proposed=suggestion)
        if entry:
            result[place] = (*entries, entry)[-MEMORY:]
    kept = {place: now for place, now in after.items() if place not in changed}
    quoted = _known_again(kept, result).keys() - _known_again(kept, origins).keys()
    return {**result, **{place: (by_a_person(kept[place].text),) for place in quoted}}


def _known_again(texts: Mapping[str, Passage], origins: Origins) -> Origins:
    """Entries for texts of places where no AI is known to have written, made mostly of its words at another place.

    As in a copy of a block, or in the second half of one that was split, also when it has been edited since.
    """
    strange = {
        place: runs
        for place, passage in texts.items()
        if place not in origins and (runs := set(runs_of(words(passage.text), PASSAGE)))
    }
    entries = [entry for known in origins.values() for entry in reversed(known)]
    holders = _holders(entries, set().union(*strange.values()))
    found: dict[str, tuple[Entry, ...]] = {}
    for place, runs in strange.items():
        shared = Counter(number for run in runs for number in holders.get(run, ()))
        if not shared:
            continue
        nearest = max(shared, key=lambda number: (shared[number], not entries[number].written, -number))
        if part := cut(entries[nearest], texts[place].text):
            found[place] = (part,)
    return found


def _holders(entries: Sequence[Entry], wanted: Collection[tuple[str, ...]]) -> dict[tuple[str, ...], list[int]]:
    """In which of ``entries``, by number, each of the ``wanted`` runs of words stands."""
    holders: dict[tuple[str, ...], list[int]] = {}
    if wanted:
        for number, entry in enumerate(entries):
            for run in set(runs_of(words(entry.text), PASSAGE)).intersection(wanted):
                holders.setdefault(run, []).append(number)
    return holders


@dataclass
class _Tally:
    path: str
    authors: Counter[str] = field(default_factory=Counter)
    there: int = 0
    written: int = 0

    def share(self) -> Share:
        ours = {author: number for author, number in self.authors.items() if author != PERSON}
        if not ours:
            return HUMAN
        of_text = sum(ours.values()) / self.authors.total()
        return Share(
            kind="ai" if of_text >= MOSTLY else "mixed",
            of_text=of_text,
            surviving=self.there / self.written if self.written else 0.0,
            generations=tuple(sorted(ours, key=lambda author: (-ours[author], author))),
            path=self.path,
        )


def _tally(tallies: dict[str, _Tally], part: Part) -> _Tally:
    if part.key not in tallies:
        tallies[part.key] = _Tally(path=part.path)
    return tallies[part.key]


def _hundredths(share: float) -> float:
    """Rounded, but all and nothing stay what they are."""
    return share if share in (0.0, 1.0) else min(max(round(share, 2), 0.01), 0.99)
