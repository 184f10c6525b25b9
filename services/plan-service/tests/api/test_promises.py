"""The API of promises: given accounts and promises, when a request, then its answer and new events."""

from typing import Any

from arrears_runtime.testing.publishing import publish
from plan_service.domain.commitments import stream_of
from plan_service.main import SERVICE

from ..builders import day, hear_promise
from ..numbers import ref, text_of
from .conftest import Plan


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_promise_is_made_and_can_be_read_at_once(plan: Plan):
    await plan.opened("A-1")
    made = await plan.promise()
    assert (made.status_code, made.json()["version"]) == (201, 1)
    shown = await plan.http.get(made.headers["Location"])
    assert shown.headers["ETag"] == made.headers["ETag"] == '"1"'
    expected = {"outcome": "open", "made_on": "2026-06-01", "due": "2026-06-10", "grace_days": 3, "made_by": "anna"}
    assert expected.items() <= shown.json().items()
    assert shown.json()["reason"] is None
    assert shown.json()["paid"] == {"amount": "0.00", "currency": "TWD"}


async def test_a_promise_of_a_customer_who_is_stopped_says_so(plan: Plan):
    await plan.opened("A-1")
    promise = (await plan.promise()).headers["Location"]
    assert (await plan.get(promise))["stopped"] is False
    await plan.stop("C-1")
    assert (await plan.get(promise))["stopped"] is True


async def test_the_rule_in_force_is_recorded_with_the_promise(plan: Plan):
    await plan.opened("A-1")
    await plan.promise()
    [value] = await plan.said()
    made = SERVICE.topic.decode(value).data
    assert (made.latest, made.grace_days, made.policy) == (day("2026-07-01"), 3, ref("promises"))


async def test_an_account_that_is_not_the_customers_is_refused(plan: Plan):
    await plan.opened("A-1", customer="C-2")
    assert problem(await plan.promise("A-1", customer="C-1")) == (422, "unknown-account")
    assert problem(await plan.promise("A-9", customer="C-2")) == (422, "unknown-account")
    assert await plan.events() == []


async def test_of_an_account_that_was_sold_nothing_is_promised_and_what_was_promised_is_still_shown(plan: Plan):
    await plan.opened("A-1")
    made = await plan.promise()
    await plan.sold("A-1")
    assert problem(await plan.propose("A-1")) == (409, "account-sold")
    assert (await plan.get("/customers/C-1/limits"))["ledgers"] == []
    [shown] = (await plan.get("/customers/C-1/promises"))["items"]
    assert shown["promise_id"] == made.json()["id"]


async def test_a_request_that_was_done_has_its_answer_though_it_would_be_refused_by_now(plan: Plan):
    await plan.opened("A-1")
    await plan.opened("A-2")
    promised, proposed = await plan.promise("A-1", key="p"), await plan.propose("A-2", key="q")
    await plan.sold("A-1")
    await publish(plan.instance, text_of("instalments").replace("value: 60", "value: 0"))
    again = [await plan.promise("A-1", key="p"), await plan.propose("A-2", key="q")]
    for first, repeated in zip((promised, proposed), again, strict=True):
        assert (repeated.status_code, repeated.json()) == (201, first.json())
        assert [repeated.headers[name] == first.headers[name] for name in ("Location", "ETag")] == [True, True]
    assert problem(await plan.promise("A-1", key="p", due="2026-06-11")) == (422, "idempotency-key-reused")
    assert problem(await plan.promise("A-1")) == (409, "account-sold")


async def test_a_currency_that_an_account_has_not_is_refused(plan: Plan):
    await plan.opened("A-1", currency="USD")
    assert problem(await plan.promise("A-1")) == (422, "unknown-currency")


async def test_a_second_promise_is_refused_with_the_first(plan: Plan):
    await plan.opened("A-1")
    first, second = await plan.promise(), await plan.promise()
    assert problem(second) == (409, "promise-open")
    assert second.json()["promise_id"] == first.json()["id"]


async def test_a_date_out_of_range_is_refused_with_the_range(plan: Plan):
    await plan.opened("A-1")
    refused = await plan.promise(due="2026-07-02")
    assert problem(refused) == (422, "promise-date-out-of-range")
    assert {"earliest": "2026-06-01", "latest": "2026-07-01"}.items() <= refused.json().items()


async def test_less_than_the_least_is_refused_with_the_least(plan: Plan):
    await plan.opened("A-1")
    for amount in "0.99", "0.00", "-3000.00":
        refused = await plan.promise(amount={"amount": amount, "currency": "TWD"})
        assert problem(refused) == (422, "promise-amount-below-least")
        assert refused.json()["least"] == {"amount": "1.00", "currency": "TWD"}


async def test_nothing_is_decided_by_a_policy_that_makes_no_sense(plan: Plan):
    await plan.opened("A-1")
    await publish(plan.instance, text_of("promises").replace("value: 3\n", "value: -3\n"))
    await publish(plan.instance, text_of("instalments").replace("value: 60\n", "value: 0\n"))
    for refused, value in (await plan.promise(), "grace_days"), (await plan.propose(), "terms_max"):
        assert problem(refused) == (503, "policy-unfit")
        assert {"version": 2, "value": value}.items() <= refused.json().items()
    assert problem(await plan.http.get("/customers/C-1/limits")) == (503, "policy-unfit")
    assert await plan.events() == []


