"""Contents of the test pages, edited at random on both sides, and what must hold of every merge of them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.support.edits import Editor, lost, written_words
from tests.support.pages.contents import PAGES, VALUES
from tests.support.pages.models import DeepPage, RichPage
from wagtail_ai_content.core.versions.changes import changes, select
from wagtail_ai_content.core.versions.inline import tokens
from wagtail_ai_content.core.versions.merge import Merged, merge
from wagtail_ai_content.core.versions.places import comparable
from wagtail_ai_content.core.versions.stored import block_ids
from wagtail_ai_content.pipeline.shapes import content_shape

pages = st.sampled_from(range(len(PAGES)))
seeds = st.integers(0, 2**32)
times = st.integers(0, 8)


class Trip:
    """A page's content, and what two editors made of it at random."""

    def __init__(self, page: int, seed: int) -> None:
        self.model, content = PAGES[page]
        self.shape = content_shape(self.model)
        random = Random(seed)
        self.someone = Editor(random=random, shape=self.shape, voice="base", values=VALUES)
        self.ai = Editor(random=random, shape=self.shape, voice="ai", values=VALUES)
        self.human = Editor(random=random, shape=self.shape, voice="human", values=VALUES)
        self.base = self.someone.edit(content, times=random.randint(0, 12))

    def merged(self, base: Any, ai: Any, now: Any) -> Merged:
        return merge(base, ai, now, shape=self.shape)


trips = st.builds(Trip, pages, seeds)


def told(content: dict[str, Any]) -> dict[str, Any]:
    """What a person sees of a content: of the numbers of rows only their order."""
    links = content.get("links", [])
    return comparable({**content, "links": [{**row, "sort_order": place} for place, row in enumerate(links)]})


def rows_in_any_order(content: dict[str, Any]) -> dict[str, Any]:
    """As ``told``. Rows without a number are known again by what they say, so that two of them may change places."""
    seen = told(content)
    return {**seen, "links": sorted(json.dumps({**row, "sort_order": 0}) for row in seen.get("links", []))}


def check_body(body: str, model: type[Any]) -> None:
    """Wagtail takes it as it is, no id stands twice, and the HTML is whole."""
    if model is RichPage:
        assert tokens(body) is not None
        return
    ids = list(block_ids(json.loads(body)))
    assert len(ids) == len(set(ids))
    field = model._meta.get_field("body")
    value = field.to_python(body)
    field.stream_block.clean(value)
    assert value.get_prep_value() == json.loads(body)


@given(trips, times)
def test_what_only_people_edited_stays_as_it_is(trip: Trip, number: int) -> None:
    now = trip.human.edit(trip.base, times=number)
    merged = trip.merged(trip.base, trip.base, now)
    assert merged == Merged(content=now, conflicts=(), changed=False)
    assert all(merged.content[name] is now[name] for name in now)


@given(trips, times)
def test_what_only_the_ai_edited_is_taken(trip: Trip, number: int) -> None:
    ai = trip.ai.edit(trip.base, times=number)
    merged = trip.merged(trip.base, ai, trip.base)
    assert not merged.conflicts
    assert told(merged.content) == told(ai)
    assert merged.changed == (told(ai) != told(trip.base))


@given(trips, times)
def test_what_both_edited_alike_is_no_conflict(trip: Trip, number: int) -> None:
    both = trip.ai.edit(trip.base, times=number)
    assert trip.merged(trip.base, both, both) == Merged(content=both, conflicts=(), changed=False)


@given(trips, times, times)
def test_no_word_of_a_person_is_lost_and_none_of_the_ai_unsaid(trip: Trip, by_ai: int, by_human: int) -> None:
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    merged = trip.merged(trip.base, ai, now)
    assert lost(trip.base, now, merged.content, merged.conflicts) == set()
    assert lost(trip.base, ai, merged.content, merged.conflicts) == set()


@given(trips, times, times)
def test_the_result_is_sound(trip: Trip, by_ai: int, by_human: int) -> None:
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    check_body(trip.merged(trip.base, ai, now).content["body"], trip.model)


@given(trips, times, times)
def test_blocks_that_the_ai_left_alone_stay_byte_equal(trip: Trip, by_ai: int, by_human: int) -> None:
    if trip.model is RichPage:
        return
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    before, after = ({b["id"]: b for b in json.loads(side["body"])} for side in (trip.base, ai))
    result = {b["id"]: b for b in json.loads(trip.merged(trip.base, ai, now).content["body"])}
    for block in json.loads(now["body"]):
        if block["id"] not in before or before[block["id"]] == after.get(block["id"]):
            assert json.dumps(result[block["id"]]) == json.dumps(block)


