"""Breaches planted in a copy of a whole run's log: `arrears audit contacts` finds each, and nothing else."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from arrears_events.audit.topics import AUDITED
from arrears_events.bank.portfolio import Portfolio, from_file, generated
from arrears_events.catalogue.bank import BANK, AccountOpened, BusinessDayClosed
from arrears_events.catalogue.base import PolicyPublished
from arrears_events.catalogue.contact import CONTACT, CONTACT_SETTINGS, MessageSent
from arrears_events.catalogue.plan import PLAN
from arrears_events.codec import digest
from arrears_events.log import topics
from arrears_events.log.chain import Head
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Record
from arrears_local.home import Home
from arrears_policy.policy import load
from arrears_policy.rule_pack import RulePack

from libs.policy.tests.second_look.past import PARTITIONS, SHANGHAI, Log
from libs.policy.tests.second_look.person import Person
from libs.policy.tests.second_look.planting import PLANTS, unheard_plan
from tests.flows.installation import Installation, installed
from tests.flows.lies import LIES, told
from tests.flows.test_desk import SEED, forget, worked
from tests.flows.test_portfolio import FIRST_MONTH

ACCOUNTS, LAST = 300, date(2026, 4, 21)
ROUNDS = 5
"""How often each kind is planted, in a contact that is added."""
LEAST = 200
EVENING = time(18, 10, tzinfo=SHANGHAI)
"""Of the business day on which nothing else is left to be done; night in Auckland, where one kind needs it."""
Planted = dict[str, set[tuple[str, str | None]]]
"""By contact."""


class Continued(Log):
    """The copy of a log, and what is added to it from the evening after the bank's last close on."""

    def __init__(self, records: Iterable[Record]) -> None:
        records = list(records)
        closes = [each for each in _said(records, BANK) if isinstance(each, BusinessDayClosed)]
        now = datetime.combine(max(each.next_business_date for each in closes), EVENING)
        last = datetime.fromtimestamp(max(each.timestamp for each in records) / 1000, SHANGHAI)
        super().__init__(now, last + timedelta(seconds=1) - now)
        for record in records:
            self.lanes[record.topic, record.partition].append(record)
        published = [each for each in _said(records, CONTACT_SETTINGS) if isinstance(each, PolicyPublished)]
        self.base, self.cn = (
            next(each.policy for each in published if each.policy.name == name) for name in ("base", "cn")
        )
        bodies = {each.policy: load(each.body).content for each in published}
        self.packs = {
            ref: pack for ref, pack in bodies.items() if ref in (self.base, self.cn) and isinstance(pack, RulePack)
        }

    def chained(self) -> "Continued":
        """What is added goes on from the heads of the streams as they lie now."""
        by_name = {topic.name: topic for topic in AUDITED if topic is not BANK}
        for record in self.records:
            if record.topic in by_name:
                envelope = by_name[record.topic].decode(record.value)
                self.heads[record.topic, envelope.streamid] = Head(envelope.streamversion, digest(record.value))
        return self

    def persons(self, names: Sequence[str]) -> list[Person]:
        return [Person(self, name, partition_of(name.encode(), PARTITIONS)) for name in names]


def _said(records: Iterable[Record], topic: Any) -> list[Any]:
    return [topic.decode(each.value).data for each in records if each.topic == topic.name]


def lie(log: Continued) -> Planted:
    """One about the last message of each customer who was sent one."""
    last = {each.customer_id: each.contact_id for each in _said(log.records, CONTACT) if isinstance(each, MessageSent)}
    planted: Planted = {}
    for (customer, contact_id), ((code, rule, _), what) in zip(last.items(), cycle(LIES.items()), strict=False):
        at = CONTACT.name, partition_of(customer.encode(), PARTITIONS)
        log.lanes[at] = told(log.lanes[at], customer, contact_id, what)
        planted[str(contact_id)] = {(code, rule)}
    assert len(planted) >= len(LIES), "each is told"
    return planted


