"""A person is erased: what was sealed about them is gone everywhere, and the history proves itself as before."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from arrears_events.audit.reading import verify
from arrears_events.audit.topics import AUDITED
from arrears_events.bank.people import details_of, profile_of
from arrears_events.bank.publisher import BankPublisher
from arrears_events.catalogue.bank import AccountOpened, PaymentMissed
from arrears_events.catalogue.contact import CONTACT, PersonErased
from arrears_events.catalogue.persons import CustomerDetailsUpdated
from arrears_events.log import topics
from arrears_events.log.reader import Reader
from arrears_events.log.writer import Writer
from arrears_events.money import Money
from arrears_runtime import replay_check
from arrears_runtime.database import Database

from tests.flows.installation import Installation, installed

OPENED, MISSED = date(2026, 3, 31), date(2026, 4, 21)
NOTES = ("note:write", "note:read", "case:read", "customer:read")
PLANTED = {
    "name": "Wolfgang Planted-Marker",
    "phone": "+999155501234567",
    "mail": "planted.marker@customers.example",
    "address": "77 Planted Marker Lane",
    "employer": "Planted Marker Works",
    "party": "Gertrude Planted-Marker",
    "note": "planted marker: sister lends the money on Friday",
}


@pytest.fixture
async def found(addresses: Any, kafka: Any, database: Any) -> AsyncIterator[Installation]:
    async with installed(addresses, kafka.prefix, database) as made:
        yield made


def details(customer: str) -> CustomerDetailsUpdated:
    return CustomerDetailsUpdated(
        customer_id=customer,
        restricted=False,
        name=PLANTED["name"],
        address=PLANTED["address"],
        contact_points={f"{customer}/mobile": PLANTED["phone"], f"{customer}/email": PLANTED["mail"]},
        parties={f"{customer}/guarantor": PLANTED["party"]},
        employer=PLANTED["employer"],
    )


@asynccontextmanager
async def bank_of(found: Installation) -> AsyncIterator[BankPublisher]:
    async with BankPublisher(found.bootstrap, source="bank/core", topic_prefix=found.prefix) as bank:
        yield bank


async def misses_a_payment(bank: BankPublisher, customer: str, told: CustomerDetailsUpdated) -> None:
    """An account is opened for the customer, and falls into arrears."""
    which: dict[str, Any] = {"customer_id": customer, "account_id": f"A-{customer}"}
    at = datetime(2026, 3, 31, 1, tzinfo=UTC)
    opened = AccountOpened(**which, product="card", currencies=("TWD",), opened_on=OPENED, billing_day=31, due_day=20)
    missed = PaymentMissed(
        **which,
        statement_id="S-1",
        due_date=date(2026, 4, 20),
        as_of=MISSED,
        minimum_due=Money.of(1000, "TWD"),
        arrears=Money.of(1000, "TWD"),
        balance=Money.of(9000, "TWD"),
        days_past_due=1,
    )
    await bank.publish(opened, id=f"{customer}/opened", time=at)
    await bank.publish(profile_of(customer, "cn"), id=f"{customer}/profile", time=at)
    await bank.tell(told, id=f"{customer}/details", time=at)
    await bank.publish(missed, id=f"{customer}/missed", time=at)


async def write_note(client: httpx.AsyncClient, customer: str, text: str) -> str:
    """Gives the path of the case's notes."""
    [case] = (await client.get("/cases", params={"customer_id": customer})).json()["items"]
    path = f"/cases/{case['case_id']}/notes"
    answer = await client.post(path, json={"text": text}, headers={"Idempotency-Key": str(uuid4())})
    assert answer.status_code == httpx.codes.CREATED, answer.text
    return path


async def texts(client: httpx.AsyncClient, path: str) -> list[str | None]:
    return [item["text"] for item in (await client.get(path)).raise_for_status().json()["items"]]


async def shredded(found: Installation, topic: str) -> list[str]:
    return [(record.key or b"").decode() for record in await found.records(topic) if record.is_null]


async def is_whole(found: Installation) -> None:
    """As `arrears audit verify` and `arrears replay-check` say it."""
    findings: list[Any] = []
    async with Reader(found.bootstrap, found.prefix) as reader:
        await verify(reader, AUDITED, findings.append)
    assert [finding for finding in findings if finding.level == "error"] == []
    for name, service in replay_check.installed().items():
        compared = await replay_check.check(service, found.settings(name))
        assert (compared.differences, compared.rows > 0) == ([], True), name


