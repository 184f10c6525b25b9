"""What is no event of its topic has a reason, and the place of what is wrong; nothing of its bytes is in either."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import orjson
import pytest
from arrears_events.catalogue.base import CustomerEvent, DayClosed
from arrears_events.codec import Topic, Undecodable, encode
from arrears_events.envelope import SourceEvent
from arrears_events.money import Amount, Money
from pydantic import Field


class Paid(CustomerEvent):
    wire: ClassVar[str] = "Paid"
    amount: Amount
    tags: dict[str, int] = Field(default_factory=dict)


class Closed(DayClosed):
    wire: ClassVar[str] = "BusinessDayClosed"


BANK = Topic.of("bank.events", SourceEvent, (Paid, Closed))
ONE_EVENT = Topic.of("bank.events", SourceEvent, (Paid,))
AMOUNT = {"amount": "3.00", "currency": "CNY"}


def fact(**changes: Any) -> dict[str, Any]:
    paid = Paid(customer_id="C-1", amount=Money.of(3, "CNY"))
    envelope = SourceEvent[Any](
        source="bank/core", id="p/1", type=BANK.type_of(Paid), time=datetime(2026, 4, 1, tzinfo=UTC), data=paid
    )
    return orjson.loads(encode(envelope)) | changes


def paid(**changes: Any) -> dict[str, Any]:
    return fact(data=fact()["data"] | changes)


def said_of(value: object, topic: Topic[Any] = BANK) -> tuple[str, str]:
    with pytest.raises(Undecodable) as bad:
        topic.decode(value if isinstance(value, bytes) else orjson.dumps(value))
    return bad.value.reason, bad.value.where


@pytest.mark.parametrize("topic", [BANK, ONE_EVENT], ids=["of two events", "of one event"])
def test_a_fact_as_it_must_be_is_read(topic):
    assert topic.decode(orjson.dumps(fact())).data == Paid(customer_id="C-1", amount=Money.of(3, "CNY"))


@pytest.mark.parametrize("value", [b"", b"{", b"\xff\x00", b"5", b"[]", b"null", b'"a text"'])
@pytest.mark.parametrize("topic", [BANK, ONE_EVENT], ids=["of two events", "of one event"])
def test_only_what_is_no_json_object_is_called_that(topic, value):
    assert said_of(value, topic) == ("not-json", "")


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (paid(amount=1500), "data.amount"),
        (paid(amount=None), "data.amount"),
        (paid(amount=AMOUNT | {"currency": "yuan"}), "data.amount.currency"),
        (paid(customer_id="two words"), "data.customer_id"),
        (fact(data=5), "data"),
        (fact(data=[]), "data"),
        (fact(time="yesterday"), "time"),
        (fact(time="9999-12-31T23:59:59-23:00"), "time"),
        (fact(time="0001-01-01T00:00:00+08:00"), "time"),
        (fact(specversion="0.3"), "specversion"),
    ],
)
@pytest.mark.parametrize("topic", [BANK, ONE_EVENT], ids=["of two events", "of one event"])
def test_a_wrong_type_or_value_is_bad_data_and_has_its_place(topic, value, where):
    assert said_of(value, topic) == ("bad-data", where)


@pytest.mark.parametrize("next_business_date", ["2026-03-31", "2026-04-01"])
def test_a_close_after_which_the_calendar_does_not_go_on_is_bad_data(next_business_date):
    day = {"source": "core", "date": "2026-04-01", "next_business_date": next_business_date, "partition": 0}
    assert said_of(fact(type=BANK.type_of(Closed), data=day)) == ("bad-data", "data")


@pytest.mark.parametrize(
    ("amount", "where"),
    [
        (AMOUNT | {"amount": 1500}, "data.amount.amount"),
        (AMOUNT | {"amount": "-3.00"}, "data.amount"),
        (AMOUNT | {"amount": "3.0"}, "data.amount.amount"),
        (AMOUNT | {"amount": "3.000"}, "data.amount"),
        (AMOUNT | {"currency": "XXX"}, "data.amount"),
    ],
)
def test_what_is_wrong_in_an_amount_is_bad_money(amount, where):
    assert said_of(paid(amount=amount)) == ("bad-money", where)


@pytest.mark.parametrize("value", [fact(type="arrears.bank.Nothing"), fact(type=5), {"source": "bank/core"}])
def test_another_type_or_none_is_unknown(value):
    assert said_of(value)[0] == "unknown-type"


@pytest.mark.parametrize("topic", [BANK, ONE_EVENT], ids=["of two events", "of one event"])
def test_another_version_of_an_event_is_unknown(topic):
    assert said_of(fact(schemaversion=2), topic) == ("unknown-type", "schemaversion")


@pytest.mark.parametrize("name", ["id", "source"])
@pytest.mark.parametrize("value", ["", "a\0b", "two words", "line\n", "數", "x" * 256])
def test_id_and_source_are_printable_and_short(name, value):
    assert said_of(fact(**{name: value})) == ("bad-data", name)


def test_id_and_source_have_room_for_255_characters():
    assert BANK.decode(orjson.dumps(fact(id="x" * 255, source="y" * 255))).id == "x" * 255


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (paid(lin="Lin"), "data.*"),
        (paid(**{"Lin Na": 1}), "data.*"),
        (paid(tags={"Lin Na": "x"}), "data.tags.*"),
        (paid(tags={"\0": "x"}), "data.tags.*"),
    ],
)
def test_a_name_that_is_none_of_ours_is_not_told(value, where):
    assert said_of(value) == ("bad-data", where)
