"""A call is wrapped up whole, and each service does its part by what it hears on the log."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from arrears_events.bank.publisher import BankPublisher
from arrears_runtime import replay_check

from tests.flows.installation import Installation, installed
from tests.flows.test_contacts import M3, closed, goes_out, misses, opens_an_account, pages

CUSTOMER, ACCOUNT = "C-1", "A-C-1"
CALL_BACK_ON = M3 + timedelta(days=3)
WORDS = "planted words: pays when the harvest is sold"
READS = ("contact:read", "contact:wrap-up", "customer:read", "note:read", "case:read", "promise:read")


@pytest.fixture
async def found(addresses: Any, kafka: Any, database: Any) -> AsyncIterator[Installation]:
    async with installed(addresses, kafka.prefix, database, outside=True) as made:
        yield made


def amount(of: str) -> dict[str, str]:
    return {"amount": of, "currency": "CNY"}


def dispute_of(disputed: str) -> dict[str, Any]:
    return {"account_id": ACCOUNT, "kind": "fee_or_interest", "disputed_amount": amount(disputed)}


async def wrap_up(client: httpx.AsyncClient, contact_id: str, **said: Any) -> None:
    body = {"contact_id": contact_id, "talked": {"party": "customer", "seconds": 90}, **said}
    answer = await client.post("/wrap-ups", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == httpx.codes.CREATED, answer.text


async def items(client: httpx.AsyncClient, path: str, **query: Any) -> list[Any]:
    return (await client.get(path, params=query)).raise_for_status().json()["items"]


async def test_a_wrap_up_raises_a_dispute_asks_for_a_call_back_and_keeps_a_note_until_erasure(found: Installation):
    contact, case = (found.client(name, permissions=READS) for name in ("contact-service", "case-service"))
    async with contact, case, BankPublisher(found.bootstrap, source="bank/core", topic_prefix=found.prefix) as bank:
        await opens_an_account(bank, CUSTOMER)
        await misses(bank, CUSTOMER, M3)
        await closed(found, bank, M3)
        await goes_out(found)
        [call] = await pages(contact, CUSTOMER)
        assert (call["channel"], call["status"]) == ("call", "made")

        promise = {"amount": amount("600.00"), "due": str(M3 + timedelta(days=9))}
        said = {"promise": promise, "dispute": dispute_of("400.00"), "hardship": {"willing_to_pay": True}}
        await wrap_up(contact, call["contact_id"], **said, call_back_on=str(CALL_BACK_ON), note=WORDS)
        complaint = {"kind": "rudeness", "about": call["contact_id"], "against": "dialler"}
        await wrap_up(contact, call["contact_id"], dispute=dispute_of("600.01"), complaint=complaint)
        await found.settled()
        [raised] = await items(case, "/disputes", customer_id=CUSTOMER)
        assert (raised["disputed_amount"], raised["outcome"]) == (amount("400.00"), None)
        assert (raised["raised_on"], raised["resolve_by"]) == (
            str(M3 + timedelta(days=1)),
            str(M3 + timedelta(days=16)),
        )
        [none] = await items(case, "/disputes-not-accepted", customer_id=CUSTOMER)
        assert (none["disputed_amount"], none["reason"]) == (amount("600.01"), "disputed-amount-above-arrears")
        [complained] = await items(case, "/complaints", customer_id=CUSTOMER)
        expected = {"answer_due_on": str(M3 + timedelta(days=16)), "received_from": "customer", **complaint}
        assert expected.items() <= complained.items()
        async with found.client("plan-service", permissions=READS) as plan:
            [promised] = await items(plan, "/promises")
        assert promised["amount"] == amount("600.00")
        assert [each["text"] for each in await items(contact, f"/customers/{CUSTOMER}/notes")] == [WORDS]
        await goes_out(found)
        assert await call_backs(contact) == [("waiting", ["CALL-BACK"], str(M3 + timedelta(days=1)))]

        for day in (M3 + timedelta(days=ahead) for ahead in (1, 2)):
            await closed(found, bank, day)
            await goes_out(found)
        assert await call_backs(contact) == [("made", [], str(M3 + timedelta(days=1)))]

        await bank.erase(CUSTOMER)
        await bank.acknowledged()
        await found.settled()
        assert [each["text"] for each in await items(contact, f"/customers/{CUSTOMER}/notes")] == [None]
    for name in "contact-service", "case-service":
        compared = await replay_check.check(replay_check.installed()[name], found.settings(name))
        assert compared.differences == [], name


async def call_backs(client: httpx.AsyncClient) -> list[tuple[Any, ...]]:
    """All calls but the first."""
    _, *later = await pages(client, CUSTOMER)
    return [(each["status"], each["against"], each["requested_on"]) for each in later]
