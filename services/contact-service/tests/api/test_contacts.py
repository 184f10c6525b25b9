"""The API of contacts: given customers in arrears, when a request, then its answer and new events."""

from typing import Any

from arrears_events.catalogue.bank import AccountSold
from arrears_events.catalogue.contact import (
    ContactRequested,
)
from arrears_events.money import Money
from contact_service.views import accounts

from .contacting import NEW_YORK, TODAY, Contacting, problem

NOBODY = "00000000-0000-0000-0000-000000000000"
TALKED = {"party": "customer", "seconds": 75}
MADE = {"initiated_by": "us", "party": "customer", "seconds": 75}
THOUSAND = {"amount": "1000.00", "currency": "CNY"}


async def test_a_contact_is_asked_for_and_can_be_read_at_once(contact: Contacting):
    await contact.in_arrears()
    made = await contact.ask("sms")
    assert (made.status_code, made.json()["version"]) == (201, 1)
    shown = await contact.http.get(made.headers["Location"])
    assert shown.headers["ETag"] == made.headers["ETag"] == '"1"'
    expected = {
        "contact_id": made.json()["id"],
        "status": "requested",
        "channel": "sms",
        "party_id": "C-1",
        "accounts": ["A-C-1"],
        "requested_on": "2026-04-01",
        "requested_by": "anna",
        "lapses_on": "2026-04-04",
        "rules": [],
        "stopped": False,
    }
    assert expected.items() <= shown.json().items()


async def test_of_a_sold_account_the_bank_speaks_only_in_answer(contact: Contacting):
    await contact.in_arrears()
    sale: dict[str, Any] = {"sold_on": TODAY, "buyer_id": "B-1", "balance": Money.of(0, "CNY")}
    sold = AccountSold(customer_id="C-1", account_id="A-C-1", **sale)
    await contact.hear(accounts.fold, sold)
    assert (await contact.ask("call")).json()["type"] == "urn:arrears:problem:account-sold"
    assert (await contact.ask("call", purpose="legal")).status_code == 409
    assert (await contact.ask("call", purpose="service_answer")).status_code == 201


async def test_a_contact_that_is_allowed_shows_every_rule_that_let_it_pass(contact: Contacting):
    await contact.in_arrears()
    shown = await contact.get(await contact.decided())
    assert (shown["status"], shown["against"], shown["allowed_from"]) == ("authorised", [], None)
    passed = {rule["rule"] for rule in shown["rules"] if rule["passed"]}
    assert passed >= {"BANK-01a", "CN-01", "CN-03", "CN-12", "SYS-01a"}


async def test_at_night_it_waits_for_the_morning_where_the_customer_is(contact: Contacting):
    await contact.in_arrears(time_zone=NEW_YORK)
    shown = await contact.get(await contact.decided())
    assert (shown["status"], shown["against"]) == ("waiting", ["CN-01"])
    assert shown["allowed_from"] == "2026-04-01T12:00:00Z"


async def test_one_contact_speaks_of_all_accounts_that_are_in_arrears(contact: Contacting):
    await contact.in_arrears()
    await contact.opens("A-9")
    shown = await contact.get(await contact.decided(accounts=["A-9"]))
    assert shown["accounts"] == ["A-C-1"]


async def test_the_same_request_is_one_contact(contact: Contacting):
    await contact.in_arrears()
    first, again = [await contact.ask("sms", key="the-same") for _ in range(2)]
    assert first.json() == again.json()
    [event] = await contact.said()
    assert isinstance(event, ContactRequested)
    assert problem(await contact.ask("call", key="the-same")) == (422, "idempotency-key-reused")


async def test_what_no_template_is_there_for_is_not_written(contact: Contacting):
    await contact.in_arrears()
    refused = await contact.ask("sms", purpose="service_answer")
    assert problem(refused) == (422, "no-template")
    assert (refused.json()["purpose"], refused.json()["channel"]) == ("service_answer", "sms")
    assert (await contact.ask("call", purpose="service_answer")).status_code == 201


async def test_a_request_that_is_not_strict_is_refused(contact: Contacting):
    await contact.in_arrears()
    wrongs: list[dict[str, Any]] = [
        {"accounts": []},
        {"accounts": ["4111111111111111"]},
        {"accounts": ["A-1"] * 21},
        {"purpose": "greeting"},
        {"to": "1"},
    ]
    for wrong in wrongs:
        assert problem(await contact.ask(**wrong)) == (422, "body-invalid")
    assert problem(await contact.ask("fax")) == (422, "body-invalid")
    assert await contact.said() == []


async def test_who_is_not_known_or_is_stopped_is_not_contacted(contact: Contacting):
    assert problem(await contact.ask(customer="C-9")) == (404, "not-found")
    await contact.in_arrears()
    path = (await contact.ask()).headers["Location"]
    await contact.stop("C-1")
    assert problem(await contact.ask()) == (409, "customer-stopped")
    assert (await contact.get(path))["stopped"] is True


async def test_what_is_not_there_is_not_found(contact: Contacting):
    for path in f"/contacts/{NOBODY}", "/contacts/x", "/customers/C-9/contacts", "/customers/C-9/permissions":
        assert problem(await contact.http.get(path)) == (404, "not-found")


async def test_contacts_are_listed_newest_first_and_by_what_is_asked(contact: Contacting):
    for customer in "C-1", "C-2":
        await contact.in_arrears(customer)
        await contact.ask("sms", customer=customer)
        await contact.decided("call", customer=customer)
    first = await contact.get("/contacts", limit=3)
    rest = await contact.get("/contacts", limit=3, cursor=first["next"])
    everyone = first["items"] + rest["items"]
    assert (len(everyone), rest["next"]) == (4, None)
    order = [(each["requested_at"], each["contact_id"]) for each in everyone]
    assert order == sorted(order, reverse=True)
    for query, count in ({"status": "authorised"}, 2), ({"channel": "sms"}, 2), ({"status": "made"}, 0):
        assert len((await contact.get("/contacts", **query))["items"]) == count
    own = (await contact.get("/customers/C-1/contacts"))["items"]
    assert {each["contact_id"] for each in own} == {e["contact_id"] for e in everyone if e["customer_id"] == "C-1"}
    assert problem(await contact.http.get("/contacts?status=lost")) == (400, "query-invalid")
