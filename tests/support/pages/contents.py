"""Contents of the test pages, to be edited at random."""

from __future__ import annotations

import json
from typing import Any

from .models import DeepPage, RichPage, TablePage

SECTION = {
    "heading": "What to take",
    "text": '<p data-block-key="s1">Take <b>boots</b> and <a href="/coats">a warm coat</a>.</p>',
    "remark": "The shop is cheap.",
    "items": [{"type": "item", "value": "A coat", "id": "i1"}, {"type": "item", "value": "A map", "id": "i2"}],
}
NESTED = [
    {"type": "note", "value": "Mind the tide.", "id": "a1"},
    {"type": "sections", "value": [{"type": "item", "value": {**SECTION, "items": []}, "id": "n1"}], "id": "a2"},
]
DEEP_BODY = [
    {"type": "heading", "value": "The third day", "id": "b1"},
    {"type": "paragraph", "value": '<p data-block-key="d1">It was a <b>long</b> day.</p>', "id": "b2"},
    {"type": "section", "value": SECTION, "id": "b3"},
    {"type": "aside", "value": NESTED, "id": "b4"},
    {"type": "address", "value": "https://walk.example/", "id": "b5"},
    {"type": "rule", "value": None, "id": "b6"},
]
RICH_BODY = (
    '<h2 data-block-key="h1">Leaving</h2><p data-block-key="p1">We left at <b>dawn</b> by the '
    '<a linktype="page" id="1">old road</a>.</p>\n<embed embedtype="image" format="left" id="7" alt="The road"/>'
    '<ul><li data-block-key="l1">bread</li><li data-block-key="l2">cheese</li></ul><hr/><p>Nobody spoke.</p>'
)
TIMES = {
    "data": [["Low water", "Opens", "Closes"], ["11.20", "8.50", "13.50"], ["12.05", "9.35", None]],
    "first_row_is_table_header": True,
    "first_col_is_header": False,
    "table_header_choice": "row",
    "table_caption": "Crossing times",
    "cell": [{"row": 1, "col": 2, "className": "htRight"}],
    "mergeCells": [],
}
PRICES = {
    "columns": [
        {"type": "text", "heading": "What"},
        {"type": "remark", "heading": "Remark"},
        {"type": "number", "heading": "Pence"},
        {"type": "supplier", "heading": "From"},
    ],
    "rows": [
        {"values": ["Tea", '<p data-block-key="t1">In <b>odd</b> mugs</p>', 200, "Pike & Daughter"]},
        {"values": ["Honey cake", '<p data-block-key="t2">A <a href="/cake">slice</a></p>', 250, ""]},
    ],
    "caption": "At the lane’s end",
}
TABLE_BODY = [
    {"type": "paragraph", "value": '<p data-block-key="c1">Mind the board at the lane.</p>', "id": "c1"},
    {"type": "times", "value": TIMES, "id": "c2"},
    {"type": "prices", "value": PRICES, "id": "c3"},
    {"type": "offer", "value": {"heading": "For walkers", "prices": PRICES}, "id": "c4"},
]
VALUES = {
    "address": lambda random: f"https://walk.example/{random.randrange(99)}",
    "contact": lambda random: f"walk{random.randrange(99)}@example.com",
    "reference": lambda random: "ABCDEF"[: random.randint(1, 6)],
    "tone": lambda random: "a",
    "show_in_menus": lambda random: random.random() < 0.5,
    "times": lambda random: {**TIMES, "data": [[f"{random.randrange(24)}.00", "8.50", "13.50"]]},
    "prices": lambda random: {**PRICES, "caption": f"Prices of {random.randrange(99)}"},
}
ROWS = [{"pk": None if n % 2 else n, "sort_order": n, "page": 7, "title": f"A link to number {n}"} for n in range(4)]
PAGES: list[tuple[type[Any], dict[str, Any]]] = [
    (
        DeepPage,
        {
            "title": "Third day",
            "body": json.dumps(DEEP_BODY),
            "desk_notes": "Ring before noon.",
            "links": ROWS,
            "show_in_menus": False,
            "live": True,
        },
    ),
    (TablePage, {"title": "Times and prices", "body": json.dumps(TABLE_BODY)}),
    (RichPage, {"title": "Second day", "summary": "Of the sea.", "body": RICH_BODY, "legal": ""}),
]
