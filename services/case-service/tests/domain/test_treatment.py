"""Which contact a rise of stage asks for, by the table that is shipped."""

from dataclasses import replace
from typing import Any

import pytest
from arrears_events.catalogue.base import PolicyRef
from arrears_events.catalogue.case import TreatmentStepDue
from arrears_policy.decision_table import DecisionTable
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide
from case_service.domain.history import evolve
from case_service.domain.treatment import Treatment

from ..examples import (
    CASE_ID,
    WHO,
    arrears_changed,
    case_opened,
    day,
    dispute_raised,
    money,
    note_arrears,
    shipped,
    stage_changed,
    write_off,
)

given = Specification(decide, evolve).given
REF = PolicyRef(name="treatment", version=1, sha256=shipped("treatment").sha256)


def treatment() -> Treatment:
    table = shipped("treatment").content
    assert isinstance(table, DecisionTable)
    return Treatment(table, REF)


def treated(command: Any) -> Any:
    return replace(command, treatment=treatment())


def step(stage: Any, channel: Any, on: str = "04-21", amount: str = "1000", row: int = 0) -> TreatmentStepDue:
    which: dict[str, Any] = {**WHO, "case_id": CASE_ID, "stage": stage, "due_on": day(on), "channel": channel}
    return TreatmentStepDue(**which, purpose="collection", amount=money(amount), policy=REF, row=row)


@pytest.mark.parametrize(
    ("dpd", "stage", "channel", "row"),
    [(1, "M1", "sms", 2), (31, "M2", "email", 3), (61, "M3", "call", 4), (200, "M7", "call", 4)],
)
def test_opening_asks_for_the_step_of_the_stage_that_was_reached(dpd: int, stage: Any, channel: Any, row: int):
    command = treated(note_arrears(arrears="1000", dpd=dpd))
    given().when(command).then(case_opened(arrears="1000", dpd=dpd, stage=stage), step(stage, channel, row=row))


def test_a_rise_asks_once_for_the_stage_reached_and_for_none_that_was_jumped():
    (
        given(case_opened(arrears="1000"), step("M1", "sms", row=2))
        .when(treated(note_arrears(on="07-21", arrears="1000", dpd=91)))
        .then(
            arrears_changed(on="07-21", arrears="1000", dpd=91),
            stage_changed("M1", "M4", on="07-21"),
            step("M4", "call", on="07-21", row=4),
        )
    )


def test_a_stage_asks_once_in_a_case():
    (
        given(
            case_opened(arrears="1000", dpd=31, stage="M2"),
            step("M2", "email", row=3),
            arrears_changed(on="05-21", arrears="1000", dpd=1),
            stage_changed("M2", "M1", on="05-21"),
        )
        .when(treated(note_arrears(on="06-21", arrears="1000", dpd=31)))
        .then(arrears_changed(on="06-21", arrears="1000", dpd=31), stage_changed("M1", "M2", on="06-21"))
    )


def test_a_fall_asks_for_nothing():
    (
        given(case_opened(arrears="1000", dpd=61, stage="M3"))
        .when(treated(note_arrears(on="05-21", arrears="1000", dpd=31)))
        .then(arrears_changed(on="05-21", arrears="1000", dpd=31), stage_changed("M3", "M2", on="05-21"))
    )


def test_small_arrears_ask_for_nothing():
    given().when(treated(note_arrears(arrears="99"))).then(case_opened(arrears="99"))


def test_what_is_disputed_is_not_demanded():
    (
        given(case_opened(arrears="1000"), dispute_raised(amount="950"))
        .when(treated(note_arrears(on="05-21", arrears="1000", dpd=31)))
        .then(arrears_changed(on="05-21", arrears="1000", dpd=31), stage_changed("M1", "M2", on="05-21"))
    )


def test_a_write_off_asks_for_the_step_of_recovery():
    (
        given(case_opened(arrears="1000"))
        .when(treated(write_off()))
        .then(stage_changed("M1", "recovery", on="10-21"), step("recovery", "call", on="10-21", row=4))
    )


def test_without_a_table_nothing_is_asked_for():
    given().when(note_arrears(arrears="1000")).then(case_opened(arrears="1000"))
