"""Where a link written by a model may point.

Stricter than a browser: an address that two readers could understand differently is not allowed at all.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from ..engine.reply import without_hidden

LONGEST_ADDRESS: Final = 300
"""Characters of an address that a person is shown."""

_WEB = re.compile(r"https?://(?P<authority>[^/?#]+)(?P<rest>[/?#].*)?", re.IGNORECASE)
_AUTHORITY = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?[/\\]*(?P<authority>[^/\\?#]*)", re.IGNORECASE)
_OWN_PAGE = re.compile(r"(?:/(?!/)|#).*")
_CONTACT = re.compile(r"(?:mailto|tel):[^/?][^?]*", re.IGNORECASE)  # after a “?” a mail could be given its text
_HOST = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{1,5})?")
_AMBIGUOUS = re.compile(r"""[\s\\<>"`\x00-\x20\x7f-\x9f]""")
_EAST_ASIAN = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})


@dataclass(frozen=True, kw_only=True)
class Link:
    """The verdict on an address."""

    allowed: bool
    kind: Literal["web", "own", "contact", "unclear"]
    host: str = ""
    """Of a web address, in ASCII (punycode); empty where there is none or it cannot be read."""
    address: str = ""
    """The whole address as :func:`legible` text; empty where there is none."""


def judge(href: str, *, allowed_hosts: Iterable[str]) -> Link:
    """Whether a model may link to ``href``: own pages, mail and phone always, other hosts when they are known."""
    return replace(_judged(href.strip(), allowed_hosts), address=legible(href))


def is_plain(address: str) -> bool:
    """Whether ``address`` is a web address that every reader understands alike."""
    link = judge(address, allowed_hosts=())
    return link.kind == "web" and address == address.strip() and bool(link.host) and not _mixes_scripts(link.host)


def legible(address: str) -> str:
    """An address as a text for people, never to be made a link: nothing invisible in it, cut where it is too long, its
    host in punycode unless it is of one script as a whole."""
    seen = " ".join(without_hidden(address).split())
    seen = _AUTHORITY.sub(lambda found: _with_plain_host(found[0], found["authority"]), seen, count=1)
    return seen if len(seen) <= LONGEST_ADDRESS else f"{seen[: LONGEST_ADDRESS - 1]}…"


def _with_plain_host(start: str, authority: str) -> str:
    labels = authority.split(".")
    if not _is_mixed(set().union(*map(_scripts, labels))):
        return start
    return start.removesuffix(authority) + ".".join(map(_ascii_label, labels))


def _judged(href: str, allowed_hosts: Iterable[str]) -> Link:
    if _AMBIGUOUS.search(href):
        return Link(allowed=False, kind="unclear", host=_last_host(href))
    if _OWN_PAGE.fullmatch(href):
        return Link(allowed=True, kind="own")
    if _CONTACT.fullmatch(href):
        return Link(allowed=True, kind="contact")
    web = _WEB.fullmatch(href)
    if not web or "@" in web["authority"]:
        return Link(allowed=False, kind="unclear", host=_last_host(href))
    host = ascii_host(web["authority"])
    known = host in {ascii_host(allowed) for allowed in allowed_hosts}
    return Link(allowed=bool(host) and known and not _mixes_scripts(host), kind="web", host=host)


def ascii_host(authority: str) -> str:
    """A host as it is looked up: lower case, ASCII, without its port; empty when it is none."""
    match = _HOST.fullmatch(unicodedata.normalize("NFKC", authority).lower())
    return ".".join(_ascii_label(label) for label in match["host"].split(".")) if match else ""


def _ascii_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")


def _last_host(href: str) -> str:
    """What a browser would make of a trick, for the warning: the host after slashes and any ``user@``."""
    authority = re.split(r"[/\\?#]", re.sub(r"^\s*(?:https?:)?[/\\]*", "", href, flags=re.IGNORECASE), maxsplit=1)[0]
    return ascii_host(authority.rpartition("@")[2])


def _mixes_scripts(host: str) -> bool:
    """Whether one label holds letters that look alike but are not, such as a Cyrillic а among Latin ones."""
    return any(_is_mixed(_scripts(label)) for label in host.split("."))


def _is_mixed(scripts: set[str]) -> bool:
    return len(scripts) > 1 and not scripts <= _EAST_ASIAN


def _scripts(label: str) -> set[str]:
    if label.startswith("xn--"):
        try:
            label = label[4:].encode("ascii").decode("punycode")
        except UnicodeError:
            return {"UNREADABLE", "LATIN"}
    return {unicodedata.name(char, "UNNAMED").split()[0] for char in label if char.isalpha()}
