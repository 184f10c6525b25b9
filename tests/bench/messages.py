"""Messages and mails a second that come to the receivers, beside a bare client that hands over and does nothing else.

A wave is so many contacts of as many customers, asked for over HTTP and then let go in one round, all lawful at once.
Its time runs from the moment at which the round is asked for to that at which the SMS centre, or the mail server, notes
the last of them. In it each is decided, written in its template's words, looked at once more, sealed, noted as
attempted, handed over and noted as sent; its receipt is heard and noted, and all of that goes onto the log.
case-service only tells of the cases, and is gone before the first wave.

The bare client hands as many over to the same receivers, as many at a time as ours does, between the waves.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Any, Literal

import psutil
from arrears_events.bank.people import contact_values, details_of, profile_of
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.settled import Services
from arrears_events.log import topics
from arrears_local import infrastructure, received
from arrears_local.home import Home
from arrears_local.services import providers

from tests.bench.bank import AT, SOURCE, missed, missed_id, open_accounts
from tests.bench.http_client import Connection, request
from tests.bench.results import Measured, at_least
from tests.bench.stage import Stage, cpu_seconds, free_port

PREFIX = "messages."
CLOSED_ON, TODAY = date(2026, 3, 31), date(2026, 4, 1)
TOO_LITTLE_FOR_A_STEP = "50"
"""Overdue, so that nobody but the bench asks for a contact."""
CLIENTS = 16
LEAST_A_SECOND = {"sms": 300.0, "email": 100.0}
CALLED = {"sms": "SMS", "email": "mails"}

Channel = Literal["sms", "email"]


@dataclass(frozen=True)
class Office:
    """A running contact-service, and the receivers beside it."""

    stage: Stage
    url: str
    port: int
    process: psutil.Process
    settings: dict[str, str]

    @property
    def home(self) -> Home:
        return Home(self.stage.addresses.home)

    def cpu_seconds(self) -> dict[str, float]:
        used = self.process.cpu_times()
        return {"contact-service": used.user + used.system, **cpu_seconds(self.stage.addresses.home)}


async def measure(stage: Stage, *, waves: int, messages: int, mails: int) -> list[Measured]:
    """So many of each in a wave; before the first a small one warms up."""
    sizes: dict[Channel, int] = {"sms": messages, "email": mails}
    customers = iter(range(1, 1_000_000))
    planned: dict[Channel, list[list[int]]] = {
        channel: list(_waves(customers, many, waves)) for channel, many in sizes.items()
    }
    await topics.apply(stage.addresses.kafka, PREFIX)
    await asyncio.to_thread(infrastructure.up, stage.addresses.home, outside=True)
    async with _told(stage, next(customers) - 1) as office:
        return [await _measure(office, channel, each) for channel, each in planned.items()]


def _waves(customers: Iterator[int], many: int, waves: int) -> Iterator[list[int]]:
    """None with a number that ends in 00, which the SMS centre does not reach."""
    for size in (many // 5, *[many] * waves):
        reached = (number for number in customers if number % 100)
        yield [next(reached) for _ in range(size)]


@asynccontextmanager
async def _told(stage: Stage, customers: int) -> AsyncIterator[Office]:
    """It knows so many customers, an account of each, and its case."""
    ports = {name: free_port() for name in ("case", "contact")}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    settings = {
        name: stage.settings(PREFIX, stage.new_database(f"messages_{name}"), port) for name, port in ports.items()
    }
    settings["contact"] |= providers(Home(stage.addresses.home), urls["contact"])
    async with stage.serving("contact_service.main", settings["contact"], f"{urls['contact']}/health/ready") as process:
        async with (
            stage.serving("case_service.main", settings["case"], f"{urls['case']}/health/ready"),
            BankPublisher(stage.addresses.kafka, source=SOURCE, topic_prefix=PREFIX) as bank,
            Services(stage.addresses.kafka, PREFIX, urls) as services,
        ):
            await _tell(bank, customers)
            await services.settled()
        yield Office(stage, urls["contact"], ports["contact"], process, settings["contact"])


async def _tell(bank: BankPublisher, customers: int) -> None:
    await open_accounts(bank, customers)
    for number in range(1, customers + 1):
        customer = f"C-{number}"
        await bank.publish(profile_of(customer, "cn"), id=f"{customer}/profile", time=AT)
        await bank.tell(details_of(customer), id=f"{customer}/details", time=AT)
        await bank.publish(missed(number, TOO_LITTLE_FOR_A_STEP), id=missed_id(number), time=AT)
    await bank.close_day(CLOSED_ON, TODAY)


async def _measure(office: Office, channel: Channel, waves: Sequence[Sequence[int]]) -> Measured:
    ours, bare = list[dict[str, Any]](), list[float]()
    token = office.stage.token("operator")
    async with Services(office.stage.addresses.kafka, PREFIX, {"contact-service": office.url}, token=token) as services:
        for wave in waves:
            await _ask(office, channel, wave)
            await services.settled()
            ours.append(await _wave(office, services, channel, wave))
            await services.settled()
            found = await office.stage.run("tests.bench.peers.bare_sender", office.settings, channel, str(len(wave)))
            bare.append(len(wave) / found["seconds"])
    rate, peer_rate = median(each["per_second"] for each in ours[1:]), median(bare[1:])
    name, what = f"{CALLED[channel]} to the local receiver", CALLED[channel]
    figures = {"ours": ours, "bare client": bare, "ours / bare client": rate / peer_rate}
    measured = at_least(name, rate, LEAST_A_SECOND[channel], what, figures)
    print(f"{name}: {rate:,.0f}/s, a bare client {peer_rate:,.0f}/s: ratio {rate / peer_rate:.2f}")
    return measured


async def _ask(office: Office, channel: Channel, wave: Sequence[int]) -> None:
    token = office.stage.token("collector")
    left = iter([request("/contacts", token, f"{channel}-{number}", _contact(number, channel)) for number in wave])

    async def ask() -> None:
        client = await Connection.open(office.port)
        for sent in left:
            status, body = await client.ask(sent)
            assert status == 201, f"{status} {body!r}"
        client.close()

    await asyncio.gather(*(ask() for _ in range(CLIENTS)))


def _contact(number: int, channel: Channel) -> dict[str, Any]:
    return {
        "customer_id": f"C-{number}",
        "purpose": "collection",
        "channel": channel,
        "accounts": [f"A-{number}"],
    }


async def _wave(office: Office, services: Services, channel: Channel, wave: Sequence[int]) -> dict[str, Any]:
    before, began = office.cpu_seconds(), datetime.now(UTC)
    await services.round()
    came = sorted(_received(office.home, channel, wave))
    assert len(came) == len(wave), f"of {len(wave)} came {len(came)}"
    seconds, sending = (came[-1] - began).total_seconds(), (came[-1] - came[0]).total_seconds()
    used = {name: 1000 * (after - before[name]) / len(wave) for name, after in office.cpu_seconds().items()}
    return {"per_second": len(wave) / seconds, "from_the_first_per_second": (len(wave) - 1) / sending, "cpu_ms": used}


def _received(home: Home, channel: Channel, wave: Sequence[int]) -> Iterator[datetime]:
    """When each came; the bare client's go to nobody in the wave."""
    values = [contact_values(f"C-{number}") for number in wave]
    if channel == "sms":
        numbers = {each["mobile"].removeprefix("+") for each in values}
        return (datetime.fromisoformat(each.received_at) for each in received.messages(home) if each.to in numbers)
    addresses = {(each["email"],) for each in values}
    return (datetime.fromisoformat(each.received_at) for each in received.mails(home) if each.to in addresses)
