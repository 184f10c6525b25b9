"""Whatever a bank writes: the record is set aside with its reason, its own customer waits, and all others go on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any

import orjson
import pytest
from arrears_events.codec import canonical
from arrears_events.log import topics
from arrears_events.log.writer import Writer
from arrears_runtime.dead_letters import (
    DETAIL_CHARACTERS,
    KEY_BYTES,
    PARKED_BYTES,
    VALUE_BYTES,
    DeadLetter,
    open_letters,
    park,
)
from arrears_runtime.service import Service

from .tally import SERVICE, Paid, account_view
from .watched import DAY, all_records, eventually, partition

HERE = partition("C-2")
BESIDE = next(customer for customer in (f"C-{n}" for n in range(3, 200)) if partition(customer) == HERE)
"""An innocent customer, in whose partition it all happens."""
LONG = "".join(Random(4).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=4_000))
"""More than an index of PostgreSQL takes, however it is compressed."""


def fact(**changes: Any) -> bytes:
    envelope = {
        "specversion": "1.0",
        "source": "bank/core",
        "id": "A-C-2/payment/1",
        "type": "arrears.bank.Paid",
        "schemaversion": 1,
        "time": "2026-04-01T00:00:00Z",
        "data": {"customer_id": "C-2", "account_id": "A-C-2", "amount": amount(), "on": "2026-04-01"},
    }
    return canonical(envelope | changes)


def amount(**changes: Any) -> dict[str, Any]:
    return {"amount": "3.00", "currency": "CNY"} | changes


def paid(**changes: Any) -> bytes:
    return fact(data=orjson.loads(fact())["data"] | changes)


def close(**changes: Any) -> bytes:
    day = {"source": "bank/core", "date": "2026-04-01", "next_business_date": "2026-04-02", "partition": HERE}
    return fact(id="close", type="arrears.bank.BusinessDayClosed", data={**day, "totals": [], **changes})


def total(**changes: Any) -> dict[str, Any]:
    return {"type": "Paid", "currency": "CNY", "count": 1, "amount": "3.00", **changes}


@dataclass(frozen=True)
class Bad:
    """A record, and what is to be said of it; `waits`: whether C-2 does."""

    value: bytes
    reason: str
    detail: str = ""
    key: str | None = "C-2"
    waits: bool = True


NOTHING_KNOWN = fact(type="arrears.bank.Nothing")
LARGE = fact(type="x" * 2_000_000)
BAD = {
    "an id with NUL": Bad(fact(id="x\0y"), "bad-data", "id"),
    "a long id": Bad(fact(id=LONG), "bad-data", "id"),
    "a source with NUL": Bad(fact(source="bank\0core"), "bad-data", "source"),
    "a key with NUL": Bad(NOTHING_KNOWN, "unknown-type", key="C\0x", waits=False),
    "a long key": Bad(NOTHING_KNOWN, "unknown-type", key=LONG, waits=False),
    "no key": Bad(fact(), "no-key", key=None, waits=False),
    "an amount that is a number": Bad(paid(amount=1500), "bad-data", "data.amount"),
    "no amount": Bad(paid(amount=None), "bad-data", "data.amount"),
    "no data": Bad(fact(data=5), "bad-data", "data"),
    "a field of no event": Bad(paid(**{"Lin\0Na": 1}), "bad-data", "data.*"),
    "money in a wrong form": Bad(paid(amount=amount(amount="3.0")), "bad-money", "data.amount.amount"),
    "money of an unknown currency": Bad(paid(amount=amount(currency="XXX")), "bad-money", "data.amount"),
    "an unknown type": Bad(NOTHING_KNOWN, "unknown-type"),
    "an unknown version": Bad(fact(schemaversion=2), "unknown-type", "schemaversion"),
    "another version of CloudEvents": Bad(fact(specversion="0.3"), "bad-data", "specversion"),
    "a record that is too large": Bad(LARGE, "too-large"),
    "a close with a key": Bad(close(), "wrong-key", waits=False),
    "a close of another source": Bad(close(source="bank/other"), "wrong-source", key=None, waits=False),
    "a close with a total of no type": Bad(
        close(totals=[total(type="Pa\0id")]), "bad-data", "data.totals.0.type", None, False
    ),
    "a close with a total of no currency": Bad(
        close(totals=[total(currency="\0")]), "bad-data", "data.totals.0.currency", None, False
    ),
    "a close of another partition": Bad(close(partition=(HERE + 1) % 8), "wrong-partition", key=None, waits=False),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
async def test_a_bad_record_is_set_aside_and_harms_nobody_but_its_customer(running, database, bank, kafka, bad):
    async with running(database()) as service:
        await bank.open("C-2", BESIDE)
        await write(kafka, bad.value, bad.key)
        await bank.pay("C-2", 2, 7)
        await bank.pay(BESIDE, 1, 5)
        await service.settled()
        [letter] = await open_letters(service.db)
        assert (letter.reason, letter.detail) == (bad.reason, bad.detail)
        assert letter.customer_id == ("C-2" if bad.waits else "")
        assert await service.totals() == {BESIDE: 5} | ({} if bad.waits else {"C-2": 7})
        assert not await service.rows("closes")
        [parked] = await all_records(kafka, "plan.dead-letters")
        assert (parked.key, parked.value) == (bad.key.encode() if bad.key else None, bad.value)


async def write(kafka: Any, value: bytes, key: str | None) -> None:
    """A large record of one letter gets in, since the broker's bound is on what is left when it is compressed."""
    async with Writer(kafka.bootstrap, record_bytes=8 * 1024 * 1024) as writer:
        await (await writer.send(f"{kafka.prefix}bank.events", key.encode() if key else None, value, HERE))


