"""What a merge may not lose: every value that one side wrote and the other did not."""

from __future__ import annotations

from tests.helpers.saves.merge_sides import Contents, plain

GONE = "gone"


def origins_of(names: list[str], base: Contents, ours: Contents, theirs: Contents) -> tuple[dict[str, str], list[str]]:
    """Return what the columns of the merged table were at first, and what is wrong with them."""
    found: dict[str, str] = {}
    wrong = []
    for name in names:
        was, one, two = (each.origins.get(name) for each in (base, ours, theirs))
        if one is None or two is None:
            origin = one or two
        else:
            origin = one if one == two or two == was else two if one == was else None
        if origin is None:  # of other case
            every = [pair for side in (ours, theirs) for pair in side.origins.items()]
            origin = next((origin for other, origin in every if other.lower() == name.lower()), None)
        if origin is None or origin in found.values():
            wrong.append(f"column {name} of the result is of neither side, or twice there: {origin}")
            origin = f"unknown {name}"
        found[name] = origin
    return found, wrong


def lost(base: Contents, ours: Contents, theirs: Contents, merged: Contents, winner: str | None) -> list[str]:
    """Return what the merge has lost or changed."""
    wrong = []
    for key in {*base.rows, *ours.rows, *theirs.rows, *merged.rows}:
        was, one, two, now = (each.rows.get(key) for each in (base, ours, theirs, merged))
        if now is None:
            if one is not None and two is not None:
                wrong.append(f"row {key}, which both sides have, is gone")
            elif was is None:
                wrong.append(f"row {key}, which one side added, is gone")
            elif (left := one or two) is not None and winner is None and _changed(was, left):
                wrong.append(f"row {key}, which one side changed and the other deleted, is gone")
            continue
        if one is None and two is None:
            wrong.append(f"row {key}, which no side has, is there")
        elif was is not None and _is_deleted(was, one, two, winner):
            wrong.append(f"row {key}, which one side deleted, is there")
        wrong += _cells(key, was, (ours, one), (theirs, two), (merged, now), winner)
    return wrong


def _is_deleted(was, one, two, winner) -> bool:
    """Whether a row has to be gone: one side deleted it, and the other left it as it was. A winner may have kept it."""
    if winner is not None:
        return {"ours": one, "theirs": two}[winner] is None
    return (one is None or two is None) and not _changed(was, one or two or {})


def _changed(was: dict, now: dict) -> bool:
    """Whether values differ, also in new columns."""
    return any(was.get(origin) != value for origin, value in now.items() if origin != "id")


def _cells(key, was, ours, theirs, merged, winner) -> list[str]:
    wrong = []
    now = merged[1]
    for origin in {*(ours[1] or {}), *(theirs[1] or {})}:
        values = [_value(side, origin) for side in (ours, theirs)]
        before = (was or {}).get(origin, GONE)
        wrote = [_wrote(was, before, side, value) for side, value in zip((ours, theirs), values, strict=True)]
        if all(wrote) and values[0] != values[1]:
            if winner is None and now.get(origin) not in values:
                wrong.append(f"row {key}, {origin}: {now.get(origin, GONE)!r} is of neither side: {values}")
            elif winner is not None and now.get(origin, GONE) != values[winner == "theirs"]:
                wrong.append(f"row {key}, {origin}: {now.get(origin, GONE)!r} is not the winner's: {values}")
            elif winner is None and was is not None:
                wrong.append(f"row {key}, {origin}: both wrote {values}, and that is no conflict")
            continue
        for side, other, value, did in ((ours, theirs, values[0], wrote[0]), (theirs, ours, values[1], wrote[1])):
            if not did or value in (GONE, now.get(origin, GONE)):
                continue
            if value is None and origin not in now:
                continue
            name = "ours" if side is ours else "theirs"
            if winner is not None and name != winner and _decided(was, side, other, origin):
                continue
            wrong.append(f"row {key}, {origin}: {name} wrote {value!r}, and it is {now.get(origin, GONE)!r}")
    return wrong


def _decided(was, side, other, origin) -> bool:
    """Whether the winner decides about a value: it changed the row, lacks the column, or gave one another type."""
    contents, row = other
    types, others = contents.types, side[0].types
    if origin not in types or any(types[each] != others[each] for each in types if each in others):
        return True
    return row != was and (row is None or was is None or _changed(was, row))


def _value(side, origin):
    row = side[1]
    return GONE if row is None else row.get(origin, GONE)


def _wrote(was, before, side, value) -> bool:
    """Whether a side wrote a value: it is in a row that the side added, or it is another one than before."""
    if side[1] is None or value == GONE:
        return False
    return was is None or value != before


def missing(tables: list[list[tuple[object, ...]]], base: Contents, side: Contents) -> set[str]:
    """Return the values of rows that a side wrote that are in none of the tables."""
    held = {plain(value) for rows in tables for row in rows for value in row}
    new = [row for key, row in side.rows.items() if row != base.rows.get(key)]
    return {value for row in new for value in row.values() if value is not None} - held
