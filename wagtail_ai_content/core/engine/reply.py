"""The gate every answer passes: readable characters, no refusal in disguise, and the strict way from text to JSON.

The order is: cap the size, take out what nobody can see, normalise, unwrap, and only then parse. Reasons are words of
ours; nothing of the answer gets into an error.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, NoReturn

from ..errors import CutReply, MalformedReply, Refused
from ..text import Text, gettext_noop
from .chatter import is_refusal, leftover_placeholders, without_wrapping

MOST_BYTES = 200_000
MOST_DEPTH = 20
LONGEST_WORD = 1_000
LONGEST_NUMBER = 18
"""Digits of an integer; more does not fit into a database's."""

FILTERED = frozenset({"content_filter", "refusal", "safety"})
"""Finish reasons that mean that the provider stopped the model."""

_CUT = gettext_noop("The answer was too long and was cut. Check its end.")
_CUT_BY_LIMIT = gettext_noop("The model reached its length limit, so the answer may stop too early. Check its end.")
_LONG_WORD = gettext_noop("A word in the answer was too long and was cut. Check the text.")
HIDDEN = gettext_noop("Invisible characters were taken out of the answer.")

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_TERMINAL = re.compile("(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)|\x1b[@-_]?")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_LAST_OF_PLANES = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_NO_CHARACTER = re.compile(f"[\ufdd0-\ufdef{_LAST_OF_PLANES}]")
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
_TAG_CHARACTER = re.compile(f"({_FLAG})|[\U000e0000-\U000e007f]")
# Direction marks and overrides, zero-width spaces and joiners of words, invisible operators, annotations. Not the
# zero-width joiner and non-joiner: Persian, Indian scripts and emoji need them.
_INVISIBLE = re.compile("[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
# Variation selectors follow one character, the supplementary ones only a Chinese one; in a row they carry messages.
_STRAY_SELECTOR = re.compile("(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003fffd])[\U000e0100-\U000e01ef]")
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_RUN = re.compile(f"([{_SELECTORS}\u200c\u200d])[{_SELECTORS}\u200c\u200d]{{2,}}|([{_SELECTORS}])[{_SELECTORS}]")
_WORD_TOO_LONG = re.compile(f"([0-9A-Za-z\u00c0-\u0dff]{{{LONGEST_WORD}}})[0-9A-Za-z\u00c0-\u0dff]+")
_BLANK = re.compile("[\\s\u200c\u200d\u00ad\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f]*")

_JSON_OPENING = re.compile(r"[\[{]")
# Unclosed strings are taken to the end, so that the time stays linear.
_JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[{])|([\]}])', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Cleaned:
    """A text that any database, terminal and reader can take."""

    text: str
    warnings: tuple[Text, ...] = ()
    """What a person should know before trusting it."""
    truncated: bool = False
    """True when a part is missing."""


def clean_text(text: str) -> Cleaned:
    """``text`` with only characters that can be seen or mean something, in NFC, at most 200 kB."""
    encoded = text[:MOST_BYTES].encode("utf-8", "surrogatepass")
    cut = len(text) > MOST_BYTES or len(encoded) > MOST_BYTES
    short = encoded[:MOST_BYTES].decode("utf-8", "ignore")  # which drops lone surrogates too
    plain = _without_controls(_TERMINAL.sub("", _LINE_END.sub("\n", short)))
    seen = _without_invisible(plain)
    warnings = [Text(_CUT)] if cut else []
    warnings += [Text(HIDDEN)] if seen != plain else []
    return Cleaned(text=unicodedata.normalize("NFC", seen), warnings=tuple(warnings), truncated=cut)


def without_hidden(text: str) -> str:
    """``text`` without what nobody can see, for when entities in a cleaned text were resolved: ``&#x202e;``."""
    return _without_invisible(_without_controls(text))


def _without_controls(text: str) -> str:
    return _NO_CHARACTER.sub("", _CONTROL.sub("", text))


