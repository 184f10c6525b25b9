"""The API of plans: given accounts and plans, when a request, then its answer and new events."""

from datetime import timedelta
from typing import Any

import pytest
from plan_service.domain.commitments import stream_of
from plan_service.domain.promise import CloseDay

from ..builders import day
from ..numbers import ref
from ..plans import pay
from .conftest import TODAY, Plan
from .test_promises import problem

WITHDRAWN = {"reason": "withdrawn"}


@pytest.fixture
async def opened(plan: Plan) -> Plan:
    await plan.opened("A-1")
    return plan


async def agreed(plan: Plan) -> str:
    path = (await plan.propose()).headers["Location"]
    done = await plan.post(f"{path}/agreements", {"agreed_by": "signed"}, version=await plan.version(path))
    assert done.status_code == 201, done.text
    return path


async def test_a_plan_is_proposed_and_can_be_read_at_once(opened: Plan):
    proposed = await opened.propose()
    assert (proposed.status_code, proposed.json()["version"]) == (201, 1)
    shown = await opened.http.get(proposed.headers["Location"])
    assert shown.headers["ETag"] == proposed.headers["ETag"] == '"1"'
    expected = {"state": "proposed", "proposed_on": "2026-06-01", "agree_by": "2026-06-15", "proposed_by": "anna"}
    assert expected.items() <= shown.json().items()
    twd = {"currency": "TWD"}
    assert shown.json()["instalments"][0] == {
        "number": 1,
        "due": "2026-07-01",
        "principal": {"amount": "333.33"} | twd,
        "interest": {"amount": "0.00"} | twd,
        "amount": {"amount": "333.33"} | twd,
        "paid": {"amount": "0.00"} | twd,
        "balance": {"amount": "666.67"} | twd,
        "state": "open",
    }


async def test_the_rule_in_force_is_recorded_with_the_plan(opened: Plan):
    await opened.propose()
    [value] = await opened.said()
    for said in (
        b'"terms_max":60',
        b'"last_due_latest":"2031-06-01"',
        b'"missed_to_break":2',
        b'"grace_days":3',
        ref("instalments").sha256.encode(),
    ):
        assert said in value


async def test_a_plan_of_two_accounts_shows_each_ones_share(opened: Plan):
    await opened.opened("A-2")
    path = (await opened.propose("A-1", "A-2")).headers["Location"]
    shown = await opened.get(path)
    assert [(share["account_id"], share["principal"]["amount"]) for share in shown["shares"]] == [
        ("A-1", "1000.00"),
        ("A-2", "1000.00"),
    ]
    assert shown["to_pay"]["amount"] == "2000.00"


async def test_an_account_that_will_not_do_is_refused(opened: Plan):
    await opened.opened("A-7", customer="C-7")
    await opened.opened("A-8", currency="USD")
    assert problem(await opened.propose("A-7")) == (422, "unknown-account")
    assert problem(await opened.propose("A-8")) == (422, "unknown-currency")
    shares = [
        {"account_id": "A-1", "amount": {"amount": "1.00", "currency": "TWD"}},
        {"account_id": "A-8", "amount": {"amount": "1.00", "currency": "USD"}},
    ]
    assert problem(await opened.propose(shares=shares)) == (422, "currency-mixed")
    assert await opened.events() == []


async def test_an_account_in_a_plan_is_refused_with_the_plan(opened: Plan):
    first = await opened.propose()
    second = await opened.propose()
    assert problem(second) == (409, "account-in-plan")
    assert second.json()["plan_id"] == first.json()["id"]


async def test_what_the_rule_does_not_allow_is_refused_with_the_rule(opened: Plan):
    late = await opened.propose(first_due="2026-07-17")
    assert problem(late) == (422, "plan-date-out-of-range")
    assert {"earliest": "2026-06-02", "latest": "2026-07-16"}.items() <= late.json().items()
    long = await opened.propose(count=61)
    assert problem(long) == (422, "plan-too-long")
    assert long.json()["terms_max"] == 60
    dear = await opened.propose(rate_ppm=182_501)
    assert problem(dear) == (422, "plan-rate-above-limit")
    assert {"rate_ppm": 182_501, "most_ppm": 182_500}.items() <= dear.json().items()


