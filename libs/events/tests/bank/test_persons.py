"""Who the customers of a portfolio are: made from the id, on the bank's own topic for persons, and erased there."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from arrears_events.bank.people import details_of, digest_of, profile_of
from arrears_events.bank.play import publish, publisher_of
from arrears_events.bank.portfolio import Portfolio
from arrears_events.catalogue.persons import BANK_CUSTOMERS
from arrears_events.log.partitioning import partition_of
from arrears_events.log.reader import Reader, Record

PARTITIONS = 8
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


async def records_of(kafka: Any) -> list[Record]:
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        at = [(BANK_CUSTOMERS.name, partition) for partition in await reader.partitions(BANK_CUSTOMERS.name)]
        found = [each async for some in reader.until(await reader.starts(at), await reader.ends(at)) for each in some]
    return sorted(found, key=lambda record: (record.partition, record.offset))


def test_details_are_what_the_digests_of_the_profile_are_of():
    points = {point.contact_point_id: point.digest for point in profile_of("C-17", "cn").contact_points}
    assert {id_: digest_of(value) for id_, value in details_of("C-17").contact_points.items()} == points


@pytest.mark.parametrize("customer", ["C-1", "C-30000"])
def test_nobody_has_these_numbers_and_addresses(customer: str):
    for value in details_of(customer).contact_points.values():
        assert re.fullmatch(r"\+999[0-9]{11}|[a-z0-9-]+@customers\.example|[0-9]+ Example Road", value), value


async def test_a_portfolio_tells_who_each_customer_is_in_their_partition(kafka, few: Portfolio):
    async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        await publish(few, bank)
    records = await records_of(kafka)
    told = {BANK_CUSTOMERS.decode(record.value).data.customer_id for record in records}
    assert told == {row.customer_id for row in few.rows()}
    for record in records:
        assert BANK_CUSTOMERS.decode(record.value).data == details_of((record.key or b"").decode())
        assert partition_of(record.key or b"", PARTITIONS) == record.partition


async def test_told_again_it_is_the_same_bytes(kafka, few: Portfolio):
    for _ in range(2):
        async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
            await bank.tell(details_of("C-17"), id="C-17/details", time=NOON)
    first, again = await records_of(kafka)
    assert (first.key, first.value) == (again.key, again.value)


async def test_a_person_is_erased_by_a_record_without_a_value(kafka, few: Portfolio):
    async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        await bank.erase("C-17")
    [record] = await records_of(kafka)
    assert (record.key, record.value, record.is_null) == (b"C-17", b"", True)
    assert record.partition == partition_of(b"C-17", PARTITIONS)
