"""Three-way merge of rich text: element by element, and inside an element word by word."""

from __future__ import annotations

import pytest

from tests.support.merging import intro, merged
from wagtail_ai_content.core.versions.merge import Conflict

ONE, TWO, THREE = '<p data-block-key="k1">One is here.</p>', "<h2>Two</h2>\n", "<p>Three is <b>bold</b> here.</p>"
ITEMS = "<ul><li>bread</li><li>cheese</li></ul>"


@pytest.mark.parametrize(
    ("ai", "now", "result"),
    [
        ([ONE, "<p>New</p>", TWO, THREE], [ONE, TWO], [ONE, "<p>New</p>", TWO]),
        (["<p>One was here.</p>", TWO, THREE], [ONE, "<p>Mine</p>", TWO, THREE], None),
        ([ONE, TWO, "<p>Three is <b>bold</b> now.</p>"], [ONE, TWO, "<p>Now three is <b>bold</b> here.</p>"], None),
        ([ONE, TWO, "<p>Three is <b>very bold</b> here.</p>"], [ONE, TWO, "<p>Three is <b>bold</b> there.</p>"], None),
        ([ONE.replace("One is", "It is"), TWO, THREE], [ONE.replace("k1", "k9"), TWO, THREE], None),
        ([ONE, THREE], [ONE, TWO, THREE, "<hr/>"], [ONE, THREE, "<hr/>"]),
    ],
)
def test_elements_and_words_of_both_sides(ai: list[str], now: list[str], result: list[str] | None) -> None:
    base = intro(ONE, TWO, THREE)
    outcome = merged(base, intro(*ai), intro(*now))
    assert outcome.conflicts == ()
    expected = {
        1: '<p data-block-key="k1">One was here.</p><p>Mine</p>' + TWO + THREE,
        2: ONE + TWO + "<p>Now three is <b>bold</b> now.</p>",
        3: ONE + TWO + "<p>Three is <b>very bold</b> there.</p>",
        4: '<p data-block-key="k9">It is here.</p>' + TWO + THREE,
    }
    text = outcome.content["intro"]
    assert text == "".join(result) if result else text in expected.values()


@pytest.mark.parametrize(
    ("ai", "now"),
    [
        ("<p>Three are <b>bold</b> here.</p>", "<p>Three was <b>bold</b> here.</p>"),
        ("<p>Three is bold here.</p>", "<p>Three is <b>very bold</b> here.</p>"),
        ('<p>Three is <a href="/x">bold</a> here.</p>', "<p>Three is <b>brave</b> here.</p>"),
        ("<p>Nothing of the kind was ever written anywhere.</p>", "<p>Three is <b>bold</b> there.</p>"),
        ("<h3>Three is <b>bold</b> here.</h3>", "<p>Three is <b>bold</b> there.</p>"),
        ("<p>Three is <b>bold</b> here. More.</p>", "<p>Three is <b>bold</b> here. Else.</p>"),
    ],
)
def test_the_same_words_edited_on_both_sides_are_a_conflict(ai: str, now: str) -> None:
    base = intro(ONE, THREE)
    outcome = merged(base, intro(ONE, ai), intro(ONE, now))
    assert outcome.content == intro(ONE, now)
    assert outcome.conflicts == (Conflict(path="intro#at1", kind="edit", base=THREE, ai=ai, now=now),)
    assert outcome.conflicts[0].place == "intro"
    assert merged(base, intro(ONE, ai), intro(ONE, now), chosen={"intro#at1": "ai"}).content == intro(ONE, ai)


@pytest.mark.parametrize("kept", [(), (ONE,)])
def test_paragraphs_that_both_sides_wrote_anew_are_a_conflict_and_never_stand_twice(kept: tuple[str, ...]) -> None:
    ai = intro(*kept, "<p>An AI began all over.</p>", "<p>It had much to say.</p>", "<p>Nobody asked.</p>")
    now = intro(*kept, "<ul><li>mine alone</li></ul>", "<p>Somebody else entirely sat down here.</p>")
    outcome = merged(intro(*kept, TWO, THREE), ai, now)
    assert outcome.content == now
    assert [conflict.path for conflict in outcome.conflicts] == ["intro"]
    assert merged(intro(*kept, TWO, THREE), ai, now, chosen={"intro": "ai"}).content == ai


def test_items_of_one_list_on_both_sides() -> None:
    ai = "<ul><li>bread</li><li>butter</li><li>cheese</li></ul>"
    now = "<ul><li>brown bread</li><li>cheese</li><li>wine</li></ul>"
    text = merged(intro(ITEMS), intro(ai), intro(now)).content["intro"]
    assert text == "<ul><li>brown bread</li><li>butter</li><li>cheese</li><li>wine</li></ul>"


def test_the_editor_s_keys_never_stand_twice() -> None:
    ai = intro(ONE, '<p data-block-key="k2">An AI wrote this paragraph.</p>')
    now = intro(ONE, '<blockquote data-block-key="k2">Quoted words.</blockquote>')
    assert merged(intro(ONE), ai, now).content["intro"].count("k2") == 1


def test_broken_markup_is_merged_as_a_whole() -> None:
    base, ai, now = intro("<p>a<b>b</p>"), intro("<p>A<b>b</p>"), intro("<p>a<b>B</p>")
    assert merged(base, ai, base).content == ai
    (conflict,) = merged(base, ai, now).conflicts
    assert conflict.kind == "edit"