async def test_a_body_that_is_not_strict_is_refused(opened: Plan):
    share: dict[str, Any] = {"account_id": "A-1", "amount": {"amount": "10.00", "currency": "TWD"}}
    wrongs: list[dict[str, Any]] = [
        {"count": "3"},
        {"count": 0},
        {"rate_ppm": 1.5},
        {"rate_ppm": 1_000_001},
        {"method": "balloon"},
        {"shares": []},
        {"shares": [share | {"extra": 1}]},
        {"first_due": "1.7.2026"},
    ]
    for wrong in wrongs:
        assert problem(await opened.propose(**wrong)) == (422, "body-invalid"), wrong
    for amount in "0.00", "-5.00":
        shares = [share | {"amount": {"amount": amount, "currency": "TWD"}}]
        assert problem(await opened.propose(shares=shares)) == (422, "plan-amount-zero")


async def test_a_plan_that_could_not_be_read_again_is_never_written(opened: Plan):
    await opened.opened("A-2")
    most = {"amount": "9999999999999.99", "currency": "TWD"}
    shares = [{"account_id": account, "amount": most} for account in ("A-1", "A-2")]
    assert problem(await opened.propose(shares=shares)) == (422, "plan-amount-too-large")
    assert problem(await opened.propose(shares=shares[:1], rate_ppm=50_000)) == (422, "plan-amount-too-large")
    assert await opened.events() == []


async def test_a_plan_is_agreed_by_who_saw_its_newest_version(opened: Plan):
    path = (await opened.propose()).headers["Location"]
    body = {"agreed_by": "signed"}
    assert problem(await opened.post(f"{path}/agreements", body)) == (428, "if-match-missing")
    assert problem(await opened.post(f"{path}/agreements", body, version=7)) == (412, "version-stale")
    assert (await opened.post(f"{path}/agreements", body, version=1)).status_code == 201
    shown = await opened.get(path)
    assert (shown["state"], shown["agreed_on"], shown["booking"]) == ("agreed", "2026-06-01", "asked")
    assert await opened.events() == ["PlanProposed", "PlanAgreed", "BankInstructionIssued"]


async def test_a_plan_agreed_by_word_of_mouth_has_its_recording(opened: Plan):
    path = (await opened.propose()).headers["Location"]
    missing = await opened.post(f"{path}/agreements", {"agreed_by": "oral"}, version=1)
    assert problem(missing) == (422, "recording-missing")
    body = {"agreed_by": "oral", "recording_id": "rec-1"}
    assert (await opened.post(f"{path}/agreements", body, version=1)).status_code == 201
    assert (await opened.get(path))["recording_id"] == "rec-1"


async def test_another_agreement_of_an_agreed_plan_is_not_taken_and_dropped(opened: Plan):
    path = (await opened.propose()).headers["Location"]
    oral = {"agreed_by": "oral", "recording_id": "rec-1"}
    assert (await opened.post(f"{path}/agreements", oral, version=1)).status_code == 201
    other = await opened.post(f"{path}/agreements", {"agreed_by": "signed"}, version=3)
    assert problem(other) == (409, "plan-not-proposed")
    assert (await opened.post(f"{path}/agreements", oral, version=3)).status_code == 201
    assert (await opened.get(path))["agreed_by"] == "oral"


async def test_a_plan_can_be_cancelled_until_it_has_ended(opened: Plan):
    path = await agreed(opened)
    assert problem(await opened.post(f"{path}/cancellations", WITHDRAWN)) == (428, "if-match-missing")
    assert (await opened.post(f"{path}/cancellations", WITHDRAWN, version=3)).status_code == 201
    assert (await opened.get(path))["state"] == "cancelled"
    again = await opened.post(f"{path}/agreements", {"agreed_by": "signed"}, version=4)
    assert problem(again) == (409, "plan-not-proposed")
    assert again.json()["state"] == "cancelled"