async def test_a_person_is_erased_by_a_null_value(found: Installation):
    async with found.client("case-service", permissions=NOTES) as client, bank_of(found) as bank:
        for customer in ("C-1", "C-2"):
            await misses_a_payment(bank, customer, details_of(customer))
        await bank.close_day(MISSED, MISSED + timedelta(days=1))
        await found.settled()
        erased, other = [await write_note(client, customer, f"of {customer}") for customer in ("C-1", "C-2")]
        await found.settled()
        await is_whole(found)

        await bank.erase("C-1")
        await bank.acknowledged()
        await found.settled()
        assert [await texts(client, path) for path in (erased, other)] == [[None], ["of C-2"]]
        said = [CONTACT.decode(record.value).data for record in await found.records("contact.events")]
        assert [event.customer_id for event in said if isinstance(event, PersonErased)] == ["C-1"]
        assert [await shredded(found, topic) for topic in ("case.keys", "contact.keys")] == [["C-1"], ["C-1"]]
        again = await client.post(erased, json={"text": "more"}, headers={"Idempotency-Key": str(uuid4())})
        assert (again.status_code, again.json()["type"]) == (409, "urn:arrears:problem:person-erased")
        await is_whole(found)


async def test_what_is_known_of_a_person_stands_in_the_banks_topic_and_nowhere_else(found: Installation):
    """Values are planted, and every byte of the log, of PostgreSQL and of what the services printed is looked at."""
    async with found.client("case-service", permissions=NOTES) as client, bank_of(found) as bank:
        await misses_a_payment(bank, "C-7", details("C-7"))
        await bank.close_day(MISSED, MISSED + timedelta(days=1))
        await found.settled()
        path = await write_note(client, "C-7", PLANTED["note"])
        assert await texts(client, path) == [PLANTED["note"]]
        refused = {"text": f"{PLANTED['note']} 4111 1111 1111 1111", PLANTED["name"]: PLANTED["phone"]}
        answer = await client.post(path, json=refused, headers={"Idempotency-Key": str(uuid4())})
        assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "lanted" not in answer.text
        async with Writer(found.bootstrap) as writer:
            broken = details("C-7").model_dump_json().encode()
            await (await writer.send(f"{found.prefix}bank.customers", b"C-7", broken))
        async with found.client("contact-service", permissions=NOTES) as contact:
            assert (await contact.get("/customers/C-7")).status_code == httpx.codes.OK
        await found.settled()
    traces = {trace: name for name, value in PLANTED.items() for trace in traces_of(value)}
    there = await records_with(found, "bank.customers", traces)
    assert set(there.values()) == PLANTED.keys() - {"note"}, "the search finds what is there"
    assert len(await found.records("contact.dead-letters")) == 1, "what could not be read is told by its place"
    for spec in topics.specs():
        assert spec.name == "bank.customers" or await records_with(found, spec.name, traces) == {}, spec.name
    for service, url in found.databases.items():
        assert await rows_with(url, traces) == [], service
    assert await asyncio.to_thread(files_with, found, traces) == []


def traces_of(value: str) -> list[bytes]:
    """As it is written, as PostgreSQL shows bytes, and as a bare hash that whoever guesses the value could compare."""
    told = value.encode()
    return [told, told.hex().encode(), hashlib.sha256(told).hexdigest().encode()]


async def records_with(found: Installation, topic: str, traces: dict[bytes, str]) -> dict[str, str]:
    """Where a trace stands: place of the record -> what. Read through a consumer, since batches are compressed."""
    hits: dict[str, str] = {}
    for record in await found.records(topic):
        whole = b"|".join((record.key or b"", record.value, *(value for _, value in record.headers)))
        hits |= {f"{topic}/{record.partition}/{record.offset} {t!r}": what for t, what in traces.items() if t in whole}
    return hits


async def rows_with(url: str, traces: dict[bytes, str]) -> list[str]:
    """Every row of every table, as text: the files hold long values compressed."""
    hits: list[str] = []
    db = await Database.open(url)
    for (table,) in await db.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        for (row,) in await db.pool.fetch(f'SELECT t::text FROM "{table}" t'):
            hits += [f"{table}: {what}" for trace, what in traces.items() if trace in row.encode()]
    await db.close()
    return hits


def files_with(found: Installation, traces: dict[bytes, str]) -> list[str]:
    """All that Kafka, PostgreSQL and the services wrote to disk, the write-ahead log too, but for the bank's topic."""
    its_own = f"{found.prefix}bank.customers-"
    state, hits, looked_at = found.addresses.home / ".arrears", list[str](), 0
    for path in (*_files_in(state), *found.logs.iterdir()):
        if not path.parent.name.startswith(its_own):
            content = _content_of(path)
            looked_at += len(content)
            hits += [f"{path}: {what}" for trace, what in traces.items() if trace in content]
    assert looked_at > 1_000_000, "there is a log and a database to look at"
    return hits


def _files_in(folder: Path) -> Iterator[Path]:
    """Kafka deletes the folders of other tests' topics meanwhile."""
    for parent, _, names in os.walk(folder):
        yield from (Path(parent, name) for name in names)


def _content_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