def _without_invisible(text: str) -> str:
    seen = _INVISIBLE.sub("", _TAG_CHARACTER.sub(r"\1", text))
    return _RUN.sub(r"\1\2", _STRAY_SELECTOR.sub("", seen))


def clean_reply(text: str, *, finish_reason: str, structured: bool = False, given: str = "") -> Cleaned:
    """A model's answer, ready to be used or parsed.

    ``structured``: JSON was asked for, so it is not searched for an introduction around the answer. ``given``: the
    text the model worked on; what looks like a placeholder or a refusal there may stand in the answer too.
    Raises: ``Refused``, ``MalformedReply``.
    """
    if finish_reason in FILTERED:
        raise Refused
    cleaned = clean_text(text)
    answer = cleaned.text.strip()
    if _BLANK.fullmatch(answer):
        raise MalformedReply(reason="empty")
    if is_refusal(answer) and not is_refusal(given):
        raise Refused
    if leftover_placeholders(answer) - leftover_placeholders(given):
        raise MalformedReply(reason="placeholders that were not filled in")
    answer = answer if structured else without_wrapping(answer)
    return _flagged(answer, cleaned, limit_reached=finish_reason == "length")


def extract_json(text: str) -> str:
    """The JSON in a text that may have fences or prose around it; the longest piece if there are several.

    Raises: ``MalformedReply``; ``CutReply`` when it is not closed.
    """
    text = text.strip()
    if text.startswith('"'):
        raise MalformedReply(reason="JSON inside a string")
    bodies = _json_bodies(text)
    if not bodies:
        raise MalformedReply(reason="no JSON in it")
    return max(bodies, key=len)


def read_json(text: str) -> Any:
    """The object or list in ``text``, its strings cleaned.

    Stricter than ``json.loads``: at most 20 levels, each key once, finite numbers only. Raises: ``MalformedReply``.
    """
    try:
        data = json.loads(
            extract_json(text),
            object_pairs_hook=_object,
            parse_float=_finite,
            parse_int=_integer,
            parse_constant=_no_number,
        )
    except ValueError:
        raise MalformedReply(reason="not valid JSON") from None
    return _value(data)


def _flagged(answer: str, cleaned: Cleaned, *, limit_reached: bool) -> Cleaned:
    text = _WORD_TOO_LONG.sub(r"\1", answer)
    warnings = list(cleaned.warnings)
    warnings += [Text(_LONG_WORD)] if text != answer else []
    warnings += [Text(_CUT_BY_LIMIT)] if limit_reached else []
    return Cleaned(text=text, warnings=tuple(warnings), truncated=cleaned.truncated or limit_reached or text != answer)


def _json_bodies(text: str) -> list[str]:
    """The outermost bracketed pieces of ``text``."""
    bodies: list[str] = []
    position = 0
    while opening := _JSON_OPENING.search(text, position):
        position = _json_end(text, opening.start())
        bodies.append(text[opening.start() : position])
    return bodies


def _json_end(text: str, start: int) -> int:
    """Where the brackets opened at ``start`` are closed; the depth is checked before any parser could recurse."""
    depth = 0
    for token in _JSON_TOKEN.finditer(text, start):
        depth += 1 if token[1] else -1 if token[2] else 0
        if depth > MOST_DEPTH:
            raise MalformedReply(reason="JSON nested too deeply")
        if depth == 0:
            return token.end()
    raise CutReply


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    cleaned = {_value(key): _value(value) for key, value in pairs}
    if len(cleaned) != len(pairs):
        raise MalformedReply(reason="a key that occurs twice")
    return cleaned


def _value(value: Any) -> Any:
    """Strings cleaned; lists too, because their strings pass no hook of the parser. Objects have been through one."""
    if isinstance(value, str):
        return clean_text(value).text
    return [_value(item) for item in value] if isinstance(value, list) else value


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise MalformedReply(reason="a number that is too large")
    return number


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > LONGEST_NUMBER:
        raise MalformedReply(reason="a number that is too large")
    return int(digits)


def _no_number(name: str) -> NoReturn:
    raise MalformedReply(reason="a number that is none")
