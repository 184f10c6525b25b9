"""Customers in arrears are contacted, over a real mail server, SMS centre and dialler: as the law allows, and once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import httpx
import pytest
from arrears_events.bank.people import contact_values, details_of, profile_of
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.settled import Services
from arrears_events.catalogue.bank import AccountOpened, PaymentMissed
from arrears_events.catalogue.contact import CONTACT, Channel, OptedOut
from arrears_events.money import Money
from arrears_local import received, sms
from arrears_local.home import Home
from arrears_local.services import SMS_SENDER

from tests.flows.installation import Installation, installed

M1, M2, M3 = date(2026, 4, 21), date(2026, 5, 21), date(2026, 6, 21)
DAYS_PAST_DUE = {M1: 1, M2: 31, M3: 62}
SECONDS_MAX = 30
ENDED = {"delivered", "made", "failed", "refused", "expired", "unknown"}


@pytest.fixture
async def found(addresses: Any, kafka: Any, database: Any) -> AsyncIterator[Installation]:
    async with installed(addresses, kafka.prefix, database, outside=True) as made:
        yield made


@pytest.fixture
async def bank(found: Installation) -> AsyncIterator[BankPublisher]:
    async with BankPublisher(found.bootstrap, source="bank/core", topic_prefix=found.prefix) as publisher:
        yield publisher


@pytest.fixture
async def clerk(found: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with found.client("contact-service") as client:
        yield client


def home_of(found: Installation) -> Home:
    return Home(found.addresses.home)


async def opens_an_account(bank: BankPublisher, customer: str, time_zone: str = "Asia/Shanghai") -> None:
    at, opened_on = datetime(2026, 3, 31, 1, tzinfo=UTC), date(2026, 3, 31)
    opened = AccountOpened(
        customer_id=customer,
        account_id=f"A-{customer}",
        product="card",
        currencies=("CNY",),
        opened_on=opened_on,
        billing_day=31,
        due_day=20,
    )
    await bank.publish(opened, id=f"{customer}/opened", time=at)
    profile = profile_of(customer, "cn").model_copy(update={"time_zone": time_zone})
    await bank.publish(profile, id=f"{customer}/profile", time=at)
    await bank.tell(details_of(customer), id=f"{customer}/details", time=at)


async def misses(bank: BankPublisher, customer: str, day: date, arrears: str = "1000.00") -> None:
    """M1, M2 or M3 on `day`."""
    missed = PaymentMissed(
        customer_id=customer,
        account_id=f"A-{customer}",
        statement_id=f"S-{day}",
        due_date=day - timedelta(days=1),
        as_of=day,
        minimum_due=Money.of(arrears, "CNY"),
        arrears=Money.of(arrears, "CNY"),
        balance=Money.of(9000, "CNY"),
        days_past_due=DAYS_PAST_DUE.get(day, 1),
    )
    await bank.publish(missed, id=f"{customer}/missed/{day}", time=datetime(2026, 4, 21, 1, tzinfo=UTC))


async def closed(found: Installation, bank: BankPublisher, day: date) -> None:
    await bank.close_day(day, day + timedelta(days=1))
    await found.settled()


async def goes_out(found: Installation) -> None:
    async with Services(found.bootstrap, found.prefix, found.urls, token=found.token()) as services:
        await services.round()
        await services.settled()


async def pages(clerk: httpx.AsyncClient, customer: str) -> list[Any]:
    """Of the customer's contacts, oldest first."""
    items: list[Any] = []
    after: dict[str, Any] = {"limit": 100}
    while True:
        page = (await clerk.get(f"/customers/{customer}/contacts", params=after)).raise_for_status().json()
        items += page["items"]
        if page["next"] is None:
            return items[::-1]
        after["cursor"] = page["next"]