def add(log: Continued) -> tuple[Planted, set[str]]:
    """Contacts in breach, of customers whom the run left alone; and three that are none, by what came between."""
    busy = {each.customer_id for topic in (CONTACT, PLAN) for each in _said(log.records, topic)}
    quiet = sorted({each.customer_id for each in _said(log.records, BANK) if isinstance(each, AccountOpened)} - busy)
    *others, one, two, three = log.persons(quiet[: ROUNDS * len(PLANTS) + 3])
    planted: Planted = {}
    for person, (code, rule, plant) in zip(others, cycle(PLANTS.values()), strict=False):
        planted[str(plant(person))] = {(code, rule)}
    return planted, {str(unheard_plan(each)) for each in (one, two, three)}


async def publish(records: Iterable[Record], kafka: str, prefix: str) -> None:
    """Each in its place, and with its time."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        sent = [
            (each, await producer.send(prefix + each.topic, each.value, each.key, each.partition, each.timestamp))
            for each in records
        ]
        for record, acknowledged in sent:
            assert (await acknowledged).offset == record.offset
    finally:
        await producer.stop()


def audited(kafka: str, prefix: str, what: str) -> tuple[int, Any]:
    """`arrears audit` as a person calls it: how it ends, and what it tells."""
    told = subprocess.run(
        [sys.executable, "-m", "arrears_events.command", "audit", what, "--json"],
        env={**os.environ, "ARREARS_KAFKA_BOOTSTRAP": kafka, "ARREARS_TOPIC_PREFIX": prefix},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode in (0, 1), told.stderr
    return told.returncode, json.loads(told.stdout)


@asynccontextmanager
async def topics_of(kafka: str, prefix: str) -> AsyncIterator[str]:
    await topics.apply(kafka, prefix)
    try:
        yield prefix
    finally:
        await topics.remove(kafka, prefix)


async def _all_found(portfolio: Portfolio, last: date, made: Installation) -> None:
    await worked(portfolio, made, last)
    records = [each for topic in AUDITED for each in await made.records(topic.name)]
    async with topics_of(made.bootstrap, "copied.") as prefix:
        await publish(records, made.bootstrap, prefix)
        ended, untouched = await asyncio.to_thread(audited, made.bootstrap, prefix, "contacts")
        assert (ended, untouched["findings"]) == (0, [])
        assert (await asyncio.to_thread(audited, made.bootstrap, prefix, "verify"))[0] == 0

    log = Continued(records)
    planted = lie(log)
    added, unheard = add(log.chained())
    planted |= added
    async with topics_of(made.bootstrap, "planted.") as prefix:
        await publish(log.records, made.bootstrap, prefix)
        verified, told_of_chains = await asyncio.to_thread(audited, made.bootstrap, prefix, "verify")
        ended, told_of_contacts = await asyncio.to_thread(audited, made.bootstrap, prefix, "contacts")
    assert verified == 0, [each for each in told_of_chains["findings"] if each["level"] == "error"][:10]
    assert ended == 1
    assert len(planted) >= LEAST
    found: Planted = {}
    for each in told_of_contacts["findings"]:
        found.setdefault(each["contact"], set()).add((each["code"], each["rule"]))
    assert found.keys() == planted.keys()
    assert {contact: named for contact, named in planted.items() if not named <= found[contact]} == {}
    between = {each["contact"] for each in told_of_contacts["between"]}
    assert between - {each["contact"] for each in untouched["between"]} == unheard


async def test_two_hundred_breaches_planted_in_the_log_of_a_run_are_all_found(
    addresses: Any, kafka: Any, database: Callable[[], str]
):
    """Lies about messages that were sent, and contacts that are added: each stream is whole for all that."""
    await asyncio.to_thread(forget, Home(addresses.home))
    async with installed(addresses, kafka.prefix, database, outside=True) as made:
        await _all_found(generated(ACCOUNTS, SEED, FIRST_MONTH), LAST, made)


@pytest.mark.slow
async def test_two_hundred_breaches_in_six_months_of_the_first_thousand_real_accounts(
    real_data: Path, addresses: Any, kafka: Any, database: Callable[[], str]
):
    await asyncio.to_thread(forget, Home(addresses.home))
    async with installed(addresses, kafka.prefix, database, outside=True) as made:
        await _all_found(from_file(real_data, 1_000, FIRST_MONTH), date.max, made)
