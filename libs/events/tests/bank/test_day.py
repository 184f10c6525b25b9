"""A business day in one partition, said again after a failure."""

from datetime import date

import pytest
from arrears_events.bank.day import Found, PartitionDay
from arrears_events.catalogue.bank import PaymentReceived
from arrears_events.errors import PublishedOtherwise
from arrears_events.money import Money

DAY = date(2026, 4, 15)


def payment(amount: str = "100") -> PaymentReceived:
    return PaymentReceived(
        customer_id="C-1",
        account_id="UCI-1",
        payment_id="p",
        amount=Money.of(amount, "TWD"),
        value_date=DAY,
        booked_on=DAY,
        channel="transfer",
    )


def totals(day: PartitionDay) -> list[tuple[str, int, str]]:
    return [(total.type, total.count, str(total.amount)) for total in day.totals]


def test_what_is_found_on_the_log_is_not_written_and_counts():
    day = PartitionDay(Found({"p1": "a"}))
    assert [day.say("p1", "a", payment()), day.say("p2", "b", payment("50"))] == [False, True]
    assert totals(day) == [("PaymentReceived", 2, "150.00")]


def test_the_same_again_within_a_day_counts_once():
    day = PartitionDay(Found())
    assert [day.say("p1", "a", payment()), day.say("p1", "a", payment())] == [True, False]
    assert totals(day) == [("PaymentReceived", 1, "100.00")]


def test_the_same_id_with_other_content_is_refused_by_name():
    with pytest.raises(PublishedOtherwise, match="p1 was published before with other content"):
        PartitionDay(Found({"p1": "a"})).say("p1", "b", payment())
    day = PartitionDay(Found())
    day.say("p2", "a", payment())
    with pytest.raises(PublishedOtherwise, match="p2"):
        day.say("p2", "b", payment())


def test_a_close_starts_the_totals_anew():
    day = PartitionDay(Found())
    day.say("p1", "a", payment())
    assert day.close("c1", "x")
    assert totals(day) == []


def test_a_day_cannot_close_without_what_the_log_has_of_it():
    day = PartitionDay(Found({"p1": "a", "p2": "b"}))
    day.say("p1", "a", payment())
    with pytest.raises(PublishedOtherwise, match="p2 is on the log and was not published again"):
        day.close("c1", "x")


def test_a_partition_that_closed_the_day_already_takes_nothing_new_for_it():
    day = PartitionDay(Found({"p1": "a", "c1": "x"}, closes=1))
    with pytest.raises(PublishedOtherwise, match="p2 is new, but its day is closed already"):
        day.say("p2", "b", payment())


def test_a_close_that_is_there_is_not_written_again_and_the_next_day_is_open():
    day = PartitionDay(Found({"p1": "a", "c1": "x"}, closes=1))
    assert not day.say("p1", "a", payment())
    assert not day.close("c1", "x")
    assert day.say("p2", "b", payment())
