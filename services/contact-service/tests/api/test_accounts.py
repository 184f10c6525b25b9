"""Whose accounts a contact is about: given the bank's accounts, when another's are named, then it is refused."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from .contacting import Contacting, contacting, problem

UNKNOWN = (422, "unknown-account")
THOUSAND = {"amount": "1000.00", "currency": "CNY"}
OF_ACCOUNTS: list[dict[str, Any]] = [
    {"promise": {"amount": THOUSAND, "due": "2026-04-10"}},
    {"dispute": {"account_id": "A-C-1", "kind": "wrong_amount", "disputed_amount": THOUSAND}},
    {"call_back_on": "2026-04-12"},
]


@pytest.fixture
async def contact(database: Callable[[], str]) -> AsyncIterator[Contacting]:
    async for each in contacting(database):
        for customer in "C-1", "C-2":
            await each.in_arrears(customer)
        yield each


async def is_of(contact: Contacting, customer: str) -> None:
    """A-C-1, by what the service knows now."""
    await contact.db.pool.execute("UPDATE accounts SET customer_id = $1 WHERE account_id = 'A-C-1'", customer)


def wrap_up(contact_id: str, said: dict[str, Any]) -> dict[str, Any]:
    return {"contact_id": contact_id, "talked": {"party": "customer", "seconds": 75}} | said


@pytest.mark.parametrize("accounts", [["A-C-2"], ["A-C-1", "A-C-2"], ["NOPE"]], ids=",".join)
async def test_nobody_is_contacted_about_what_is_not_their_account(contact: Contacting, accounts: list[str]):
    for channel in "call", "sms":
        assert problem(await contact.ask(channel, accounts=accounts)) == UNKNOWN
    assert await contact.said() == []


async def test_a_contact_asked_for_again_has_the_answer_it_had(contact: Contacting):
    first = await contact.ask(key="once")
    await is_of(contact, "C-2")
    again = await contact.ask(key="once")
    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize("said", OF_ACCOUNTS, ids=lambda said: next(iter(said)))
async def test_what_was_said_of_anothers_account_is_not_recorded(contact: Contacting, said: dict[str, Any]):
    """Of a call that was placed all the same; how it ended can be recorded."""
    id_ = await contact.calling()
    await is_of(contact, "C-2")
    assert problem(await contact.post("/wrap-ups", wrap_up(id_, said))) == UNKNOWN
    assert await contact.said_after_the_call() == []
    assert (await contact.post("/wrap-ups", wrap_up(id_, {}))).status_code == 201


async def test_a_promise_in_a_currency_that_none_of_the_accounts_is_in_is_not_recorded(contact: Contacting):
    id_ = await contact.calling()
    promise = {"amount": {"amount": "1000", "currency": "JPY"}, "due": "2026-04-10"}
    told = await contact.post("/wrap-ups", wrap_up(id_, {"promise": promise}))
    assert problem(told) == (422, "unknown-currency")
    assert await contact.said_after_the_call() == []


async def test_a_wrap_up_sent_again_has_the_answer_it_had(contact: Contacting):
    id_ = await contact.calling()
    first = await contact.post("/wrap-ups", wrap_up(id_, OF_ACCOUNTS[0]), key="once")
    await is_of(contact, "C-2")
    again = await contact.post("/wrap-ups", wrap_up(id_, OF_ACCOUNTS[0]), key="once")
    assert (again.status_code, again.json()) == (201, first.json())
