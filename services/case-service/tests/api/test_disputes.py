"""Disputes over HTTP: raised, acknowledged, resolved, listed."""

import hashlib
from typing import Any
from uuid import UUID

import pytest
from arrears_runtime.testing.publishing import publish

from ..examples import CASE_ID, clear_arrears, close_day, hear_dispute, note_arrears
from .conftest import DISPUTES, TODAY, Case


@pytest.fixture
async def opened(case: Case) -> Case:
    await case.tell(note_arrears(arrears="100"))
    return case


async def raised(case: Case) -> str:
    answer = await case.raise_dispute(CASE_ID)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_dispute_is_raised_with_the_deadlines_of_the_policy_in_force(opened: Case):
    answer = await opened.raise_dispute(CASE_ID)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"2"')
    dispute = await opened.get(answer.headers["Location"])
    assert (dispute["dispute_id"], dispute["disputed_amount"]["amount"]) == (answer.json()["id"], "40.00")
    assert [dispute[name] for name in ("raised_on", "acknowledge_by", "resolve_by")] == [
        "2026-04-22",
        "2026-04-24",
        "2026-05-07",
    ]


async def test_a_dispute_names_the_policy_of_its_deadlines(opened: Case):
    await opened.raise_dispute(CASE_ID)
    *_, last = (await opened.get(f"/cases/{CASE_ID}/timeline"))["items"]
    sha256 = hashlib.sha256(DISPUTES.encode()).hexdigest()
    assert last["facts"]["policy"] == {"name": "disputes", "version": 1, "sha256": sha256}


async def test_a_later_policy_sets_the_deadlines_of_later_disputes_alone(opened: Case):
    first = (await opened.raise_dispute(CASE_ID, "10.00")).headers["Location"]
    await publish(opened.instance, DISPUTES.replace("value: 15", "value: 10"), TODAY)
    second = (await opened.raise_dispute(CASE_ID, "10.00")).headers["Location"]
    assert [(await opened.get(each))["resolve_by"] for each in (first, second)] == ["2026-05-07", "2026-05-02"]


async def test_the_same_request_raises_one_dispute(opened: Case):
    first, again = [await opened.raise_dispute(CASE_ID, key="same") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await opened.get("/disputes"))["items"]) == 1


async def test_more_than_the_arrears_is_refused_with_what_decided(opened: Case):
    await opened.raise_dispute(CASE_ID, "60.00")
    answer = await opened.raise_dispute(CASE_ID, "40.01")
    assert refused(answer) == (422, "disputed-amount-above-arrears")
    assert answer.json()["held"] == {"amount": "60.00", "currency": "TWD"}


async def test_a_closed_case_is_not_disputed(opened: Case):
    await opened.tell(clear_arrears())
    assert refused(await opened.raise_dispute(CASE_ID)) == (409, "case-not-open")


async def test_a_case_that_is_not_there_is_not_disputed(case: Case):
    assert (await case.raise_dispute(CASE_ID)).status_code == 404


NO_DISPUTES: list[dict[str, Any]] = [
    {"kind": "because", "disputed_amount": {"amount": "1.00", "currency": "TWD"}},
    {"kind": "identity", "disputed_amount": {"amount": 1, "currency": "TWD"}},
    {"kind": "identity", "disputed_amount": {"amount": "1.0", "currency": "TWD"}},
    {"kind": "identity", "disputed_amount": {"amount": "1.00", "currency": "TWD"}, "note": "words"},
]


async def test_what_is_no_dispute_is_refused(opened: Case):
    for body in NO_DISPUTES:
        assert refused(await opened.post(f"/cases/{CASE_ID}/disputes", body)) == (422, "body-invalid"), body


async def test_a_dispute_is_acknowledged_and_resolved(opened: Case):
    dispute = await raised(opened)
    acknowledged = await opened.post(f"{dispute}/acknowledgements", version=2)
    resolved = await opened.post(f"{dispute}/resolutions", {"outcome": "rejected"}, version=3)
    assert (acknowledged.status_code, resolved.status_code) == (201, 201)
    found = await opened.get(dispute)
    assert (found["acknowledged_on"], found["resolved_on"], found["outcome"]) == (
        "2026-04-22",
        "2026-04-22",
        "rejected",
    )
    assert (await opened.get(f"/cases/{CASE_ID}"))["arrears"][0]["held"]["amount"] == "0.00"


async def test_an_answer_is_to_what_was_seen(opened: Case):
    dispute = await raised(opened)
    await opened.tell(note_arrears("05-21", arrears="90"))
    assert (await opened.post(f"{dispute}/acknowledgements")).status_code == 428
    stale = await opened.post(f"{dispute}/acknowledgements", version=2)
    assert (stale.status_code, stale.headers["ETag"]) == (412, '"3"')
    assert await opened.version(dispute) == 3
    assert (await opened.post(f"{dispute}/acknowledgements", version=3)).status_code == 201


async def test_a_dispute_has_one_outcome(opened: Case):
    dispute = await raised(opened)
    await opened.post(f"{dispute}/resolutions", {"outcome": "upheld"}, version=2)
    again = await opened.post(f"{dispute}/resolutions", {"outcome": "rejected"}, version=3)
    assert refused(again) == (409, "dispute-resolved")


async def test_disputes_are_listed_by_what_is_asked(opened: Case):
    dispute = await raised(opened)
    await opened.raise_dispute(CASE_ID, "1.00")
    await opened.post(f"{dispute}/resolutions", {"outcome": "upheld"}, version=3)
    await opened.tell(close_day("04-24"))

    async def amounts(**query: Any) -> set[str]:
        items = (await opened.get("/disputes", **query))["items"]
        return {item["disputed_amount"]["amount"] for item in items}

    assert await amounts() == {"40.00", "1.00"}
    assert (await amounts(open="true"), await amounts(open="false")) == ({"1.00"}, {"40.00"})
    assert (await amounts(escalated="true"), await amounts(case_id=str(CASE_ID), escalated="false")) == (
        {"1.00"},
        {"40.00"},
    )
    assert (await amounts(customer_id="C-2"), await amounts(customer_id="C-1")) == (set(), {"40.00", "1.00"})


async def test_a_dispute_that_was_heard_is_one_like_any_other(opened: Case):
    await opened.tell(hear_dispute("40"))
    [dispute] = (await opened.get("/disputes"))["items"]
    assert (dispute["case_id"], dispute["disputed_amount"]["amount"]) == (str(CASE_ID), "40.00")
    assert (await opened.get(f"/cases/{CASE_ID}"))["arrears"][0]["held"]["amount"] == "40.00"
    assert (await opened.get("/disputes-not-accepted"))["items"] == []


async def test_what_was_heard_and_is_no_dispute_is_listed_with_its_reason(opened: Case):
    ids = [UUID(int=number) for number in (1, 2, 3)]
    for id_ in ids:
        await opened.tell(hear_dispute("100.01", id_=id_))
    first = await opened.get("/disputes-not-accepted", limit=2)
    rest = await opened.get("/disputes-not-accepted", limit=2, cursor=first["next"])
    items = first["items"] + rest["items"]
    assert ([each["dispute_id"] for each in items], rest["next"]) == ([str(each) for each in reversed(ids)], None)
    expected = {"case_id": str(CASE_ID), "account_id": "A-1", "reason": "disputed-amount-above-arrears"}
    assert all(expected.items() <= each.items() for each in items)
    assert items[0]["disputed_amount"] == {"amount": "100.01", "currency": "TWD"}
    assert (await opened.get("/disputes"))["items"] == []
    assert (await opened.get("/disputes-not-accepted", customer_id="C-9"))["items"] == []
