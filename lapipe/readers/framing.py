"""Find what a system writes around the rows of people: rows that are nobody's, and a last column that only ends each row."""

from __future__ import annotations

from collections.abc import Sequence

from lapipe.contract import PseudoRow, folded

#: What Canvas' gradebook writes in rows that are nobody's, in English and Dutch. A row is one only if a whole cell says so. Words such as
#: Total or Average are none of them: a survey has them for answers.
NOBODY = ("Points Possible", "Mogelijke punten", "Punten mogelijk", "Manual Posting", "Student, Test", "Test Student")

#: A row among so many first ones that has nothing in at least half of the columns which all but a tenth of the others fill seems nobody's.
_FIRST, _HALF, _NEARLY = 5, 0.5, 0.9
#: So many rows tell what the others fill.
_ENOUGH = 10


def pseudo_rows_of(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[PseudoRow, ...]:
    """Give what tells the rows that are nobody's: a text of our own list, and the column where it stands."""
    known = {folded(text): text for text in NOBODY}
    found: dict[PseudoRow, None] = {}
    for row in rows:
        place = next((place for place, cell in enumerate(row) if folded(cell) in known), None)
        if place is not None and place < len(names):
            text = known[folded(row[place])]
            # It posts items by hand, so it stands under an item.
            found[PseudoRow(text=text) if text == "Manual Posting" else PseudoRow(column=names[place], text=text)] = None
    return tuple(found)


def seem_nobodys(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give the numbers of first rows, after the header, that leave empty what the others fill; a person must look at them."""
    others = [row for row in rows[_FIRST:] if len(row) == width]
    if len(others) < _ENOUGH:
        return []
    filled = [place for place in range(width) if sum(bool(row[place].strip()) for row in others) >= _NEARLY * len(others)]
    return [number for number, row in enumerate(rows[:_FIRST], 1)
            if len(row) == width and filled and sum(not row[place].strip() for place in filled) >= _HALF * len(filled)]


def seems_nobodys_end(rows: Sequence[Sequence[str]], last: Sequence[str]) -> bool:
    """Tell whether the last row, such as one of totals, leaves empty what the first rows fill; a person must look at it."""
    width = len(last)
    return bool(seem_nobodys([last, *([[""] * width] * (_FIRST - 1)), *(row for row in rows if row != last)], width)[:1] == [1])


def trailer_of(header: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, str] | None:
    """Give the header and the text of a last column that has the same sign in every row, and nothing else, if there is one."""
    ends = {row[-1] if len(row) == len(header) else None for row in rows}
    if len(header) < 3 or len(rows) < 2 or len(ends) != 1:
        return None
    (end,) = ends
    if end is None or not header[-1].strip() or len(end) != 1 or end.isalnum() or end.isspace():
        return None
    # A column of minus signs has no values, and is one.
    return None if end in "-+" else (header[-1].strip(), end)
