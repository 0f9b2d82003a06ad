"""Tables as rows of cells: the values of Wagtail's ``TableBlock`` and ``TypedTableBlock``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .shape import Shape, Table, Text

TEXT = Text()


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a table, or the heading of a column."""

    path: str
    """Below that of the table; true for this very table only, for a row above moves it."""
    value: Any
    """As stored; what is a text by its shape is one."""
    shape: Shape = TEXT
    column: str = ""
    """Type of its column; empty where columns have none."""
    heading: bool = False


def caption(value: Any) -> Cell:
    """What stands above a table; an empty text where nothing does."""
    said = value if isinstance(value, Mapping) else {}
    key = "table_caption" if "table_caption" in said else "caption"
    return _cell(key, said.get(key))


def rows(value: Any, shape: Shape) -> list[list[Cell]]:
    """The cells of a table, the headings of its columns first; none of what is no table."""
    if not (isinstance(value, Mapping) and isinstance(shape, Table)):
        return []
    return list(_typed(value, shape) if shape.columns else _plain(value))


def _plain(value: Mapping[str, Any]) -> Iterator[list[Cell]]:
    first_row, first_column = value.get("first_row_is_table_header"), value.get("first_col_is_header")
    for number, row in enumerate(_list(value.get("data"))):
        yield [
            _cell(
                f"data.{number}.{place}", said, heading=bool((first_row and not number) or (first_column and not place))
            )
            for place, said in enumerate(_list(row))
        ]


def _typed(value: Mapping[str, Any], shape: Table) -> Iterator[list[Cell]]:
    columns = [column for column in _list(value.get("columns")) if isinstance(column, Mapping)]
    kinds = [str(column.get("type")) for column in columns]
    headings = [
        _cell(f"columns.{place}.heading", column.get("heading"), column=kind, heading=True)
        for place, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    ]
    if any(cell.value for cell in headings):
        yield headings
    for number, row in enumerate(_list(value.get("rows"))):
        values = _list(row.get("values")) if isinstance(row, Mapping) else []
        yield [
            _cell(f"rows.{number}.values.{place}", said, shape=shape.columns[kind], column=kind)
            for place, (kind, said) in enumerate(zip(kinds, values, strict=False))
            if kind in shape.columns
        ]


def _cell(path: str, value: Any, *, shape: Shape = TEXT, column: str = "", heading: bool = False) -> Cell:
    if isinstance(shape, Text) and not isinstance(value, str):
        value = "" if value is None or isinstance(value, bool | Mapping | list) else str(value)
    return Cell(path=path, value=value, shape=shape, column=column, heading=heading)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def lines(texts: Iterable[Iterable[str]]) -> str:
    """The texts of rows of cells: a line a row, ``|`` between two cells."""
    written = (" | ".join(" ".join(text.split()) for text in row) for row in texts)
    return "\n".join(line.rstrip() for line in written if line.strip(" |"))