async def test_payments_and_closes_show_on_its_page(opened: Plan):
    path = await agreed(opened)
    paid, close = pay("p1", "333.33", on="2026-06-20"), CloseDay(day("2026-08-05"))
    await opened.send(stream_of("C-1"), "C-1", paid, close)
    shown = await opened.get(path)
    assert [each["state"] for each in shown["instalments"]] == ["paid", "missed", "open"]
    assert shown["paid"]["amount"] == shown["instalments"][0]["paid"]["amount"] == "333.33"


async def test_a_plan_of_a_customer_who_is_stopped_says_so(opened: Plan):
    path = (await opened.propose()).headers["Location"]
    assert (await opened.get(path))["stopped"] is False
    await opened.stop("C-1")
    assert (await opened.get(path))["stopped"] is True
    assert problem(await opened.post(f"{path}/cancellations", WITHDRAWN, version=1)) == (409, "customer-stopped")


async def test_what_is_not_there_is_not_found(plan: Plan):
    nobody = "00000000-0000-0000-0000-000000000000"
    for path in f"/plans/{nobody}", "/plans/x", "/customers/C-9/plans":
        assert problem(await plan.http.get(path)) == (404, "not-found")
    for path, body in ("cancellations", WITHDRAWN), ("agreements", {"agreed_by": "signed"}):
        assert problem(await plan.post(f"/plans/{nobody}/{path}", body, version=1)) == (404, "not-found")


async def test_plans_can_be_paged_and_narrowed(plan: Plan):
    made: list[str] = []
    for number in 1, 2, 3:
        await plan.opened(f"A-{number}", customer=f"C-{number}")
        made.append((await plan.propose(f"A-{number}", customer=f"C-{number}")).json()["id"])
    await plan.post(f"/plans/{made[0]}/cancellations", WITHDRAWN, version=1)
    first = await plan.get("/plans", limit=2)
    rest = await plan.get("/plans", limit=2, cursor=first["next"])
    assert {item["plan_id"] for item in first["items"] + rest["items"]} == set(made)
    assert (len(first["items"]), rest["next"]) == (2, None)
    for query, found in (
        ({"state": "cancelled"}, made[:1]),
        ({"customer_id": "C-2"}, made[1:2]),
        ({"state": "broken"}, []),
    ):
        assert [item["plan_id"] for item in (await plan.get("/plans", **query))["items"]] == found
    assert problem(await plan.http.get("/plans?state=lost")) == (400, "query-invalid")


async def test_a_customers_plans_are_theirs_alone_and_come_newest_first(opened: Plan):
    await opened.opened("A-2")
    await opened.opened("A-9", customer="C-9")
    await opened.propose("A-9", customer="C-9")
    first, second = (await opened.propose()).json()["id"], (await opened.propose("A-2")).json()["id"]
    shown = await opened.get("/customers/C-1/plans")
    assert [item["plan_id"] for item in shown["items"]] == [second, first]


async def test_promises_and_plans_of_a_customer_are_one_stream(opened: Plan):
    await opened.promise()
    await opened.propose()
    assert await opened.streams() == [stream_of("C-1")]


async def test_a_plan_is_of_no_more_than_the_bank_last_said_is_owed(plan: Plan):
    await plan.opened("A-1")
    await plan.owed("999.99")
    await plan.owed("5000.00", as_of=TODAY - timedelta(days=1))
    refused = await plan.propose("A-1")
    assert problem(refused) == (422, "plan-above-balance")
    assert (refused.json()["balance"], refused.json()["as_of"]) == ({"amount": "999.99", "currency": "TWD"}, str(TODAY))
    await plan.owed("1000.00")
    assert (await plan.propose("A-1")).status_code == 201


async def test_plans_are_found_by_what_became_of_their_booking(opened: Plan):
    await agreed(opened)
    found = [len((await opened.get("/plans", booking=booking))["items"]) for booking in ("asked", "refused")]
    assert found == [1, 0]
