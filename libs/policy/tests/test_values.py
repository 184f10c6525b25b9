"""Values are known by their names, and are of the type that is asked for."""

from decimal import Decimal
from typing import Any

import pytest
from arrears_policy.errors import PolicyWrong, ValueWrong
from arrears_policy.values import Values, parse

LATEST = {"type": "integer", "value": 30, "unit": "days", "why": "pay day"}
RATE = {"type": "decimal", "value": "0.0500", "unit": "percent a day", "why": "as the card"}


def values(**named: Any) -> Values:
    return parse({"values": named})


def test_a_value_is_asked_for_by_name_and_type():
    found = values(latest_days=LATEST, rate=RATE)
    assert found.integer("latest_days") == 30
    assert (found.decimal("rate"), str(found.decimal("rate"))) == (Decimal("0.05"), "0.0500")


def test_a_value_has_its_unit_and_its_reason():
    found = values(latest_days=LATEST).named["latest_days"]
    assert (found.unit, found.why) == ("days", "pay day")


def test_another_name_or_type_is_an_error():
    found = values(latest_days=LATEST, rate=RATE)
    for ask in (found.integer, found.decimal):
        with pytest.raises(ValueWrong):
            ask("first_days")
    with pytest.raises(ValueWrong):
        found.integer("rate")
    with pytest.raises(ValueWrong):
        found.decimal("latest_days")


@pytest.mark.parametrize(
    ("value", "where"),
    [(LATEST | {"value": value}, "values.it.value") for value in (True, "30", None, 1.0)]
    + [(RATE | {"value": value}, "values.it.value") for value in (1, "1e3", ".5", "1.", "NaN", " 1", "１", "1_0")]
    + [
        ({name: LATEST[name] for name in LATEST if name != missing}, f"values.it.{missing}")
        for missing in ("unit", "why")
    ]
    + [(LATEST | {"type": "text"}, "values.it"), (LATEST | {"note": "x"}, "values.it.note"), (30, "values.it")],
)
def test_a_value_that_is_none_is_a_fault(value: Any, where: str):
    with pytest.raises(PolicyWrong) as caught:
        values(it=value)
    assert [fault.where for fault in caught.value.faults] == [where]


@pytest.mark.parametrize("name", ["Days", "1day", "a-b", "", "é"])
def test_a_name_is_one_that_code_can_ask_for(name: str):
    with pytest.raises(PolicyWrong):
        values(**{name: LATEST})


def test_a_policy_of_values_has_some():
    with pytest.raises(PolicyWrong):
        values()
