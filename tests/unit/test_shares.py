"""An AI's part in a content: found at its place wherever that is now, summed up for blocks, fields and the whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_ai_content.core.versions.passages import passages, visible_text
from wagtail_ai_content.core.versions.shape import Children, ListOf, Many, RichText, Stream, Struct, Text, Value
from wagtail_ai_content.core.versions.shares import MEMORY, Origins, Survey, survey, written

SECTION = Struct(children={"heading": Text(), "text": RichText(), "items": ListOf(child=Text())})
BODY = Stream(
    children={"paragraph": RichText(), "section": SECTION, "aside": Stream(children={"paragraph": RichText()})}
)
SHAPE = {"title": Text(), "body": BODY, "links": Children(fields={"title": Text()}), "tags": Many(), "day": Value()}

WALK = "Eleven of us set out along the coast before the sun was up."
STORM = "The storm took two boats that night and half of the new quay."
COUNCIL = "On Monday the council promised repairs nobody believed in at all."


def content(*blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"title": "A walk", "body": json.dumps(blocks), "links": [], **fields}


def paragraph(name: str, text: str) -> dict[str, Any]:
    return {"type": "paragraph", "value": f'<p data-block-key="{name}">{text}</p>', "id": name}


def section(name: str, text: str, *items: str) -> dict[str, Any]:
    members = [{"type": "item", "value": item, "id": f"{name}-{item[0]}"} for item in items]
    return {"type": "section", "value": {"heading": "Facts", "text": f"<p>{text}</p>", "items": members}, "id": name}


def origins_of(before: dict[str, Any], after: dict[str, Any], generation: str = "g1", known: Origins = {}) -> Origins:  # noqa: B006
    return written(passages(before, SHAPE), passages(after, SHAPE), proposed={}, generation=generation, origins=known)


def of(now: dict[str, Any], origins: Origins) -> Survey:
    return survey(passages(now, SHAPE), origins)


BEFORE = content(paragraph("a", COUNCIL))
AFTER = content(paragraph("a", COUNCIL), paragraph("b", WALK), section("c", STORM, "Rope", "A lamp and oil"))
ORIGINS = origins_of(BEFORE, AFTER)


def test_only_what_changed_is_the_ais() -> None:
    found = of(AFTER, ORIGINS)

    assert {key: part.kind for key, part in found.parts.items()} == {
        "body": "mixed",
        "b": "ai",
        "c": "ai",
        "c.heading": "ai",
        "c.text": "ai",
        "c.items": "ai",
        "c-R": "ai",
        "c-A": "ai",
    }
    assert found.whole.kind == "mixed"
    assert found.parts["c.text"].path == "body.c.text"
    assert found.parts["c-A"].path == "body.c.items.c-A"


def test_moving_blocks_also_into_other_blocks_changes_the_path_only() -> None:
    aside = {"type": "aside", "value": [paragraph("b", WALK)], "id": "d"}
    moved = content(section("c", STORM, "A lamp and oil", "Rope"), aside, paragraph("a", COUNCIL))
    found = of(moved, ORIGINS)

    assert found.parts["b"].kind == "ai"
    assert found.parts["b"].path == "body.d.b"
    assert found.parts["d"].kind == "ai"
    assert found.whole == of(AFTER, ORIGINS).whole


def test_a_block_taken_out_and_put_back_is_the_ais_again() -> None:
    without = of(content(paragraph("a", COUNCIL)), ORIGINS)

    assert without.as_json() == {}
    assert of(AFTER, ORIGINS).parts["b"].kind == "ai"


def test_taking_a_block_out_lowers_what_survives() -> None:
    found = of(content(paragraph("a", COUNCIL), paragraph("b", WALK)), ORIGINS)

    assert found.parts["b"].surviving == 1.0
    assert 0 < found.whole.surviving < 1


def test_a_slip_put_right_does_not_change_the_name_a_rewritten_half_does() -> None:
    slip = of(content(paragraph("b", WALK.replace("coast", "shore"))), ORIGINS)
    half = of(content(paragraph("b", f"{WALK} {COUNCIL}")), ORIGINS)

    assert slip.parts["b"].kind == "ai"
    assert slip.parts["b"].of_text < 1
    assert half.parts["b"].kind == "mixed"
    assert half.parts["b"].surviving == 1.0


def test_a_copy_of_a_block_and_the_half_of_a_split_one_are_known_again() -> None:
    long = f"{WALK} {STORM}"
    origins = origins_of(content(), content(paragraph("b", long)))
    now = content(paragraph("b", WALK), paragraph("new", STORM), paragraph("copy", long), paragraph("own", COUNCIL))

    found = of(now, origins)

    assert {key for key, part in found.parts.items() if part.kind == "ai"} == {"b", "new", "copy"}
    edited = content(paragraph("new", STORM.replace("two", "three")))
    assert of(edited, origins).parts["new"].of_text == pytest.approx(12 / 13)


def test_what_an_ai_writes_into_a_copy_of_its_text_leaves_the_rest_of_it_the_ais() -> None:
    copied = content(paragraph("b", WALK), paragraph("copy", WALK))
    origins = origins_of(content(), content(paragraph("b", WALK)))
    longer = content(paragraph("b", WALK), paragraph("copy", f"{WALK} {STORM}"))

    now = origins_of(copied, longer, "g2", origins)

    assert of(longer, now).parts["copy"].kind == "ai"
    assert set(of(longer, now).parts["copy"].generations) == {"g1", "g2"}


def test_what_a_person_wrote_stays_theirs_when_an_ai_quotes_it_elsewhere() -> None:
    before = content(paragraph("own", f"{COUNCIL} {STORM}"), paragraph("b", "Nothing yet."))
    after = content(paragraph("own", f"{COUNCIL} {STORM}"), paragraph("b", f"{COUNCIL} {STORM} {WALK}"))

    origins = origins_of(before, after)
    moved = content(paragraph("b", f"{COUNCIL} {STORM} {WALK}"), paragraph("elsewhere", f"{COUNCIL} {STORM}"))

    assert "own" not in of(after, origins).parts
    assert of(after, origins).parts["b"].kind == "ai"
    assert "elsewhere" not in of(moved, origins).parts


def test_a_copy_that_is_mostly_a_persons_by_now_is_theirs() -> None:
    origins = origins_of(content(), content(paragraph("b", WALK)))
    now = content(paragraph("b", WALK), paragraph("copy", f"Eleven of us set out along {COUNCIL}"))

    assert set(of(now, origins).parts) == {"b", "body"}


def test_a_person_who_writes_the_same_few_words_elsewhere_stays_their_author() -> None:
    now = content(paragraph("own", "the new quay"), title="The storm")

    assert of(now, ORIGINS).as_json() == {}


def test_rows_of_inline_children_are_known_without_their_numbers() -> None:
    before = content(links=[{"pk": None, "title": COUNCIL}])
    after = content(links=[{"pk": None, "title": COUNCIL}, {"pk": None, "title": WALK}])
    origins = origins_of(before, after)
    published = content(links=[{"pk": 4, "title": WALK}, {"pk": 5, "title": COUNCIL}])

    share = of(published, origins).parts["links.title"]

    assert share.kind == "mixed"
    assert share.surviving == 1.0


def test_generations_are_told_with_the_one_of_most_words_first() -> None:
    again = content(paragraph("b", f"{WALK} Nobody spoke, not once."))
    origins = origins_of(
        content(paragraph("b", WALK)), again, "g2", origins_of(content(), content(paragraph("b", WALK)))
    )

    assert of(again, origins).parts["b"].generations == ("g1", "g2")


def test_a_place_remembers_a_bounded_number_of_generations() -> None:
    origins: Origins = {}
    for number in range(MEMORY + 5):
        text = f"{WALK} Version {number} of {number * 7} words."
        origins = origins_of(content(), content(paragraph("b", text)), f"g{number}", origins)

    assert len(origins["b"]) == MEMORY


def test_typing_a_word_into_a_long_page_is_no_other_value() -> None:
    blocks = [paragraph(f"b{number}", f"{number} {WALK} {STORM}") for number in range(40)]
    origins = origins_of(content(), content(*blocks))

    one, two = (of(content(*blocks, paragraph("a", text)), origins) for text in ("It was", "It was cold"))

    assert one != two
    assert one.as_json() == two.as_json()


def test_a_survey_comes_back_from_its_stored_form() -> None:
    found = of(AFTER, ORIGINS)

    assert Survey.from_json(json.loads(json.dumps(found.as_json()))).as_json() == found.as_json()


def test_the_words_of_rich_text_without_its_tags() -> None:
    html = '<h2>One</h2><p>t<b>w</b>o &amp; <a href="x>">three</a><br/>four</p><embed alt="five"/><ul><li>six</li></ul>'

    assert visible_text(html) == "One\nt" + 'wo & ">three\nfour\nsix'


@pytest.mark.parametrize(
    "body",
    ["[", "[1, null, [], {}]", '[{"type": [], "value": 1}]', '[{"type": "section", "value": 3, "id": "x"}]',
     '[{"type": "aside", "value": "text", "id": 4}]', "[" * 100_000, None, 7, {"type": "paragraph"}],
)  # fmt: skip
def test_content_of_another_form_holds_no_text(body: Any) -> None:
    assert set(passages({"title": "A walk", "body": body, "links": [None, 3]}, SHAPE)) == {"title"}


TEXT_KEYS = ["type", "value", "id", "text"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["<p>x", "[{", "section"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(TEXT_KEYS), inner),
    max_leaves=8,
)


@given(value=JSON, nested=JSON)
def test_no_content_raises(value: Any, nested: Any) -> None:
    block = {"type": "section", "value": nested, "id": "x"}
    texts = passages({"title": value, "body": json.dumps([block, value]), "links": nested}, SHAPE)

    assert survey(texts, ORIGINS).whole.kind in ("human", "mixed", "ai")
