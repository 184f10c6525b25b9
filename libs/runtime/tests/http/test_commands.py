"""From a request to a command, and from the store's outcome to the answer."""

import hashlib
from typing import Any
from uuid import UUID

import httpx
import pytest
from arrears_events import ids
from arrears_events.codec import canonical

AMOUNT = {"amount": "1500.00", "currency": "CNY"}


async def make(api: httpx.AsyncClient, key: str = "k1", **changes: Any) -> httpx.Response:
    headers = changes.pop("headers", {})
    ask = {"customer_id": "c1", "amount": AMOUNT, "due": "2026-06-12", **changes}
    return await api.post("/promises", json=ask, headers={"Idempotency-Key": key, **headers})


async def withdraw(api: httpx.AsyncClient, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.post("/promises/p1/withdrawal", headers={"Idempotency-Key": "w1", **sent})


async def test_a_command_is_answered_with_id_and_version(api: httpx.AsyncClient) -> None:
    answer = await make(api)
    promise_id = str(ids.command_id("anna", "k1"))
    assert answer.status_code == 201
    assert answer.json() == {"id": promise_id, "version": 4}
    assert (answer.headers["Location"], answer.headers["ETag"]) == (f"/promises/{promise_id}", '"4"')


async def test_a_command_says_whence_it_came(api: httpx.AsyncClient, service: Any) -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    answer = await make(api, headers={"X-Correlation-ID": "call-7", "traceparent": parent})
    [command] = service.commands
    assert (command.actor, command.actorrole, command.correlationid) == ("anna", "collector", "call-7")
    assert (command.id, command.causationid) == (ids.command_id("anna", "k1"), f"request/{command.id}")
    assert (command.traceparent, command.time) == (parent, service.now("c1"))
    assert answer.headers["X-Correlation-ID"] == "call-7"


@pytest.mark.parametrize("id_", ["x y", "", "x" * 65, "4111111111111111", "é"])
async def test_a_correlation_id_that_could_do_harm_is_replaced(api: httpx.AsyncClient, service: Any, id_: str) -> None:
    answer = await make(api, headers={"X-Correlation-ID": id_.encode(), "traceparent": "00-0-0-0"})
    [command] = service.commands
    assert UUID(command.correlationid).hex == answer.headers["X-Correlation-ID"]
    assert command.traceparent is None


async def test_an_agencys_collector_acts_on_its_behalf(api: httpx.AsyncClient, issuer: Any, service: Any) -> None:
    await make(api, headers={"Authorization": f"Bearer {issuer.token(on_behalf_of='agency-1')}"})
    assert service.commands[0].onbehalfof == "agency-1"


async def test_the_same_request_again_has_the_same_answer(api: httpx.AsyncClient) -> None:
    first, again = await make(api), await make(api)
    assert (first.status_code, first.json(), first.headers["ETag"]) == (
        again.status_code,
        again.json(),
        again.headers["ETag"],
    )


async def test_another_writing_of_the_same_json_is_the_same_request(api: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    first = b'{"customer_id":"c1","amount":{"amount":"1.00","currency":"CNY"},"due":"2026-06-12"}'
    again = b' {"due": "2026-06-12", "amount":{"currency":"CNY","amount":"1.00"}, "customer_id":"\\u00631"}'
    answers = [await api.post("/promises", content=content, headers=headers) for content in (first, again)]
    assert [answer.status_code for answer in answers] == [201, 201]


async def test_a_request_with_a_text_in_clear_leaves_no_hash_that_can_be_guessed_at(
    api: httpx.AsyncClient, service: Any
) -> None:
    await make(api, note="calls back on Friday")
    await make(api, note="calls back on Friday")
    first, again = service.commands
    headers = {"Idempotency-Key": "k1", "Content-Type": "application/json"}
    content = canonical_of("calls back on Friday")
    assert first.requesthash == again.requesthash
    assert first.requesthash != hashlib.sha256(b"POST /promises\n" + content).hexdigest()
    assert (await api.post("/promises", content=content, headers=headers)).status_code == 201, "it is the same request"


def canonical_of(note: str) -> bytes:
    return canonical({"amount": AMOUNT, "customer_id": "c1", "due": "2026-06-12", "note": note})


async def test_a_key_used_for_another_request_is_refused(api: httpx.AsyncClient) -> None:
    await make(api)
    answer = await make(api, due="2026-06-13")
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:arrears:problem:idempotency-key-reused")


async def test_a_key_is_its_callers_own(api: httpx.AsyncClient, issuer: Any) -> None:
    await make(api)
    berta = {"Authorization": f"Bearer {issuer.token(sub='berta')}"}
    assert (await make(api, due="2026-06-13", headers=berta)).status_code == 201


async def test_a_key_may_stand_in_quotes(api: httpx.AsyncClient, service: Any) -> None:
    await make(api, key='"k1"')
    assert service.commands[0].id == ids.command_id("anna", "k1")


async def test_a_refusal_is_a_problem_with_its_facts(api: httpx.AsyncClient) -> None:
    refused = await make(api, customer_id="refused")
    assert refused.json() == {
        "type": "urn:arrears:problem:promise-date-out-of-range",
        "title": "Promise date out of range",
        "status": 422,
        "latest": "2026-07-01",
        "accounts": ["a", "b"],
    }
    opened = await make(api, customer_id="open")
    assert opened.status_code == 409
    assert opened.json()["promise_id"] == str(UUID(int=1))
    assert opened.json()["amount"] == {"amount": "1.50", "currency": "USD"}


async def test_a_stopped_customer_is_said_to_be_stopped(api: httpx.AsyncClient) -> None:
    answer = await make(api, customer_id="stopped")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:arrears:problem:customer-stopped")


async def test_an_instance_that_is_behind_asks_to_come_again(api: httpx.AsyncClient, service: Any) -> None:
    service.away = True
    answer = await make(api)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json()["type"] == "urn:arrears:problem:not-ready"
    assert "behind" not in answer.text


async def test_a_change_names_the_version_it_saw(api: httpx.AsyncClient, service: Any) -> None:
    answer = await withdraw(api, If_Match='"3"')
    assert (answer.status_code, answer.json(), answer.headers["ETag"]) == (200, {"id": "p1", "version": 4}, '"4"')
    assert service.commands[0].expected_version == 3


async def test_a_change_without_a_version_is_refused(api: httpx.AsyncClient) -> None:
    answer = await withdraw(api)
    assert (answer.status_code, answer.json()["type"]) == (428, "urn:arrears:problem:if-match-missing")


@pytest.mark.parametrize("tag", ["*", 'W/"3"', "3", '"3", "4"', '"x"', '"03"', '""', '"-1"', '"' + "9" * 30 + '"'])
async def test_a_version_is_one_strong_tag(api: httpx.AsyncClient, tag: str) -> None:
    answer = await withdraw(api, If_Match=tag)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:arrears:problem:if-match-malformed")


async def test_a_stale_version_is_told_the_current_one(api: httpx.AsyncClient) -> None:
    answer = await withdraw(api, If_Match='"2"')
    assert (answer.status_code, answer.headers["ETag"]) == (412, '"3"')
    assert answer.json()["type"] == "urn:arrears:problem:version-stale"
