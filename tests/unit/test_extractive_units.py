"""The built-in engine's edits: links survive, tags stay whole, sentences stay verbatim."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.providers.extractive import notes
from wagtail_ai_content.core.providers.extractive.languages import ENGLISH, language_of
from wagtail_ai_content.core.providers.extractive.markup import pieces, plain_text, take_apart
from wagtail_ai_content.core.providers.extractive.material import Unit
from wagtail_ai_content.core.providers.extractive.revise import Revision, revise
from wagtail_ai_content.core.providers.extractive.tidy import tidy

SENTENCES = st.sampled_from(
    [
        "Clay is decomposed rock.",
        "Dry the clay slowly.",
        "It cracks when the wall is thick.",
        "A kiln keeps the heat in.",
        "The the kiln  is hot .",
        "Is the glaze dry?",
        "Pots &amp; mugs sell <b>well</b>.",
        "<i>Never open a hot kiln.</i>",
        "<b>One. Two.</b>",
        "Use <code>x  y</code> here.",
        "A break<br/>in the line.",
    ]
)


@st.composite
def html_units(draw: st.DrawFn) -> list[Unit]:
    units = []
    reference = 0
    for number in range(draw(st.integers(1, 4))):
        blocks = []
        for _ in range(draw(st.integers(1, 3))):
            parts = draw(st.lists(SENTENCES, min_size=1, max_size=6))
            if draw(st.booleans()):
                reference += 1
                linked = f'See <a href="ref:{reference}">the page</a> for more.'
                parts.insert(draw(st.integers(0, len(parts))), linked)
            text = draw(st.sampled_from([" ", "  ", " \n"])).join(parts)
            blocks.append(
                draw(st.sampled_from(["<p>{}</p>", "<ul><li>{}</li></ul>", "<blockquote>{}</blockquote>"])).format(text)
            )
        units.append(unit("".join(blocks), id=f"u{number}"))
    return units


def unit(
    html: str, *, id: str = "u1", plain: bool = False, kind: str = "text", most: int | None = None, lines: bool = True
) -> Unit:
    return Unit(id=id, kind=kind, html=html, plain=plain, max_length=most, multiline=lines)


def revised(html: str, instruction: str, *, plain: bool = False) -> str:
    revision = revise([unit(html, plain=plain)], ENGLISH, instruction=instruction, kind="")
    return revision.edits[0].html if revision.edits else html


def after(units: list[Unit], revision: Revision) -> dict[str, str]:
    return {one.id: one.html for one in units} | {edit.id: edit.html for edit in revision.edits}


class Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.broken = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "br":
            self.broken |= not self.open or self.open.pop() != tag


def is_balanced(html: str) -> bool:
    parser = Balance()
    parser.feed(html)
    parser.close()
    return not parser.open and not parser.broken


@pytest.mark.parametrize("instruction", ["shorten it", "as bullet points", "tidy up", "make it rhyme", ""])
@given(units=html_units())
@settings(deadline=None)
def test_every_link_survives_exactly_once_and_tags_stay_whole(instruction: str, units: list[Unit]) -> None:
    result = after(units, revise(units, ENGLISH, instruction=instruction, kind=""))
    for one in units:
        assert sorted(re.findall(r'"ref:\d+"', result[one.id])) == sorted(re.findall(r'"ref:\d+"', one.html))
        assert is_balanced(result[one.id])
        assert plain_text(result[one.id])


@given(units=html_units())
@settings(deadline=None)
def test_shortening_only_leaves_sentences_out(units: list[Unit]) -> None:
    result = after(units, revise(units, ENGLISH, instruction="shorten", kind=""))
    for one in units:
        before = [piece.html for run in take_apart(one).runs for piece in pieces(run.html, ENGLISH)]
        left = iter(before)
        kept = [piece.html for run in take_apart(unit(result[one.id])).runs for piece in pieces(run.html, ENGLISH)]
        assert all(piece in left for piece in kept), "the pieces are the old ones in their old order"


@given(units=html_units())
@settings(deadline=None)
def test_tidying_twice_changes_nothing_more(units: list[Unit]) -> None:
    for one in units:
        once = tidy(take_apart(one), ENGLISH)
        assert tidy(take_apart(unit(once)), ENGLISH) == once


@given(st.text(alphabet=st.sampled_from("the of a.,;:!? \t\nx3é'中。&<>b/"), max_size=80), st.booleans(), st.booleans())
@settings(deadline=None)
def test_tidying_odd_plain_text_is_idempotent(text: str, plain: bool, lines: bool) -> None:
    once = tidy(take_apart(unit(text, plain=plain, lines=lines)), ENGLISH)
    assert tidy(take_apart(unit(once, plain=plain, lines=lines)), ENGLISH) == once
    assert len(once) <= len(text)


@given(st.text(alphabet=st.sampled_from('aB. \n&;<>/bpliru"=c'), max_size=80), st.sampled_from(["", "en", "de"]))
@settings(deadline=None)
def test_pieces_always_join_to_what_they_were(html: str, code: str) -> None:
    assert "".join(piece.html + piece.space for piece in pieces(html, language_of(code))) == html
    assert "".join(take_apart(unit(html)).parts) == html


@given(units=html_units())
@settings(deadline=None)
def test_shortening_is_deterministic_and_reports_only_changes(units: list[Unit]) -> None:
    first = revise(units, ENGLISH, instruction="shorten", kind="")
    assert first == revise(units, ENGLISH, instruction="shorten", kind="")
    old = {one.id: one.html for one in units}
    assert all(edit.html != old[edit.id] for edit in first.edits)


def test_tidying_repairs_spaces_doubled_words_and_repeated_sentences() -> None:
    html = "<p>The  kiln is in the the shed , and hot .  Never open it above that. Never open it above that.</p>"
    assert revised(html, "tidy") == "<p>The kiln is in the shed, and hot. Never open it above that.</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p>He had had enough of Bora Bora.</p>",
        "<p>Write <code>a  b b ,</code> there.</p>",
        "<p>Ready\xa0! A ratio of 3 : 4 and “quotes” — 'straight' too ...</p>",
        "<p>Yes. No. Yes.</p>",
        "<ul><li>Same item in both lists.</li><li>Same item in both lists.</li></ul>",
    ],
)
def test_tidying_leaves_alone_what_may_be_meant(html: str) -> None:
    assert revise([unit(html)], ENGLISH, instruction="", kind="").edits == ()


def test_french_keeps_the_space_before_its_marks() -> None:
    html = "<p>Est-ce chaud ? Oui !</p>"
    assert revise([unit(html)], language_of("fr"), instruction="tidy", kind="").edits == ()


def test_a_plain_text_keeps_its_line_breaks_and_its_escapes() -> None:
    assert revised("Pots  &amp; mugs\nof of clay", "tidy", plain=True) == "Pots &amp; mugs\nof clay"


def test_a_list_is_made_of_a_paragraphs_sentences() -> None:
    html = '<p>Wash it. See <a href="ref:1">how</a>. <b>Dry it.</b></p><blockquote>One. Two.</blockquote>'
    expected = '<ul><li>Wash it.</li><li>See <a href="ref:1">how</a>.</li><li><b>Dry it.</b></li></ul>'
    assert revised(html, "Turn this into a list") == f"{expected}<blockquote>One. Two.</blockquote>"


def test_a_paragraph_without_a_clean_cut_is_left_alone() -> None:
    html = "<p><b>Wash it. Dry it. Fire it.</b></p>"
    for instruction in ("as bullets", "shorten"):
        assert revise([unit(html)], ENGLISH, instruction=instruction, kind="").edits == ()


def test_headings_lists_and_quotations_are_never_shortened() -> None:
    units = [
        unit("Kilns. And glazes. And pots.", id="h", kind="heading", plain=True),
        unit("<ul><li>Wash it. Rinse it. Dry it.</li></ul><blockquote>I came. I saw. I went.</blockquote>"),
    ]
    assert revise(units, ENGLISH, instruction="shorten", kind="").edits == ()


def test_shortening_keeps_about_half_and_what_a_sentence_leans_on() -> None:
    html = (
        "<p>My aunt likes tea. Her door is red. It opens on the kiln, the clay, the glaze and the wheel. "
        "The kiln fires the clay. The glaze hides the clay. The wheel turns beside the kiln. "
        "My uncle likes rain on the roof.</p>"
    )
    short = plain_text(revised(html, "make it shorter"))
    assert 0.3 * len(plain_text(html)) < len(short) < 0.65 * len(plain_text(html))
    assert "My aunt likes tea. Her door is red. It opens" in short


def test_shortening_reaches_a_texts_limit() -> None:
    html = "Clay is decomposed rock. Dry the clay slowly. A kiln keeps heat in. Cones measure heat."
    edits = revise([unit(html, plain=True, most=30)], ENGLISH, instruction="shorten", kind="").edits
    assert len(edits[0].html) <= 30


@pytest.mark.parametrize(
    ("instruction", "kind", "note"),
    [
        ("Please make it shorter", "", notes.SHORTENED),
        ("", "shorten", notes.SHORTENED),
        ("as a list", "", notes.LISTED),
        ("", "list", notes.LISTED),
        ("", "", notes.TIDIED),
        ("clean up", "", notes.TIDIED),
        ("Do not shorten it, make it rhyme", "", notes.TIDIED_ONLY),
        ("Write it for the mailing list", "", notes.TIDIED_ONLY),
        ("", "simplify", notes.TIDIED_ONLY),
    ],
)
def test_the_note_says_what_was_done(instruction: str, kind: str, note: str) -> None:
    html = "<p>The the kiln is hot. The kiln is in the shed. A cat sits on the roof of it. Cones bend in the kiln.</p>"
    assert revise([unit(html)], ENGLISH, instruction=instruction, kind=kind).note == note


@pytest.mark.parametrize(("instruction", "note"), [("", notes.UNCHANGED), ("make it rhyme", notes.UNCHANGED_ONLY)])
def test_the_note_says_when_nothing_was_done(instruction: str, note: str) -> None:
    assert revise([unit("<p>The kiln is hot.</p>")], ENGLISH, instruction=instruction, kind="").note == note


@given(html_units())
@settings(deadline=None)
def test_an_edit_never_makes_a_text_longer(units: list[Unit]) -> None:
    revision = revise(units, ENGLISH, instruction="shorten", kind="")
    assume(revision.edits)
    old = {one.id: len(plain_text(one.html)) for one in units}
    assert all(len(plain_text(edit.html)) < old[edit.id] for edit in revision.edits)