async def test_what_was_heard_and_is_no_promise_is_shown_with_its_reason(plan: Plan):
    await plan.opened("A-1")
    await plan.send(stream_of("C-1"), "C-1", hear_promise(due="2026-07-02"))
    [shown] = (await plan.get("/promises", outcome="not_accepted"))["items"]
    assert (shown["reason"], shown["due"]) == ("promise-date-out-of-range", "2026-07-02")
    assert (shown["grace_days"], shown["made_by"]) == (None, plan.instance.name)
    assert (await plan.get("/customers/C-1/promises"))["items"] == [shown]
    assert (await plan.get("/customers/C-1/limits"))["promise"]["open_promise_id"] is None
    cancelled = await plan.post(f"/promises/{shown['promise_id']}/cancellations", {"reason": "withdrawn"}, version=1)
    assert problem(cancelled) == (409, "promise-not-open")


async def test_a_body_that_is_not_strict_is_refused(plan: Plan):
    await plan.opened("A-1")
    twd = {"amount": "3000.00", "currency": "TWD"}
    for amount in (twd | {"extra": 1}, twd | {"amount": 3000}, twd | {"amount": "3000.0"}, twd | {"currency": "XXX"}):
        assert problem(await plan.promise(amount=amount)) == (422, "body-invalid")
    wrongs: list[dict[str, Any]] = [{"accounts": []}, {"due": "10.06.2026"}, {"promise_id": "1"}]
    for wrong in wrongs:
        assert problem(await plan.promise(**wrong)) == (422, "body-invalid")


async def test_an_open_promise_is_cancelled_by_who_saw_its_newest_version(plan: Plan):
    await plan.opened("A-1")
    path = (await plan.promise()).headers["Location"]
    body = {"reason": "withdrawn"}
    assert problem(await plan.post(f"{path}/cancellations", body)) == (428, "if-match-missing")
    assert problem(await plan.post(f"{path}/cancellations", body, version=7)) == (412, "version-stale")
    assert (await plan.post(f"{path}/cancellations", body, version=1)).status_code == 201
    assert (await plan.http.get(path)).json()["outcome"] == "cancelled"
    assert await plan.events() == ["PromiseMade", "PromiseCancelled"]


async def test_an_ended_promise_cannot_be_cancelled(plan: Plan):
    await plan.opened("A-1")
    first = (await plan.promise()).headers["Location"]
    await plan.post(f"{first}/cancellations", {"reason": "withdrawn"}, version=1)
    await plan.promise()
    again = await plan.post(f"{first}/cancellations", {"reason": "withdrawn"}, version=3)
    assert problem(again) == (409, "promise-not-open")


async def test_what_is_not_there_is_not_found(plan: Plan):
    nobody = "00000000-0000-0000-0000-000000000000"
    for path in f"/promises/{nobody}", "/promises/x", "/customers/C-9/promises":
        assert problem(await plan.http.get(path)) == (404, "not-found")
    body = {"reason": "withdrawn"}
    assert problem(await plan.post(f"/promises/{nobody}/cancellations", body, version=1)) == (404, "not-found")


async def test_the_worklist_pages_largest_first(plan: Plan):
    for number, amount in enumerate(("100.00", "300.00", "200.00", "300.00"), start=1):
        await plan.opened(f"A-{number}", customer=f"C-{number}")
        money = {"amount": amount, "currency": "TWD"}
        await plan.promise(f"A-{number}", customer=f"C-{number}", amount=money)
    first = (await plan.http.get("/promises?due=2026-06-10&outcome=open&limit=3")).json()
    rest = (await plan.http.get(f"/promises?due=2026-06-10&outcome=open&limit=3&cursor={first['next']}")).json()
    paged = [item["amount"]["amount"] for item in first["items"] + rest["items"]]
    assert (paged, rest["next"]) == (["300.00", "300.00", "200.00", "100.00"], None)


async def test_the_worklist_can_be_narrowed(plan: Plan):
    await plan.opened("A-1")
    await plan.promise()
    for query, count in ("", 1), ("?due=2026-06-11", 0), ("?outcome=kept", 0), ("?outcome=open", 1):
        assert len((await plan.http.get(f"/promises{query}")).json()["items"]) == count
    assert problem(await plan.http.get("/promises?outcome=lost")) == (400, "query-invalid")


async def test_a_customers_promises_come_newest_first(plan: Plan):
    await plan.opened("A-1")
    ids: list[str] = []
    for version in 1, 3, 5:
        made = await plan.promise()
        ids.append(made.json()["id"])
        await plan.post(f"/promises/{ids[-1]}/cancellations", {"reason": "withdrawn"}, version=version)
    first = (await plan.http.get("/customers/C-1/promises?limit=2")).json()
    rest = (await plan.http.get(f"/customers/C-1/promises?limit=2&cursor={first['next']}")).json()
    assert [[item["promise_id"] for item in page["items"]] for page in (first, rest)] == [ids[:0:-1], ids[:1]]


async def test_its_etag_is_good_for_a_change_whatever_else_the_customer_committed_to(plan: Plan):
    await plan.opened("A-1")
    first = (await plan.promise()).headers["Location"]
    await plan.propose()
    shown = await plan.http.get(first)
    assert (shown.headers["ETag"], shown.json()["version"]) == ('"2"', 2)
    assert (await plan.post(f"{first}/cancellations", {"reason": "withdrawn"}, version=2)).status_code == 201


async def test_all_promises_of_a_customer_are_one_stream(plan: Plan):
    await plan.opened("A-1")
    await plan.promise()
    assert await plan.streams() == [stream_of("C-1")]
