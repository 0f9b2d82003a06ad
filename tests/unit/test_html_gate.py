"""A model's HTML: what is left of it, judged by another parser than the one that cleaned it."""

from __future__ import annotations

import contextlib
import json
import re
import resource
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.engine.reply import without_hidden
from wagtail_ai_content.core.errors import MalformedReply
from wagtail_ai_content.core.guardrails.html import TAGS, clean_html
from wagtail_ai_content.core.guardrails.links import ascii_host, judge, legible

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpora" / "xss.dev.jsonl"
HOSTS = frozenset({"site.example", "example.org", "www.example.org"})


class Residue(HTMLParser):
    """Collects text, and everything that is not on the list."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.wrong: list[str] = []
        self.hrefs: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(tag)
        for name, value in attrs:
            if (tag, name) != ("a", "href") or value is None:
                self.wrong.append(f"{tag} {name}")
            else:
                self.hrefs.append(value)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.wrong.append("declaration")


def assert_harmless(html: str) -> Residue:
    residue = Residue(html)
    assert residue.wrong == []
    for href in residue.hrefs:
        assert href.startswith(("https://", "http://", "mailto:", "tel:", "ref:", "/", "#"))
        assert not href.startswith("//")
        if href.startswith("http"):
            assert href.split("/")[2] in HOSTS
    return residue


def rows() -> list[Any]:
    """Those of markup. The others are of places that hold words only (tests/integration/test_assist.py has all)."""
    if not CORPUS.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="The corpus xss is not beside this checkout."))]
    found = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [pytest.param(row, id=row["id"]) for row in found if row["sink"] in ("rich_html", "markdown")]


@pytest.mark.parametrize("row", rows())
def test_hostile_markup_leaves_nothing_but_its_text(row: dict[str, Any]) -> None:
    html = row["payload"]
    if row["sink"] == "markdown":
        html = pytest.importorskip("markdown_it").MarkdownIt("commonmark", {"html": False}).render(html)
    residue = assert_harmless(clean_html(html, allowed_hosts=HOSTS).html)
    assert row.get("keep", "") in residue.text


BENIGN = [
    row
    for row in rows()
    if not row.values[0] or (row.values[0]["category"], row.values[0]["sink"]) == ("benign", "rich_html")
]


@pytest.mark.parametrize("row", BENIGN)
def test_benign_markup_is_not_touched(row: dict[str, Any]) -> None:
    assert clean_html(row["payload"], allowed_hosts=HOSTS).html == row["payload"]


def told(html: str) -> list[str]:
    return [str(warning) for warning in clean_html(html, allowed_hosts=HOSTS).warnings]


def test_links_to_unknown_hosts_become_their_text_and_the_whole_address_is_told() -> None:
    html = '<p>See <a href="https://evil.example/x?a=1&amp;b=2#c">our <b>shop</b></a>.</p>'
    assert clean_html(html, allowed_hosts=HOSTS).html == "<p>See our <b>shop</b>.</p>"
    assert told(html) == [
        "A link was taken out of the answer, because the original text does not link to evil.example. Its words were "
        "kept; add the link yourself if you trust it: https://evil.example/x?a=1&b=2#c"
    ]


def test_links_that_were_taken_silently_are_told_too() -> None:
    html = '<p><a href="javascript:alert(1)">a</a> <a linktype="page" id="3">b</a></p>'
    assert clean_html(html, allowed_hosts=HOSTS).html == "<p>a b</p>"
    gone = "A link was taken out of the answer, because its address is not a plain one"
    assert sorted(told(html)) == [f"{gone}. Its words were kept.", f"{gone}: javascript:alert(1). Its words were kept."]


def test_two_links_to_one_host_are_told_apart_and_the_same_one_once() -> None:
    one, other = '<a href="https://evil.example/1">a</a>', '<a href="https://evil.example/2">b</a>'
    assert len(told(f"<p>{one} {other} {one}</p>")) == 2


def test_only_so_many_links_are_told_and_the_rest_is_counted() -> None:
    warnings = told("<p>" + "".join(f'<a href="https://evil.example/{n}">a</a>' for n in range(30)) + "</p>")
    assert (len(warnings), warnings[-1]) == (
        21,
        "More links were taken out of the answer (10). Their words were kept.",
    )


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://example.org/a b\n c", "https://example.org/a b c"),
        ("https://evil.example/\u202egpj.exe\x1b\x00", "https://evil.example/gpj.exe"),
        ("https://ex\u200bample.org/", "https://example.org/"),
        ("https://p\u0430ypal.example/\u0430", "https://xn--pypal-4ve.example/\u0430"),
        ("https://\u0430\u0440\u0440\u04cf\u0435.example/", "https://xn--80ak6aa92e.example/"),
        ("//p\u0430ypal.example:80/x", "//xn--pypal-4ve.example:80/x"),
        ("\\\\p\u0430ypal.example", "\\\\xn--pypal-4ve.example"),
        ("https://bücher.example/straße", "https://bücher.example/straße"),
        ("https://日本ひらカタ.example/", "https://日本ひらカタ.example/"),
        ("https://evil.example/" + "x" * 5_000, "https://evil.example/" + "x" * 278 + "…"),
        ("", ""),
    ],
)
def test_an_address_is_shown_so_that_it_can_be_judged(address: str, shown: str) -> None:
    assert legible(address) == shown


@pytest.mark.parametrize("entity", ["&#x202e;", "&#8203;", "&lrm;", "&#xe0041;", "&NoBreak;", "&#27;"])
def test_invisible_characters_do_not_come_in_as_entities(entity: str) -> None:
    cleaned = clean_html(f'<p>a{entity}b <a href="https://example.org/a{entity}b">c</a></p>', allowed_hosts=HOSTS)
    assert re.sub("<[^>]*>", "", cleaned.html) == "ab c"
    assert cleaned.html == without_hidden(cleaned.html)
    assert "Invisible characters were taken out of the answer." in map(str, cleaned.warnings)


def test_characters_that_scripts_need_stay() -> None:
    html = "<p>می\u200cخواهم 👨\u200d👩 ❤\ufe0f</p>"
    assert clean_html(html, allowed_hosts=HOSTS).html == html


def test_clean_markup_has_no_warnings() -> None:
    html = (
        '<p>See <a href="https://example.org/a?b=1&amp;c=2">this</a>, '
        '<a href="/b">that</a> or <a href="ref:2">it</a>.</p>'
    )
    cleaned = clean_html(html, allowed_hosts=HOSTS, refs=2)
    assert cleaned.html == html
    assert cleaned.warnings == ()


def test_images_go_with_a_warning() -> None:
    cleaned = clean_html('<p>a<img src="https://example.org/a.png">b</p>', allowed_hosts=HOSTS)
    assert cleaned.html == "<p>ab</p>"
    assert len(cleaned.warnings) == 1


@pytest.mark.parametrize("href", ["ref:3", "ref:0", "ref:01", "ref:x", "ref:", "REF:1", "ref://1", "ref:99999999"])
def test_references_that_were_not_given_are_unwrapped(href: str) -> None:
    assert clean_html(f'<p><a href="{href}">a</a></p>', allowed_hosts=HOSTS, refs=2).html == "<p>a</p>"


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("https://evil.example/", "evil.example"),
        ("//evil.example/x", "evil.example"),
        ("\\\\evil.example\\x", "evil.example"),
        ("/\\evil.example", "evil.example"),
        ("https:\\\\evil.example", "evil.example"),
        ("https:/evil.example", "evil.example"),
        ("https://site.example@evil.example/", "evil.example"),
        ("https://site.example\\@evil.example/", "site.example"),
        ("https://evil.example#@site.example/", "evil.example"),
        ("https://evil.example?.site.example", "evil.example"),
        ("https://ex\tample.org/", ""),
        ("https://site.example.evil.example", "site.example.evil.example"),
        ("https://ex%61mple.org/", ""),
        ("http://[::1]:8000/", "[::1]"),
        ("https://p\u0430ypal.example/", "xn--pypal-4ve.example"),
        ("javascript:alert(1)", ""),
        ("mailto:a@b.example?body=What the draft says", ""),
        ("mailto:a@b.example?body=What%20the%20draft%20says", ""),
        ("mailto:?to=a@b.example", ""),
        ("tel:+4420?x=1", ""),
        ("page.html", ""),
        ("", ""),
    ],
)
def test_addresses_that_are_not_allowed(href: str, host: str) -> None:
    link = judge(href, allowed_hosts=HOSTS)
    assert not link.allowed
    if host:
        assert link.host == host


@pytest.mark.parametrize(
    "href",
    [
        "https://example.org",
        "HTTPS://Example.ORG:8443/a?b#c",
        "/a/b",
        "#part",
        "mailto:a@b.example",
        "tel:+4420",
        "https://ｅxample.org/",
    ],
)
def test_addresses_that_are_allowed(href: str) -> None:
    assert judge(href, allowed_hosts=HOSTS).allowed


def test_hosts_of_one_script_are_compared_in_punycode() -> None:
    assert ascii_host("Bücher.example:443") == "xn--bcher-kva.example"
    assert judge("https://bücher.example/", allowed_hosts={"xn--bcher-kva.example"}).allowed
    assert judge("https://日本ひらカタ.example/", allowed_hosts={"日本ひらカタ.example"}).allowed


@pytest.mark.parametrize(
    "host", ["p\u0430ypal.example", "xn--pypal-4ve.example", "xn--\uffff.example", "xn--99999999.example"]
)
def test_hosts_of_mixed_scripts_are_refused_even_when_listed(host: str) -> None:
    assert not judge(f"https://{host}/", allowed_hosts={host}).allowed


@pytest.mark.parametrize(
    "html",
    [
        "é" * 100_001,
        "<em>x</em>" * 5_001,
        "<blockquote>" * 101 + "x",
        "<p>" + "".join(f"<b a={n}>" for n in range(2_000)) + "<p>x" * 2_000,
        "<p>" + "".join(f"<font/a={n}>" for n in range(2_000)) + "<p>x" * 2_000,
    ],
    ids=["bytes", "tags", "depth", "formatting", "font"],
)
def test_too_much_of_anything_is_malformed(html: str) -> None:
    with pytest.raises(MalformedReply):
        clean_html(html, allowed_hosts=HOSTS)


@pytest.mark.parametrize(
    "html",
    [
        "<b><b><b><i><i><i><em><em><em><s><s><s><code><code><code><tt><tt><tt><u><u><u>" + "<p>x" * 4_900,
        "<p><b><b><b><i><i><i><em><em><em><s><s><s><code><code><code><strong><strong><strong>" + "<p>x" * 4_900,
        "".join(f"<a href=/{n}><table><td>" for n in range(1_600)),
        "<x " * 60_000,
        "<!--" * 45_000,
        "<div <" * 30_000,
    ],
)
def test_the_worst_that_the_limits_let_through_stays_cheap(html: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with contextlib.suppress(MalformedReply):
        assert_harmless(clean_html(html, allowed_hosts=HOSTS).html)
    assert time.perf_counter() - began < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


SNIPPETS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<a href='/x'>",
        "<a href=//e>",
        "</a>",
        "<table>",
        "<td>",
        "</table>",
        "<b>",
        "</b>",
        "<i x=1>",
        "</i>",
        "<svg>",
        "<style>",
        "</style>",
        "<!--",
        "-->",
        "<math>",
        "<mtext>",
        "<li>",
        "<ul>",
        "</ul>",
        "<h2>",
        "</h2>",
        "<br>",
        "<blockquote>",
        "<code>",
        "</code>",
        "<select>",
        "<img src=x onerror=y>",
        "&lt;",
        "&amp",
        "text",
        " ",
        '"',
        "'",
        "<",
        ">",
        "<div>",
        "</div>",
        "<ol>",
        "<s>",
        "<form>",
        "<template>",
        "<noscript>",
        "<plaintext>",
        "<a href='ref:1'>",
        "\x00",
        "\x0c",
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(SNIPPETS | st.text(max_size=4), max_size=25).map("".join))
def test_cleaning_twice_changes_nothing(html: str) -> None:
    once = clean_html(html, allowed_hosts=HOSTS, refs=1)
    assert_harmless(once.html)
    again = clean_html(once.html, allowed_hosts=HOSTS, refs=1)
    assert again.html == once.html
    assert again.warnings == ()
