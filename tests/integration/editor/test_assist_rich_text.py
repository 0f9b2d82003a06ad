"""Help with a rich text: its links, images and formats, and what is kept of them."""

from __future__ import annotations

import pytest

from tests.support.assist import FEATURES, PLAIN, RICH, SOURCE, Run, only, prepared_for, told

pytestmark = pytest.mark.django_db


def test_links_and_images_come_back_as_they_were(reply: Run) -> None:
    text = (
        '<p>At <b>dawn</b> we took the <a href="ref:1">old road</a>.</p><p><a href="ref:2">[image: The road]</a></p>'
        '<p>A calm sea (<a href="ref:3">tides</a>).</p>'
    )
    assert only(reply(text, **RICH)) == (
        '<p>At <b>dawn</b> we took the <a linktype="page" id="1">old road</a>.</p>'
        '<embed embedtype="image" format="left" id="7" alt="The road"/>'
        '<p>A calm sea (<a href="https://tides.example/today">tides</a>).</p>'
    )


def test_a_paragraph_may_become_a_list_and_get_a_heading(reply: Run) -> None:
    text = (
        '<h2>Leaving</h2><ul><li>We left by the <a href="ref:1">old road</a>.</li><li><a href="ref:2">[image]</a></li>'
        '<li>The sea was <i>calm</i>, see <a href="ref:3">the tides</a>.</li></ul>'
    )
    parsed = reply(text, **{**RICH, "action": "list"})
    assert only(parsed) == (
        '<h2>Leaving</h2><ul><li>We left by the <a linktype="page" id="1">old road</a>.</li></ul>'
        '<embed embedtype="image" format="left" id="7" alt="The road"/>'
        '<ul><li>The sea was <i>calm</i>, see <a href="https://tides.example/today">the tides</a>.</li></ul>'
    )
    assert parsed.warnings == ()


def test_an_image_that_was_left_out_is_put_back_between_its_neighbours(reply: Run) -> None:
    parsed = reply('<p>By the <a href="ref:1">old road</a>.</p><p>See <a href="ref:3">the tides</a>.</p>', **RICH)
    assert only(parsed).index("old road") < only(parsed).index("<embed") < only(parsed).index("the tides")
    assert told(parsed) == "The answer left out “[image: The road]”. It was put back where it stood."


def test_a_rule_that_was_left_out_is_put_back_and_the_one_that_stayed_stays(reply: Run) -> None:
    source = "<p>One is here.</p><hr/><p>Two is here.</p><hr/><p>Three is here.</p>"
    parsed = reply("<p>One.</p><p>Two.</p><hr/><p>Three.</p>", **{**RICH, "source": source})
    assert only(parsed) == "<p>One.</p><hr/><p>Two.</p><hr/><p>Three.</p>"
    assert told(parsed) == "The answer left out a horizontal line. It was put back where it stood."


def test_a_link_whose_words_are_gone_is_told_and_one_whose_words_stay_is_left_to_the_browser(reply: Run) -> None:
    text = '<p>We left by the old road.</p><p><a href="ref:2">[image]</a></p><p>The sea was calm.</p>'
    parsed = reply(text, **RICH)
    assert "<a" not in only(parsed)
    assert told(parsed) == "The answer leaves out the link on “the tides”. Check whether it is still needed."


def test_only_what_the_field_can_hold_survives(reply: Run) -> None:
    text = "<h2>A</h2><h3>B</h3><blockquote>C</blockquote><p>D <b>e</b> <i>f</i> <sup>g</sup></p><ol><li>H</li></ol>"
    parsed = reply(text, **{**RICH, "source": "<p>A B C D e f g H</p>", "features": ["h3", "bold"]})
    assert only(parsed) == "<p>A</p><h3>B</h3><p>C</p><p>D <b>e</b> f g</p><p>H</p>"


def test_a_heading_that_models_may_not_write_stays_where_the_text_had_one(reply: Run) -> None:
    features = [*FEATURES, "h5"]
    own = reply("<h5>New</h5><p>Text.</p>", **{**RICH, "source": "<h5>Old</h5><p>Text.</p>", "features": features})
    other = reply("<h5>New</h5><p>Text.</p>", **{**RICH, "source": "<p>Text.</p>", "features": features})
    assert (only(own), only(other)) == ("<h5>New</h5><p>Text.</p>", "<p>New</p><p>Text.</p>")


def test_a_link_of_the_models_own_needs_a_known_host(reply: Run) -> None:
    text = '<p>See <a href="https://site.example/a">a</a> and <a href="https://evil.example/">b</a>.</p>'
    parsed = reply(text, **{**RICH, "source": "<p>See a and b.</p>", "hosts": ["site.example"]})
    assert only(parsed) == '<p>See <a href="https://site.example/a">a</a> and b.</p>'
    assert "evil.example" in told(parsed)


def test_a_reply_that_changes_nothing_says_so(reply: Run) -> None:
    parsed = reply(prepared_for({**RICH, "action": "fix"}).variables["text"], **{**RICH, "action": "fix"})
    assert (only(parsed), told(parsed)) == (SOURCE, "The answer changes nothing.")


def test_a_continuation_is_only_what_is_new(reply: Run) -> None:
    source = "<p>We left at dawn.</p>"
    text = "<p>We left at dawn.</p><p>The road was empty.</p>"
    assert only(reply(text, **{**RICH, "source": source, "action": "continue"})) == "<p>The road was empty.</p>"
    plain = reply("We set out at dawn. Nobody saw us.", **{**PLAIN, "action": "continue"})
    assert only(plain) == "Nobody saw us."


def test_a_continuation_does_not_bring_the_images_of_the_text_along(reply: Run) -> None:
    text = '<p>Then it rained.</p><p><a href="ref:2">[image: The road]</a></p>'
    parsed = reply(text, **{**RICH, "action": "continue"})
    assert (only(parsed), parsed.warnings) == ("<p>Then it rained.</p>", ())


@pytest.mark.parametrize(
    ("text", "features", "result"),
    [
        ("<ol><li>a</li><li>b</li></ol>", ["ul"], "<ul><li>a</li><li>b</li></ul>"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", ["ol"], "<ol><li>a<ol><li>b</li></ol></li></ol>"),
        ("<ul><li>a</li><li>b</li></ul>", ["bold"], "<p>a</p><p>b</p>"),
        ("<i><p>a</p><p>b</p></i>", ["italic"], "<p><i>a</i></p><p><i>b</i></p>"),
        ("<p>a<br>b</p>", [], "<p>a<br/>b</p>"),
        ("<ul><li><p>a</p></li><li><p>b</p></li></ul>", ["ul"], "<ul><li>a</li><li>b</li></ul>"),
    ],
)
def test_markup_that_the_editor_could_not_read_is_put_right(
    reply: Run, text: str, features: list[str], result: str
) -> None:
    assert only(reply(text, **{**RICH, "source": "<p>Old.</p>", "features": features})) == result
