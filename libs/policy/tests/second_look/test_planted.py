"""In some hundred lawful contacts so many breaches of all kinds are planted: these are found, and nothing else."""

from random import Random
from uuid import UUID

import pytest
from arrears_policy.second_look.findings import Between, Finding

from .lawful_days import Worked, lawful_day, lawful_night
from .past import AWAY, HOME, Past
from .person import Person
from .planting import PLANTS, unheard_plan

DAYS = ("04-02", "04-03", "04-04", "04-05")
Found = dict[UUID | None, set[tuple[str, str | None]]]


def people(past: Past, number: int, dice: Random) -> list[Worked]:
    names = (f"C-{index}" for index in range(number))
    return [Worked(Person(past, name, dice.choice((HOME, AWAY))), dice) for name in names]


def found_by_contact(past: Past) -> tuple[Found, set[UUID]]:
    findings: Found = {}
    between: set[UUID] = set()
    for each in past.looked_at()[0]:
        match each:
            case Finding():
                findings.setdefault(each.contact, set()).add((each.code, each.rule))
            case Between():
                between.add(each.contact)
    return findings, between


@pytest.mark.parametrize("seed", range(3))
def test_lawful_days_have_no_findings(seed: int):
    past, dice = Past(), Random(seed)
    known = people(past, 40, dice)
    for written in DAYS:
        lawful_day(past, written, known, dice)
        end_of_day(past, written, known, dice)
    found, tally = past.looked_at()
    assert found == []
    assert tally.contacts.total() > 200


@pytest.mark.parametrize("name", PLANTS)
def test_each_kind_is_found_by_itself(past: Past, person: Person, name: str):
    code, rule, plant = PLANTS[name]
    past.at("04-02 18:10")
    contact = plant(person)
    findings, between = found_by_contact(past)
    assert findings.keys() == {contact}
    assert (code, rule) in findings[contact]
    assert between == set()


def test_two_hundred_planted_breaches_are_all_found_and_nothing_else():
    past, dice = Past(), Random(20260402)
    known = people(past, 240, dice)
    kinds = [PLANTS[name] for _ in range(6) for name in dice.sample([*PLANTS], len(PLANTS))]
    planted: Found = {}
    unheard: set[UUID] = set()
    for number, written in enumerate(DAYS):
        of_today = [(known.pop().person, *kind) for kind in kinds[number :: len(DAYS)]]
        lawful_day(past, written, known, dice)
        for person, code, rule, plant in of_today:  # the last contact of each, and the first of the day
            planted[plant(person)] = {(code, rule)}
        unheard |= {unheard_plan(known.pop().person) for _ in range(3)}
        end_of_day(past, written, known, dice)
    findings, between = found_by_contact(past)
    assert len(planted) >= 200
    assert findings.keys() == planted.keys()
    assert all(expected <= findings[contact] for contact, expected in planted.items())
    assert between == unheard


def end_of_day(past: Past, written: str, known: list[Worked], dice: Random) -> None:
    lawful_night(past, written, known, dice)
    for partition in (HOME, AWAY):
        past.closes(written, partition)
