"""The proof of a table against brute force: small random tables, every case asked one by one."""

import re
from itertools import product
from typing import Any

from arrears_policy.decision_table import parse
from arrears_policy.errors import Fault, PolicyWrong
from hypothesis import event, given
from hypothesis import strategies as st

WORDS = ["a", "b", "c"]
INPUTS = {
    "number": {"type": "integer", "unit": "days", "range": "0..5"},
    "word": {"type": "enum", "of": WORDS},
    "flag": {"type": "bool"},
}
CASES = [dict(zip(INPUTS, values, strict=True)) for values in product(range(6), WORDS, [False, True])]
"""All that can be asked."""


def written(values: list[int]) -> list[Any]:
    """The same numbers, neighbours as ranges."""
    found: list[list[int]] = []
    for value in values:
        if found and found[-1][-1] == value - 1:
            found[-1].append(value)
        else:
            found.append([value])
    return [each[0] if len(each) == 1 else f"{each[0]}..{each[-1]}" for each in found]


def some(values: list[Any]) -> st.SearchStrategy[list[Any]]:
    return st.sets(st.sampled_from(values), min_size=1).map(sorted)


conditions = st.fixed_dictionaries(
    {}, optional={"number": some([*range(6)]), "word": some(WORDS), "flag": some([False, True])}
)
free_rows = st.lists(conditions, min_size=1, max_size=7)


@st.composite
def split_rows(draw: st.DrawFn) -> list[dict[str, list[Any]]]:
    """Sound tables and nearly sound ones: the cases cut in two again and again, a part perhaps changed."""
    parts: list[dict[str, list[Any]]] = [{"number": [*range(6)], "word": WORDS, "flag": [False, True]}]
    for _ in range(draw(st.integers(0, 6))):
        part = parts.pop(draw(st.integers(0, len(parts) - 1)))
        name = draw(st.sampled_from(sorted(part)))
        at = draw(st.integers(0, len(part[name])))
        parts += [part | {name: half} for half in (part[name][:at], part[name][at:]) if half]
    if draw(st.booleans()):
        place = draw(st.integers(0, len(parts) - 1))
        parts[place] = parts[place] | draw(conditions)
    return draw(st.permutations(parts))


rows_of_a_table = free_rows | split_rows()


def hits(row: dict[str, list[Any]], case: dict[str, Any]) -> bool:
    return all(case[name] in values for name, values in row.items())


def hitting(rows: list[dict[str, list[Any]]], case: dict[str, Any]) -> list[int]:
    return [place for place, row in enumerate(rows) if hits(row, case)]


def document(hit: str, rows: list[dict[str, list[Any]]], **fields: Any) -> dict[str, Any]:
    told = [{**row, **({"number": written(row["number"])} if "number" in row else {})} for row in rows]
    outputs = {"row": {"type": "integer", "unit": "rows"}}
    lines = [{"when": when, "then": {"row": place}} for place, when in enumerate(told)]
    return {"hit": hit, "inputs": INPUTS, "outputs": outputs, "rows": lines, **fields}


def faults(hit: str, rows: list[dict[str, list[Any]]]) -> list[Fault]:
    try:
        parse(document(hit, rows))
    except PolicyWrong as wrong:
        return [*wrong.faults]
    return []


def places(found: list[Fault], code: str) -> set[int]:
    return {int(fault.where[5:-1]) for fault in found if fault.code == code}


def cases_of(says: str) -> list[dict[str, Any]]:
    """Those that the words `word=a, number=1..3` name."""
    told = dict(re.findall(r"(number|word|flag)=([^,]+)", says))
    named: dict[str, list[Any]] = {"number": [*range(6)], "word": WORDS, "flag": [False, True]}
    for name, value in told.items():
        first, _, last = value.partition("..")
        is_number = name == "number"
        named[name] = (
            [*range(int(first), int(last or first) + 1)]
            if is_number
            else [{"true": True, "false": False}.get(value, value)]
        )
    return [dict(zip(INPUTS, values, strict=True)) for values in product(*(named[name] for name in INPUTS))]


@given(rows_of_a_table)
def test_a_gap_is_told_exactly_where_a_case_hits_no_row(rows: list[dict[str, list[Any]]]):
    told = [fault.says for fault in faults("first", rows) if fault.code == "gap"]
    assert bool(told) == any(not hitting(rows, case) for case in CASES)
    for says in told[:20]:
        assert all(not hitting(rows, case) for case in cases_of(says))


@given(rows_of_a_table)
def test_an_overlap_is_told_for_every_row_that_hits_a_case_of_a_row_before_it(rows: list[dict[str, list[Any]]]):
    found = [fault for fault in faults("unique", rows) if fault.code == "overlap"]
    assert places(found, "overlap") == {place for case in CASES for place in hitting(rows, case)[1:]}
    for fault in found:
        other, place = int(fault.says[5 : fault.says.index("]")]), int(fault.where[5:-1])
        assert all({other, place} <= {*hitting(rows, case)} for case in cases_of(fault.says))


@given(rows_of_a_table)
def test_a_row_is_dead_exactly_when_it_is_the_first_of_no_case(rows: list[dict[str, list[Any]]]):
    first = {hitting(rows, case)[0] for case in CASES if hitting(rows, case)}
    assert places(faults("first", rows), "dead-row") == {*range(len(rows))} - first


@given(rows_of_a_table)
def test_a_unique_table_that_loads_has_one_row_for_every_case(rows: list[dict[str, list[Any]]]):
    sound = all(len(hitting(rows, case)) == 1 for case in CASES)
    assert (not faults("unique", rows)) == sound
    event(f"sound: {sound}")
    if sound:
        table = parse(document("unique", rows))
        assert [[table.decide(**case).row] for case in CASES] == [hitting(rows, case) for case in CASES]


@given(rows_of_a_table)
def test_a_first_table_that_loads_gives_the_first_row_for_every_case(rows: list[dict[str, list[Any]]]):
    if not faults("first", rows):
        table = parse(document("first", rows))
        assert [table.decide(**case).outputs["row"] for case in CASES] == [hitting(rows, case)[0] for case in CASES]


@given(rows_of_a_table)
def test_a_collecting_table_gives_all_rows_of_every_case(rows: list[dict[str, list[Any]]]):
    table = parse(document("collect", rows, gaps="allowed"))
    assert [[hit.row for hit in table.collect(**case)] for case in CASES] == [hitting(rows, case) for case in CASES]
    assert bool(faults("collect", rows)) == any(not hitting(rows, case) for case in CASES)