async def asks_for(clerk: httpx.AsyncClient, customer: str, channel: str) -> str:
    """The path of the contact."""
    body = {"customer_id": customer, "purpose": "collection", "channel": channel, "accounts": [f"A-{customer}"]}
    answer = await clerk.post("/contacts", json=body, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return answer.headers["Location"]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not holds():
            await asyncio.sleep(0.005)


async def said(found: Installation) -> list[Any]:
    return [CONTACT.decode(record.value).data for record in await found.records("contact.events")]


async def test_a_stage_asks_for_a_message_a_mail_then_a_call_with_the_banks_last_word(found, bank, clerk):
    await opens_an_account(bank, "C-1")
    for day, arrears in (M1, "1000.00"), (M2, "2345.60"), (M3, "3400.00"):
        await misses(bank, "C-1", day, arrears)
        await closed(found, bank, day)
        await goes_out(found)

    home, values = home_of(found), contact_values("C-1")
    shown = await pages(clerk, "C-1")
    told = [(each["channel"], each["status"], each["requested_on"], each["accounts"]) for each in shown]
    assert told == [
        ("sms", "delivered", "2026-04-21", ["A-C-1"]),
        ("email", "sent", "2026-05-21", ["A-C-1"]),
        ("call", "made", "2026-06-21", ["A-C-1"]),
    ]
    [message] = [each for each in received.messages(home) if each.to == values["mobile"].removeprefix("+")]
    assert (message.reference, message.sender) == (shown[0]["contact_id"].replace("-", ""), SMS_SENDER)
    assert message.text.startswith("【Example Bank】")
    assert "截至2026-04-21，您的信用卡逾期应还金额为1,000.00 CNY" in message.text
    [written] = [each for each in received.mails(home) if each.to == (values["email"],)]
    assert (written.message_id.strip("<>"), "Example Bank" in written.text) == (shown[1]["reference"].strip("<>"), True)
    assert ("2,345.60 CNY" in written.text, "2026-05-21" in written.text) == (True, True)
    [call] = [each for each in received.calls(home) if each.to == values["mobile"]]
    assert (call.call_id, call.outcome and call.outcome.result) == (shown[2]["contact_id"], "answered")


async def test_who_replies_t_gets_no_more_messages(found, bank, clerk):
    await opens_an_account(bank, "C-2")
    await misses(bank, "C-2", M1)
    await closed(found, bank, M1)
    await goes_out(found)
    url, secret = sms.inbound_door(home_of(found))
    reply = {"from": contact_values("C-2")["mobile"].removeprefix("+"), "to": SMS_SENDER, "text": "T"}
    async with httpx.AsyncClient(trust_env=False) as customer, asyncio.timeout(SECONDS_MAX):
        (await customer.post(url, json=reply, headers={"Authorization": f"Bearer {secret}"})).raise_for_status()
        while not (opted_out := [each for each in await said(found) if isinstance(each, OptedOut)]):
            await asyncio.sleep(0.05)
    assert [(each.customer_id, each.channel) for each in opted_out] == [("C-2", "sms")]

    again = await asks_for(clerk, "C-2", "sms")
    await goes_out(found)
    refused = (await clerk.get(again)).json()
    assert (refused["status"], refused["against"], refused["allowed_from"]) == ("refused", ["BANK-05"], None)
    to = contact_values("C-2")["mobile"].removeprefix("+")
    assert sum(message.to == to for message in received.messages(home_of(found))) == 1


async def test_the_night_is_where_the_customer_is_and_summer_time_moves_it(found, bank, clerk):
    """Each round is at 10:00 in the bank's zone: in New York 22:00 until summer time ends there, and 21:00 after it."""
    eve, night, last_night, winter = (date(2026, 10, 30) + timedelta(days=n) for n in range(4))
    await opens_an_account(bank, "C-4", "America/New_York")
    await closed(found, bank, eve - timedelta(days=1))
    await misses(bank, "C-4", eve, "50.00")
    await closed(found, bank, eve)
    contact = await asks_for(clerk, "C-4", "sms")
    for before, opens in ((night, "2026-10-31T08:00:00-04:00"), (last_night, "2026-11-01T08:00:00-05:00")):
        await goes_out(found)
        shown = (await clerk.get(contact)).json()
        assert (shown["status"], shown["against"]) == ("waiting", ["CN-01"])
        assert datetime.fromisoformat(shown["allowed_from"]) == datetime.fromisoformat(opens)
        await closed(found, bank, before)
    await goes_out(found)
    assert (await clerk.get(contact)).json()["status"] == "delivered"
    assert winter < date.fromisoformat((await clerk.get(contact)).json()["lapses_on"])


async def test_of_two_hundred_calls_asked_for_at_once_of_two_instances_three_are_made(found, bank, clerk):
    """CN-03 allows three conversations a day, and the one who is called answers every call."""
    await opens_an_account(bank, "C-3")
    await closed(found, bank, M1 - timedelta(days=1))
    await misses(bank, "C-3", M1, "50.00")  # too little for a step of treatment
    await closed(found, bank, M1)
    async with (
        Services(found.bootstrap, found.prefix, found.urls, token=found.token()) as services,
        found.beside("contact-service") as beside,
        beside.client("contact-service") as another_clerk,
    ):
        rounds = (services.round() for _ in range(3))
        asked = (asks_for(each, "C-3", "call") for _ in range(100) for each in (clerk, another_clerk))
        await asyncio.gather(*asked, *rounds)
    await goes_out(found)
    shown = await pages(clerk, "C-3")
    assert Counter(each["status"] for each in shown) == {"made": 3, "waiting": 197}
    assert {tuple(each["against"]) for each in shown if each["status"] == "waiting"} == {("CN-03",)}
    assert sum(call.to == contact_values("C-3")["mobile"] for call in received.calls(home_of(found))) == 3


async def test_killed_while_it_sends_it_sends_nothing_twice(found, bank, clerk):
    """Two waves of sixty; it is killed when one message of the first is out, and when twenty of the second are."""
    await _nothing_twice(found, bank, clerk, [(1, _wave(101, 60)), (20, _wave(201, 60))])


@pytest.mark.slow
async def test_killed_thirty_times_while_five_hundred_go_out_it_sends_nothing_twice(found, bank, clerk):
    """When one of its wave is out, or two, up to ten."""
    await _nothing_twice(found, bank, clerk, [(1 + n % 10, _wave(1001 + 100 * n, 17)) for n in range(30)])


async def _nothing_twice(
    found: Installation, bank: BankPublisher, clerk: httpx.AsyncClient, waves: Sequence[tuple[int, Sequence[str]]]
):
    """Of each wave all are asked for, and it is killed when so many are out."""
    customers = [customer for _, wave in waves for customer in wave]
    for customer in customers:
        await opens_an_account(bank, customer)
        await misses(bank, customer, M1, "50.00")
    await closed(found, bank, M1)
    for come_out, wave in waves:
        await _killed_while_sending(found, clerk, wave, come_out)
    await goes_out(found)

    contacts = [contact for customer in customers for contact in await pages(clerk, customer)]
    assert len(contacts) == len(customers)
    home = home_of(found)
    out = Counter(_received(home))
    assert max(out.values()) == 1, "nobody is written to or called twice"
    for each in contacts:
        assert each["status"] in ENDED | ({"sent"} if each["channel"] == "email" else set()), each
        assert each["status"] in ("failed", "expired", "unknown") or out[each["contact_id"].replace("-", "")] == 1


def _wave(first: int, many: int) -> list[str]:
    """None with a number that ends in 00, which the SMS centre does not reach."""
    return [f"C-{number}" for number in range(first, first + many)]


async def _killed_while_sending(found: Installation, clerk: httpx.AsyncClient, wave: Sequence[str], come_out: int):
    home, before = home_of(found), len(_received(home_of(found)))
    channels = get_args(Channel)
    await asyncio.gather(*(asks_for(clerk, each, channels[at % 3]) for at, each in enumerate(wave)))
    going_out = asyncio.create_task(clerk.post("/rounds", timeout=SECONDS_MAX))
    await until(lambda: len(_received(home)) >= before + come_out)
    found.kill("contact-service")
    with pytest.raises(httpx.TransportError):  # the round was not over
        await going_out
    await found.start("contact-service")


def _received(home: Home) -> list[str]:
    """The contact's id in hex, of everything that came to a customer in this run of the parts."""
    mails = [mail.message_id.strip("<>").partition("@")[0].replace("-", "") for mail in received.mails(home)]
    calls = [call.call_id.replace("-", "") for call in received.calls(home)]
    return [message.reference for message in received.messages(home)] + mails + calls