async def test_a_dead_letter_larger_than_its_topic_takes_is_cut_and_says_so(running, database, bank, kafka):
    async with running(database()) as service:
        await bank.open(BESIDE)
        await write(kafka, b"x" * 5_000_000, "C-2")
        await bank.pay(BESIDE, 1, 5)
        await service.settled()
        [letter] = await open_letters(service.db)
        assert letter.detail == f"cut to {VALUE_BYTES} of 5000000 bytes of value"
        [parked] = await all_records(kafka, "plan.dead-letters")
        assert parked.value == letter.value == b"x" * VALUE_BYTES


async def test_the_largest_dead_letter_that_is_kept_fits_its_topic_and_comes_back_from_it(running, database, kafka):
    """With bytes that no compression makes less."""
    noise, detail = Random(4).randbytes, "數" * 2 * DETAIL_CHARACTERS
    largest = DeadLetter("bank.events", HERE, 0, "too-large", detail, "", noise(1_000_000), noise(PARKED_BYTES))
    async with running(database()) as service:
        async with service.db.transaction() as connection:
            await park(connection, [largest], "plan.dead-letters")
        await service.settled()
        [kept] = await open_letters(service.db)
        assert (len(kept.key or b""), len(kept.value), len(kept.detail)) == (KEY_BYTES, VALUE_BYTES, DETAIL_CHARACTERS)
    async with running(database()) as fresh:
        assert await open_letters(fresh.db) == [kept]


def test_a_dead_letters_bound_is_that_of_its_topic():
    [spec] = [spec for spec in topics.specs() if spec.name == "plan.dead-letters"]
    assert spec.settings["max.message.bytes"] == str(PARKED_BYTES)


def unable_to_store(*amounts: int) -> Service:
    """Its fold makes, of these amounts, a number that the column cannot hold."""

    def fold(row: Any, envelope: Any) -> Any:
        if isinstance(envelope.data, Paid) and row and envelope.data.amount.amount in amounts:
            return row._replace(paid=Decimal(10) ** 20)
        return account_view.fold(row, envelope)

    views = tuple(replace(each, fold=fold) if each is account_view else each for each in SERVICE.views)
    return replace(SERVICE, views=views)


@pytest.mark.parametrize("guilty", [(777,), (777, 778)], ids=["one record", "two records"])
async def test_what_the_database_refuses_is_found_among_records_that_rest_on_each_other(
    running, database, bank, guilty: Sequence[int]
):
    """All of it lies there before the service starts, so that it is one batch."""
    others = [customer for customer in (f"C-{n}" for n in range(200, 500)) if partition(customer) == HERE]
    await bank.open(BESIDE)
    await bank.pay(BESIDE, 1, 5)
    wanted = {BESIDE: 11}
    for customer, units in zip(others, guilty, strict=False):
        await bank.open(customer)
        await bank.pay(customer, 1, units)
        await bank.pay(customer, 2, 1)
    await bank.pay(BESIDE, 2, 6)
    await bank.close(DAY)
    async with running(database(), unable_to_store(*guilty)) as service:
        await eventually(lambda: closed(service))
        await service.settled()
        letters = await open_letters(service.db)
        assert [(letter.reason, letter.customer_id) for letter in letters] == [
            ("cannot-be-stored", customer) for customer in others[: len(guilty)]
        ]
        assert await service.totals() == wanted
        assert (await service.instance.condition()).checks["control totals"].ok


async def closed(service: Any) -> bool:
    return len(await service.rows("closes")) == 8
