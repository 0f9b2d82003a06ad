"""Whatever a model answers, what nobody asked to change comes back byte for byte."""

from __future__ import annotations

import re
from dataclasses import asdict
from html import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.versions.markup import visible
from wagtail_ai_content.core.versions.richtext import split
from wagtail_ai_content.features.writing.targets import TextTarget
from wagtail_ai_content.features.writing.units import Edit, Outcome, Piece, Selection, apply, select

FEATURES = ("h2", "h3", "bold", "italic", "link", "ol", "ul", "hr", "embed", "image", "document-link")
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp", "Co", "Cn"]), min_size=1).map(
    lambda text: f"a{escape(text, quote=False)}z"
)
keys = st.text("abcdefghij0123456789", min_size=5, max_size=5)
links = st.sampled_from(
    ['linktype="page" id="3"', 'linktype="document" id="9"', 'href="https://known.example/?a=1&amp;b=2"', 'href="#top"']
)
inline = st.one_of(
    words,
    words.map(lambda text: f"<b>{text}</b>"),
    words.map(lambda text: f"<i>{text}</i>"),
    st.tuples(links, words).map(lambda pair: f"<a {pair[0]}>{pair[1]}</a>"),
)
runs = st.lists(inline, min_size=1, max_size=4).map("".join)
items = st.tuples(keys, runs).map(lambda pair: f'<li data-block-key="{pair[0]}">{pair[1]}</li>')
blocks = st.one_of(
    st.tuples(keys, runs).map(lambda pair: f'<p data-block-key="{pair[0]}">{pair[1]}</p>'),
    st.tuples(keys, words).map(lambda pair: f'<h2 data-block-key="{pair[0]}">{pair[1]}</h2>'),
    st.lists(items, min_size=1, max_size=3).map(lambda found: f"<ul>{''.join(found)}</ul>"),
    st.just('<embed embedtype="image" format="left" id="7" alt="x"/>'),
    st.just('<embed embedtype="media" url="https://film.example/1"/>'),
    st.just("<hr/>"),
    st.just("<p></p>"),
    st.just("\n"),
)
texts = st.lists(blocks, min_size=1, max_size=7).map("".join)
attacks = st.one_of(
    st.sampled_from(
        [
            "",
            "<p></p>",
            "<script>alert(1)</script>",
            '<a href="https://evil.example/">x</a>',
            '<a href="ref:1">one</a> <a href="ref:1">again</a>',
            '<a href="ref:99">far</a>',
            '<a href="javascript:alert(1)">x</a>',
            '<img src="https://evil.example/b.png">',
            '<embed embedtype="image" id="1"/>',
            "<h2>A heading</h2>",
            "<ul><li>one</li><li>two</li></ul>",
            '<p data-block-key="stolen" onclick="x()">text</p>',
            "<p>one</p><p>two</p>",
            "<p>" * 90,
            "</p></div>",
            "<!-- x --><p>y</p>",
            "text < text & text",
        ]
    ),
    st.text(max_size=40).filter(lambda text: text.isprintable()),
)


def target_of(value: str) -> TextTarget:
    return TextTarget(
        path="body",
        place="body",
        kind="rich",
        value=value,
        label="Body",
        role="prose",
        max_length=None,
        multiline=True,
        features=FEATURES,
        writable=True,
        private=False,
    )


def outcome(value: str, selection: Selection, edits: list[Edit]) -> Outcome | None:
    """None where the whole reply was refused, which changes nothing at all."""
    pieces = [Piece.from_json(asdict(piece)) for piece in selection.pieces]
    try:
        return apply(edits, pieces, base={"body": value}, allowed_hosts=frozenset({"known.example"}))
    except MalformedReply:
        return None


def protected_things(html: str) -> list[str]:
    """Links, embeds and rules in their order, as written."""
    return re.findall(r"<a [^>]*>|<embed [^>]*>|<hr/>", html)


@QUICK
@given(value=texts, data=st.data())
def test_untouched_units_links_embeds_and_headings_survive_any_answer(value, data):
    selection = select([target_of(value)], headings=False)
    chosen = [unit for unit in selection.variables if data.draw(st.booleans())]
    answers = [
        Edit(id=unit["id"], html=data.draw(st.one_of(attacks, st.just(unit["html"] + " more")))) for unit in chosen
    ]

    done = outcome(value, selection, answers)
    new = value if done is None else done.changes.get("body", value)

    assert "evil.example" not in new
    assert "<script" not in new  # people write of scripts, too
    assert "onclick" not in new
    assert sorted(protected_things(new)) == sorted(protected_things(value))
    touched = {piece.index for piece, unit in zip(selection.pieces, selection.variables, strict=True) if unit in chosen}
    position = 0
    for unit in split(value):
        if unit.index not in touched or unit.kind != "text":
            assert unit.source in new[position:]
            position = new.index(unit.source, position) + len(unit.source)


@QUICK
@given(value=texts)
def test_an_answer_that_repeats_what_was_sent_changes_nothing(value):
    selection = select([target_of(value)], headings=True)

    done = outcome(value, selection, [Edit(id=unit["id"], html=unit["html"]) for unit in selection.variables])

    assert done is not None
    assert done.changes == {}


@QUICK
@given(value=texts, word=st.sampled_from(["word", "wörd", "語"]))
def test_a_word_added_to_every_paragraph_is_all_that_changes(value, word):
    selection = select([target_of(value)], headings=False)
    edits = [
        Edit(id=unit["id"], html=unit["html"].removesuffix("</p>") + f" {word}</p>")
        for unit in selection.variables
        if unit["html"].endswith("</p>")
    ]

    done = outcome(value, selection, edits)

    assert done is not None
    assert done.count == len(edits)
    new = done.changes.get("body", value)
    assert visible(new).count(f" {word}") - visible(value).count(f" {word}") == len(edits)
    assert re.findall(r'data-block-key="\w+"', new) == re.findall(r'data-block-key="\w+"', value)


@QUICK
@given(html=st.text(max_size=200))
def test_any_stored_text_can_be_taken_apart_and_answered(html):
    selection = select([target_of(html)], headings=True)

    done = outcome(html, selection, [Edit(id=unit["id"], html="<p>new</p>") for unit in selection.variables])

    assert done is None or done.changes.keys() <= {"body"}