@given(trips, times, times)
def test_edits_of_different_places_commute(trip: Trip, by_ai: int, by_human: int) -> None:
    if trip.model is not DeepPage:
        return
    ids = [block["id"] for block in json.loads(trip.base["body"])]
    trip.ai.only, trip.human.only = frozenset(ids[::2]), frozenset(ids[1::2])
    base = {"body": trip.base["body"]}
    ai, now = trip.ai.edit(base, times=by_ai), trip.human.edit(base, times=by_human)
    one, other = trip.merged(base, ai, now), trip.merged(base, now, ai)
    assert one.conflicts == other.conflicts == ()
    assert told(one.content) == told(other.content)


@given(trips, times, times)
def test_undoing_gives_back_what_was_there(trip: Trip, by_ai: int, by_human: int) -> None:
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    after = trip.merged(trip.base, ai, now).content
    undone = trip.merged(after, now, after)
    assert not undone.conflicts
    assert told(undone.content) == told(now)


@given(trips, times, times, times)
def test_undoing_later_keeps_what_people_wrote_since(trip: Trip, by_ai: int, by_human: int, later: int) -> None:
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    after = trip.merged(trip.base, ai, now).content
    then = trip.human.edit(after, times=later)
    undone = trip.merged(after, now, then)
    assert lost(after, then, undone.content, undone.conflicts) == set()


@given(trips, times, times)
def test_merging_again_changes_nothing(trip: Trip, by_ai: int, by_human: int) -> None:
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    once = trip.merged(trip.base, ai, now)
    again = trip.merged(trip.base, ai, once.content)
    assert rows_in_any_order(again.content) == rows_in_any_order(once.content)


@given(trips, times, times)
def test_a_decision_settles_a_conflict(trip: Trip, by_ai: int, by_human: int) -> None:
    ai, now = trip.ai.edit(trip.base, times=by_ai), trip.human.edit(trip.base, times=by_human)
    merged = trip.merged(trip.base, ai, now)
    ours = merge(trip.base, ai, now, shape=trip.shape, chosen={c.path: "now" for c in merged.conflicts})
    assert ours == Merged(content=merged.content, conflicts=(), changed=merged.changed)
    theirs = merge(trip.base, ai, now, shape=trip.shape, chosen={c.path: "ai" for c in merged.conflicts})
    assert not {c.path for c in theirs.conflicts} & {c.path for c in merged.conflicts}
    assert all(written_words(c.ai) - written_words(c.base) <= written_words(theirs.content) for c in merged.conflicts)


# --- changes


@given(trips, times)
def test_all_changes_make_the_ai_s_content_and_none_the_base(trip: Trip, number: int) -> None:
    ai = trip.ai.edit(trip.base, times=number)
    found = changes(trip.base, ai, shape=trip.shape)
    assert len({change.id for change in found}) == len(found)
    everything = select(trip.base, ai, shape=trip.shape, accepted={change.id for change in found})
    assert told(everything) == told(ai)
    nothing = select(trip.base, ai, shape=trip.shape, accepted=())
    assert told(nothing) == told(trip.base)
    assert changes(trip.base, ai, shape=trip.shape) == found


@given(trips, times, st.data())
def test_any_selection_is_sound_and_its_changes_are_those_selected(
    trip: Trip, number: int, data: st.DataObject
) -> None:
    ai = trip.ai.edit(trip.base, times=number)
    found = changes(trip.base, ai, shape=trip.shape)
    accepted = {change.id for change in found if data.draw(st.booleans())}
    chosen = select(trip.base, ai, shape=trip.shape, accepted=accepted)
    merged = trip.merged(trip.base, chosen, trip.base)
    assert not merged.conflicts
    assert told(merged.content) == told(chosen)
    check_body(chosen["body"], trip.model)


@given(trips, times)
def test_changes_accepted_one_by_one_end_where_accepting_all_at_once_does(trip: Trip, number: int) -> None:
    ai = trip.ai.edit(trip.base, times=number)
    found = changes(trip.base, ai, shape=trip.shape)
    now, before = trip.base, trip.base
    for place in range(len(found)):
        after = select(trip.base, ai, shape=trip.shape, accepted={change.id for change in found[: place + 1]})
        merged = trip.merged(before, after, now)
        assert not merged.conflicts
        now, before = merged.content, after
    assert told(now) == told(ai)


@given(trips)
def test_the_check_for_lost_words_sees_a_loss(trip: Trip) -> None:
    now = {**trip.base, "title": "human999w"}
    assert lost(trip.base, now, trip.base, ()) == {"human999w"}
    assert lost(trip.base, now, now, ()) == set()
