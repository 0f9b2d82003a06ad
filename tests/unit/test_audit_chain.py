"""The chain of the audit trail and its anchors, without a database."""

from __future__ import annotations

import hashlib
import hmac
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_ai_content.core.audit.anchors import Anchor, BadAnchor, read, written
from wagtail_ai_content.core.audit.chain import FIRST, Key, Row, fits, salted, sealed
from wagtail_ai_content.core.audit.verify import verify

KEY = Key.of("a long secret")
KEYS = {KEY.id: KEY.secret}


def a_trail(size: int) -> list[Row]:
    rows: list[Row] = []
    for number in range(1, size + 1):
        previous = rows[-1][-1] if rows else FIRST
        rows.append(sealed((f"fact {number}", None, 3), sequence=number, previous=previous, key=KEY))
    return rows


def test_anybody_with_the_key_can_check_an_entry_with_any_program() -> None:
    (row,) = a_trail(1)
    secret = hashlib.sha256(b"wagtail_ai_content.audit:a long secret").digest()
    text = f'[1,"fact 1",null,3,"{KEY.id}","{"0" * 64}"]'
    assert row[-1] == hmac.new(secret, text.encode(), "sha256").hexdigest()


def test_the_name_of_a_key_says_nothing_about_it() -> None:
    assert KEY.id not in (KEY.secret.hex()[:16], hashlib.sha256(KEY.secret).hexdigest()[:16])
    assert Key.of("another").id != KEY.id


def test_a_whole_trail_is_right() -> None:
    rows = a_trail(5)
    found = verify(rows, KEYS, last=lambda: 5)
    assert (found.entries, found.head, found.broken) == (5, rows[-1][-1], None)
    assert verify([], KEYS).broken is None


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 9), st.integers(0, 5), st.data())
def test_any_change_of_any_value_is_found_where_it_is(place: int, column: int, data: st.DataObject) -> None:
    rows = a_trail(10)
    changed = list(rows[place])
    changed[column] = data.draw(st.text() | st.integers(0, 99) | st.none() | st.booleans())
    if json.dumps(changed[column]) == json.dumps(rows[place][column]):
        return
    rows[place] = tuple(changed)
    broken = verify(rows, KEYS).broken
    assert broken is not None
    assert broken.sequence == place + 1


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False))
def test_any_other_order_is_found(chance: random.Random) -> None:
    rows = a_trail(8)
    shuffled = rows[:]
    chance.shuffle(shuffled)
    first = next((number for number, (row, was) in enumerate(zip(shuffled, rows, strict=True), 1) if row != was), None)
    broken = verify(shuffled, KEYS).broken
    assert (broken and broken.sequence) == first


def test_facts_cannot_slide_from_one_field_into_the_next() -> None:
    one = sealed(("ab", "c"), sequence=1, previous=FIRST, key=KEY)
    other = sealed(("a", "bc"), sequence=1, previous=FIRST, key=KEY)
    assert one[-1] != other[-1]


def test_our_own_entry_that_follows_another_one_is_unlinked() -> None:
    rows = a_trail(4)
    rows[2] = sealed(("else",), sequence=3, previous=rows[1][-1], key=KEY)
    broken = verify(rows, KEYS).broken
    assert broken is not None
    assert (broken.sequence, broken.kind) == (4, "unlinked")


def test_more_entries_than_the_note_of_the_end_says_is_a_break() -> None:
    broken = verify(a_trail(4), KEYS, last=lambda: 3).broken
    assert broken is not None
    assert (broken.sequence, broken.kind) == (4, "inserted")


def test_entries_that_are_added_while_it_reads_are_no_break() -> None:
    rows = a_trail(6)
    for seen in (4, 5, 6):
        ends = iter([4, 6])
        assert verify(rows[:seen], KEYS, last=lambda ends=ends: next(ends)).broken is None


def test_several_anchors_at_one_entry_all_count() -> None:
    rows = a_trail(4)
    good = Anchor(at="", sequence=2, head=rows[1][-1], count=2)
    bad = Anchor(at="", sequence=2, head="x", count=2)
    assert verify(rows, KEYS, anchors=[good, good]).anchors == 2
    broken = verify(rows, KEYS, anchors=[good, bad]).broken
    assert broken is not None
    assert broken.kind == "rewritten"


def test_an_unknown_key_is_no_right_entry() -> None:
    row = sealed(("fact",), sequence=1, previous=FIRST, key=Key.of("gone"))
    broken = verify([row], KEYS).broken
    assert broken is not None
    assert broken.kind == "unknown_key"
    with pytest.raises(KeyError):
        fits(row, KEYS)


def test_an_anchor_is_read_as_it_was_written() -> None:
    anchor = Anchor(at="2026-11-21T01:00:00+00:00", sequence=3, head="ab", count=3)
    assert list(read([written(anchor, KEY), ""], KEYS)) == [anchor]


@pytest.mark.parametrize(
    "line",
    ["no JSON", "[]", "3", "{}", '{"signature": null, "key": "x"}', '{"signature": "x"}', "\ufeff{}", "null"],
)
def test_what_is_no_anchor_of_ours_is_bad(line: str) -> None:
    assert list(read([line], KEYS)) == [BadAnchor(line=1)]


def test_an_anchor_of_another_key_or_with_another_number_is_bad() -> None:
    anchor = Anchor(at="", sequence=3, head="ab", count=3)
    assert list(read([written(anchor, Key.of("other"))], KEYS)) == [BadAnchor(line=1)]
    changed = written(anchor, KEY).replace('"count": 3', '"count": 4')
    assert list(read([changed], KEYS)) == [BadAnchor(line=1)]


def test_a_fingerprint_depends_on_the_salt_and_on_where_the_parts_end() -> None:
    assert salted("00", b"ab", b"c") != salted("00", b"a", b"bc")
    assert salted("00", b"ab") != salted("01", b"ab")
