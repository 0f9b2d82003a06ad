"""Rich text in units: nothing is lost on the way to a model and back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.guardrails.html import clean_html
from wagtail_ai_content.core.versions.markup import Tag, pieces
from wagtail_ai_content.core.versions.richtext import Rejected, Restored, Unit, plain_text, protect, restore, split

LINKED = (
    '<p data-block-key="k1">Ask <a linktype="page" id="3">us</a> &amp; <b>see <a href="https://a.example/?x=1&amp;y=2">'
    "the &quot;map&quot;</a></b>, it&#x27;s near.</p>"
)
FIELD = (
    '<h2 data-block-key="h">Tea</h2>\n'
    + LINKED
    + '<ul><li data-block-key="l1">one</li><li data-block-key="l2">two</li></ul>'
    '<embed alt="A cup" embedtype="image" format="left" id="5"/><hr/><blockquote data-block-key="q">Hot</blockquote>'
    '<p data-block-key="k2">a<embed embedtype="media" url="https://v.example/1"/></p><p data-block-key="k3"></p>'
)


def only(html: str) -> Unit:
    (unit,) = split(html)
    return unit


def back(reply: str, unit: Unit, *, hosts: frozenset[str] = frozenset()) -> Restored | Rejected:
    """The whole way that a reply takes."""
    protected = protect(unit)
    cleaned = clean_html(reply, allowed_hosts=hosts, refs=len(protected.refs))
    return restore(cleaned.html, unit, protected=protected)


def html_of(result: Restored | Rejected) -> str:
    assert isinstance(result, Restored), str(result)
    return result.html


def test_a_field_is_split_into_its_top_level_elements() -> None:
    assert [(unit.tag, unit.kind) for unit in split(FIELD)] == [
        ("h2", "heading"),
        ("", "fixed"),
        ("p", "text"),
        ("ul", "text"),
        ("embed", "fixed"),
        ("hr", "fixed"),
        ("blockquote", "text"),
        ("p", "fixed"),
        ("p", "fixed"),
    ]
    assert [unit.index for unit in split(FIELD)] == list(range(9))


@pytest.mark.parametrize(
    "html",
    [
        "<p>a<p>b</p>",
        "<p>a</b></p>",
        "<p>a <!-- b --> c</p>",
        '<p>a <embed alt="x<y" embedtype="image"/> b</p>',
        '<p>a <a title="x > y" href="/a">b</a></p>',
        '<p>a <b class="x">b</b></p>',
        "<p>a <u>b</u></p>",
        '<p>a <a id="anchor"></a></p>',
        "<table><tr><td>a</td></tr></table>",
        "<p> &nbsp; </p>",
        "</p>",
        "<p",
    ],
)
def test_markup_that_could_not_be_put_together_again_is_left_alone(html: str) -> None:
    assert {unit.kind for unit in split(html)} == {"fixed"}


def test_text_in_no_element_is_a_unit_of_its_own() -> None:
    units = split("Hello <b>there</b><p>x</p>")
    assert [(unit.source, unit.tag, unit.kind) for unit in units[:1]] == [("Hello <b>there</b>", "", "text")]
    assert protect(units[0]).html == "<p>Hello <b>there</b></p>"
    assert html_of(back("<p>Hi <b>there</b></p>", units[0])) == "<p>Hi <b>there</b></p>"
    assert html_of(back(protect(units[0]).html, units[0])) == units[0].source


MARKUP = st.sampled_from(
    [
        "<p>",
        "</p>",
        '<p data-block-key="x">',
        "<a href='/x'>",
        "</a>",
        "<b>",
        "</b>",
        "<ul>",
        "<li>",
        "</li>",
        "</ul>",
        "<hr/>",
        '<embed embedtype="image" id="5"/>',
        "<!--",
        "-->",
        "<",
        ">",
        '"',
        "&amp;",
        "text",
        " ",
        "\n",
        "<x-y>",
        "<br/>",
        "<h2>",
        "</h2>",
    ]
)
SOUP = st.lists(MARKUP | st.text(max_size=3), max_size=30).map("".join)


@settings(max_examples=400)
@given(SOUP)
def test_the_units_joined_are_the_source(html: str) -> None:
    assert "".join(unit.source for unit in split(html)) == html
    assert "".join(piece.source if isinstance(piece, Tag) else piece for piece in pieces(html)) == html


INLINE = st.recursive(
    st.text("ab é&<>\"'\xa0", min_size=1, max_size=5).map(
        lambda t: t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    ),
    lambda inner: (
        st.tuples(st.sampled_from(["b", "i", "em", "code"]), inner).map(lambda x: f"<{x[0]}>{x[1]}</{x[0]}>")
        | st.lists(inner, min_size=1, max_size=3).map("".join)
    ),
    max_leaves=5,
)
LINK = INLINE.map(lambda text: f'<a linktype="page" id="3">x{text}</a>')
PARAGRAPH = st.lists(INLINE | LINK, min_size=1, max_size=4).map(
    lambda parts: f'<p data-block-key="k">x{"".join(parts)}</p>'
)


@settings(max_examples=300, deadline=None)
@given(PARAGRAPH)
def test_an_unchanged_answer_gives_the_unit_byte_for_byte(html: str) -> None:
    unit = only(html)
    assert unit.kind == "text"
    assert html_of(back(protect(unit).html, unit)) == html


@settings(max_examples=300, deadline=None)
@given(PARAGRAPH, st.permutations(["ref:1", "ref:2", "ref:3"]), SOUP)
def test_a_used_answer_always_holds_every_link_once(html: str, order: list[str], noise: str) -> None:
    unit = only(html)
    links = "".join(f'<a href="{ref}">l</a> ' for ref in order)
    result = back(f"<p>{links}</p>{noise}", unit)
    if isinstance(result, Restored):
        assert result.html.count('<a linktype="page" id="3">') == html.count("<a ")
        assert "ref:" not in result.html.replace(noise, "")
        assert all(unit.kind == "text" for unit in split(result.html))


def test_a_model_sees_no_attributes_and_numbered_links() -> None:
    protected = protect(only(LINKED))
    assert protected.html == (
        '<p>Ask <a href="ref:1">us</a> &amp; <b>see <a href="ref:2">the &quot;map&quot;</a></b>, it&#x27;s near.</p>'
    )
    assert protected.refs == ('<a linktype="page" id="3">', '<a href="https://a.example/?x=1&amp;y=2">')


def test_fixed_units_are_never_shown() -> None:
    with pytest.raises(ValueError, match="never"):
        protect(only("<hr/>"))


def test_a_new_text_keeps_the_key_and_the_links_of_the_old_one() -> None:
    reply = '<p>Find <a href="ref:2">the map</a> or ask <i><a href="ref:1">our team</a></i>.<br></p>'
    assert html_of(back(reply, only(LINKED))) == (
        '<p data-block-key="k1">Find <a href="https://a.example/?x=1&amp;y=2">the map</a> or ask '
        '<i><a linktype="page" id="3">our team</a></i>.<br/></p>'
    )


def test_the_inside_alone_is_enough() -> None:
    assert (
        html_of(back("New <b>text</b>", only('<p data-block-key="k">Old</p>')))
        == '<p data-block-key="k">New <b>text</b></p>'
    )
    assert html_of(back("New", only('<h3 data-block-key="k">Old</h3>'))) == '<h3 data-block-key="k">New</h3>'
    assert html_of(back("<li>a</li><li>c</li>", only('<ul><li data-block-key="k">a</li></ul>'))) == (
        '<ul><li data-block-key="k">a</li><li>c</li></ul>'
    )


def test_a_paragraph_may_become_a_paragraph_and_a_list() -> None:
    result = back(
        "<p>We sell:</p>\n<ul>\n<li>tea</li>\n<li>cake</li>\n</ul>", only('<p data-block-key="k">We sell tea, cake</p>')
    )
    assert html_of(result) == '<p data-block-key="k">We sell:</p><ul><li>tea</li><li>cake</li></ul>'


def test_the_key_goes_to_the_first_element_whatever_its_tag() -> None:
    assert html_of(back("<ul><li>tea</li></ul>", only('<p data-block-key="k">Tea</p>'))) == (
        '<ul><li data-block-key="k">tea</li></ul>'
    )
    assert html_of(
        back("<p>Tea</p>", only('<ul><li data-block-key="a">tea</li><li data-block-key="b">x</li></ul>'))
    ) == ('<p data-block-key="a">Tea</p>')


@pytest.mark.parametrize(
    ("reply", "unit"),
    [
        ('<p><a href="ref:1">us</a></p>', LINKED),
        ('<p><a href="ref:1">us</a> <a href="ref:2">b</a> <a href="ref:2">c</a></p>', LINKED),
        ('<p><a href="ref:1">us</a> <a href="ref:2"> &nbsp;</a></p>', LINKED),
        ('<p><a href="ref:1">us</a> <a href="ref:2"></a></p>', LINKED),
        ("<p>no links</p>", LINKED),
        ("", "<p>a</p>"),
        ("<p> </p>", "<p>a</p>"),
        ("<h2>b</h2>", "<p>a</p>"),
        ("<p>b</p>", "<h2>a</h2>"),
        ("<h3>b</h3>", "<h2>a</h2>"),
        ("<h2>b</h2><p>c</p>", "<h2>a</h2>"),
        ("<p>a</p><hr>", "<p>a</p>"),
        ("<li>a</li>", "<p>a</p>"),
    ],
)
def test_an_answer_that_would_lose_or_change_more_is_rejected_with_a_reason(reply: str, unit: str) -> None:
    result = back(reply, only(unit))
    assert isinstance(result, Rejected)
    assert str(result.reason).endswith("so the original was kept.")


def test_an_invented_reference_is_rejected_even_when_it_got_through() -> None:
    unit = only("<p>a</p>")
    result = restore('<p><a href="ref:1">b</a></p>', unit, protected=protect(unit))
    assert isinstance(result, Rejected)


def test_a_new_link_to_an_allowed_host_stays() -> None:
    reply = '<p>See <a href="https://b.example/">this</a></p>'
    assert html_of(back(reply, only("<p>a</p>"), hosts=frozenset({"b.example"}))) == reply


def test_plain_text_reads_like_the_page() -> None:
    assert plain_text(FIELD) == (
        'Tea\nAsk us & see the "map", it\'s near.\n- one\n- two\n[image: A cup]\nHot\na[media: https://v.example/1]'
    )
    assert plain_text("<p>a<br/>b  c</p>") == "a\nb c"


@pytest.mark.parametrize(
    "html", ["<a " * 70_000, "<!--" * 50_000, '<a b="' * 30_000, "<p>" * 60_000, "<b></b>" * 30_000]
)
def test_hostile_markup_is_split_in_linear_time(html: str) -> None:
    began = time.perf_counter()
    units = split(html)
    plain_text(html)
    assert "".join(unit.source for unit in units) == html
    assert time.perf_counter() - began < 3
