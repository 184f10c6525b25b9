"""Cases over HTTP: the page of one, the lists, the timeline."""

from dataclasses import replace
from typing import Any

import pytest

from ..examples import CASE_ID, DISPUTE_ID, case_id_of, clear_arrears, note_arrears, raise_dispute, write_off
from .conftest import Case

TWD_100 = {"amount": "100.00", "currency": "TWD"}


def other_account(command: Any, account_id: str) -> Any:
    return replace(command, account_id=account_id, word_id=f"{account_id}/missed")


async def listed(case: Case, **query: Any) -> list[str]:
    return [item["account_id"] for item in (await case.get("/cases", **query))["items"]]


async def test_the_page_of_a_case(case: Case):
    await case.tell(note_arrears(dpd=31))
    page = await case.get(f"/cases/{CASE_ID}")
    [arrears] = page.pop("arrears")
    assert page == {
        "case_id": str(CASE_ID),
        "customer_id": "C-1",
        "account_id": "A-1",
        "status": "open",
        "reason": "missed",
        "entered_at_stage": "M2",
        "stage": "M2",
        "opened_on": "2026-04-21",
        "recovery_since": None,
        "closed_on": None,
        "outcome": None,
        "stopped": False,
    }
    assert (arrears["arrears"], arrears["days_past_due"], arrears["as_of"]) == (TWD_100, 31, "2026-04-21")


async def test_a_case_has_the_version_of_its_account(case: Case):
    await case.tell(note_arrears(), clear_arrears(), clear_arrears("05-22"))
    assert await case.version(f"/cases/{CASE_ID}") == 3


async def test_the_case_of_a_customer_who_is_stopped_says_so(case: Case):
    await case.tell(note_arrears())
    await case.stop("C-1")
    assert (await case.get(f"/cases/{CASE_ID}"))["stopped"] is True


async def test_a_case_that_is_not_there(case: Case):
    for path in (f"/cases/{CASE_ID}", f"/cases/{CASE_ID}/timeline", "/cases/nonsense", "/accounts/A-1/cases"):
        assert (await case.http.get(path)).status_code == 404


async def test_what_is_held_is_shown_and_falls_with_the_arrears(case: Case):
    await case.tell(note_arrears(arrears="100"), raise_dispute("40"))
    assert (await case.get(f"/cases/{CASE_ID}"))["arrears"][0]["held"]["amount"] == "40.00"
    await case.tell(note_arrears("05-21", arrears="30"))
    assert (await case.get(f"/cases/{CASE_ID}"))["arrears"][0]["held"]["amount"] == "30.00"


async def test_a_dispute_of_an_earlier_case_holds_in_the_next(case: Case):
    await case.tell(note_arrears(), raise_dispute("40"), clear_arrears(), note_arrears("06-21"))
    held = {each["case_id"]: each["arrears"][0]["held"]["amount"] for each in (await case.get("/cases"))["items"]}
    assert held == {str(CASE_ID): "0.00", str(case_id_of("06-21")): "40.00"}
    assert [each["status"] for each in (await case.get("/cases", held=True))["items"]] == ["open"]


@pytest.fixture
async def three(case: Case) -> Case:
    """A-1 with a part held, A-2 in recovery, A-3 closed."""
    await case.tell(note_arrears(arrears="300", dpd=31), raise_dispute("40"))
    await case.tell(other_account(note_arrears("04-22"), "A-2"), write_off("04-25"), account_id="A-2")
    await case.tell(other_account(note_arrears("04-23"), "A-3"), clear_arrears(), account_id="A-3")
    return case


FILTERS: list[tuple[dict[str, str], list[str]]] = [
    ({}, ["A-1", "A-2", "A-3"]),
    ({"status": "open"}, ["A-1", "A-2"]),
    ({"status": "closed"}, ["A-3"]),
    ({"stage": "M2"}, ["A-1"]),
    ({"stage": "recovery"}, ["A-2"]),
    ({"held": "true"}, ["A-1"]),
    ({"held": "false"}, ["A-2", "A-3"]),
    ({"least_arrears": "100.00", "currency": "TWD"}, ["A-1", "A-2"]),
    ({"least_arrears": "100.01", "currency": "TWD"}, ["A-1"]),
    ({"least_arrears": "100.00", "currency": "USD"}, []),
    ({"customer_id": "C-2"}, []),
    ({"customer_id": "C-1", "status": "open", "held": "false"}, ["A-2"]),
]


async def test_a_list_is_filtered(three: Case):
    for query, accounts in FILTERS:
        assert await listed(three, **query) == accounts, query


WRONG_FILTERS = [
    {"stage": "M9"},
    {"held": "maybe"},
    {"held": "yes"},
    {"held": "1"},
    {"held": "True"},
    {"least_arrears": "1.00"},
    {"currency": "TWD"},
    {"least_arrears": "1.001", "currency": "TWD"},
    {"least_arrears": "1", "currency": "TWD"},
    {"least_arrears": "1.00", "currency": "JPY"},
    {"least_arrears": "1e2", "currency": "TWD"},
    {"colour": "red"},
]


async def test_a_filter_that_says_nothing_is_refused(case: Case):
    for query in WRONG_FILTERS:
        assert (await case.http.get("/cases", params=query)).status_code == 400, query


async def test_a_list_goes_on_from_page_to_page(three: Case):
    first = await three.get("/cases", limit=2)
    second = await three.get("/cases", limit=2, cursor=first["next"])
    pages = [[item["account_id"] for item in page["items"]] for page in (first, second)]
    assert (pages, second["next"]) == ([["A-1", "A-2"], ["A-3"]], None)


async def test_the_cases_of_an_account(case: Case):
    await case.open_account()
    await case.tell(note_arrears(), clear_arrears(), note_arrears("06-21"))
    items = (await case.get("/accounts/A-1/cases"))["items"]
    assert [(item["opened_on"], item["status"]) for item in items] == [("2026-04-21", "closed"), ("2026-06-21", "open")]


async def test_the_timeline_of_a_case(case: Case):
    await case.tell(note_arrears(), note_arrears("05-21", dpd=31), raise_dispute("40"))
    page = await case.get(f"/cases/{CASE_ID}/timeline", limit=3)
    assert [entry["what"] for entry in page["items"]] == ["CaseOpened", "ArrearsChanged", "StageChanged"]
    assert (page["items"][2]["actor"], page["items"][2]["caused_by"]) == ("case-service", "fact-2")
    assert page["items"][2]["facts"] == {"from_stage": "M1", "to_stage": "M2", "on": "2026-05-21"}
    [last] = (await case.get(f"/cases/{CASE_ID}/timeline", limit=3, cursor=page["next"]))["items"]
    assert (last["what"], last["facts"]["dispute_id"]) == ("DisputeRaised", str(DISPUTE_ID))
