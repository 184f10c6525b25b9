"""What lies on the log and no service may take in: nobody had to know it, and no contact is accused by it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from arrears_events.catalogue.bank import PaymentReceived, SpecialStatus, SpecialStatusNotified
from arrears_events.catalogue.base import ControlTotal, CustomerResumed, CustomerStopped
from arrears_events.log.reader import Record

from .past import AWAY, HOME, Past, cny, day
from .person import Person

FAR = date(9999, 12, 30)
A_MEGABYTE = (ControlTotal(type="Paid", currency="CNY", count=1, amount=Decimal("0.00")),) * 20_000


def passes_over(person: Person, record: Record, outcome: Any) -> None:
    """contact-service could not take it; then a person looked at it."""
    at: dict[str, Any] = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    person.says(CustomerStopped(customer_id=person.name, **at, reason="date-out-of-range", waits_from={}))
    person.says(CustomerResumed(customer_id=person.name, **at, by="lin", outcome=outcome))


class TestRecordsOfACustomer:
    def test_one_that_was_skipped_counts_for_nothing(self, past: Past, person: Person):
        passes_over(person, person.pays("400.00"), "skipped")
        person.message("1000.00", "03-31")
        assert past.looked_at()[0] == []

    def test_one_that_was_replayed_counts(self, past: Past, person: Person):
        passes_over(person, person.pays("400.00"), "replayed")
        person.message("600.00", "03-31")
        assert past.breaches() == []
        person.message("1000.00", "03-31")
        assert past.breaches() == [("fact-contradicted", "SYS-02")]

    def test_one_that_was_skipped_had_not_to_be_heard_before_the_attempt(self, past: Past, person: Person):
        before = past.positions()
        payment = person.pays("1000.00")
        person.contact(positions=before)
        passes_over(person, payment, "skipped")
        assert past.looked_at()[0] == []

    def test_one_that_was_skipped_and_sent_again_counts(self, past: Past, person: Person):
        payment = person.pays("400.00")
        passes_over(person, payment, "skipped")
        past.again(payment)
        person.message("600.00", "03-31")
        assert past.breaches() == []

    def test_what_another_customer_is_passed_over_for_counts(self, past: Past, person: Person):
        other = Person(past, "C-2")
        other.contact()
        passes_over(other, person.pays("400.00"), "skipped")
        person.message("600.00", "03-31")
        assert past.breaches() == []

    def test_one_under_the_key_of_another_counts_for_neither(self, past: Past, person: Person):
        other = Person(past, "C-2")
        paid: dict[str, Any] = {"payment_id": "p", "amount": cny("1000.00"), "channel": "app"}
        paid |= {"value_date": day("04-02"), "booked_on": day("04-02"), "account_id": person.account}
        past.bank(PaymentReceived(customer_id="C-1", **paid), "x", key=b"C-2")
        past.bank(PaymentReceived(customer_id="C-2", **paid), "y", key=b"C-1")
        for each in (person, other):
            each.message("1000.00", "03-31")
        assert past.breaches() == []

    def test_one_that_lay_under_a_wrong_key_counts_when_it_is_sent_under_the_right_one(
        self, past: Past, person: Person
    ):
        dead = SpecialStatusNotified(customer_id="C-1", status_id="s", kind="deceased", from_date=day("04-01"))
        past.bank(dead, "x", key=b"C-2")
        past.bank(dead, "x")
        person.contact(facts={"statuses": "deceased"})
        assert past.breaches() == [("rule-broken", "BANK-03")]

    def test_a_status_of_one_id_is_each_customers_own(self, past: Past, person: Person):
        other = Person(past, "C-2")
        said: tuple[tuple[Person, SpecialStatus], ...] = ((person, "deceased"), (other, "fraud"))
        for each, kind in said:
            past.bank(
                SpecialStatusNotified(customer_id=each.name, status_id="s", kind=kind, from_date=day("04-01")),
                f"{each.name}/s",
            )
        other.contact(facts={"statuses": "fraud"})
        assert past.breaches() == []
        person.contact(facts={"statuses": "deceased"})
        assert past.breaches() == [("rule-broken", "BANK-03")]


class TestCloses:
    @pytest.mark.parametrize(
        "wrong",
        [
            {"partition": HOME + 1},
            {"source": "another"},
            {"date": FAR, "next_business_date": FAR + timedelta(days=1)},
            {"date": day("04-02"), "next_business_date": FAR},
            {"date": date(1969, 12, 31)},
            {"totals": A_MEGABYTE},
        ],
        ids=[
            "of another partition",
            "of another source",
            "far ahead",
            "its next day far ahead",
            "before 1970",
            "large",
        ],
    )
    def test_one_that_cannot_be_is_none(self, past: Past, person: Person, wrong: dict[str, Any]):
        past.closes("04-02", **wrong)
        person.contact()
        assert past.breaches() == []

    def test_after_a_first_one_of_the_last_year_that_there_is_all_are_taken_in(self, past: Past, person: Person):
        past.lanes["bank.events", AWAY].clear()
        past.closes("04-01", AWAY, date=FAR, next_business_date=FAR + timedelta(days=1))
        past.closes("04-02", AWAY)
        person.contact()
        assert past.breaches() == []

    def test_an_id_that_is_known_with_another_day_is_none(self, past: Past, person: Person):
        past.closes("04-01", date=day("04-02"), next_business_date=day("04-03"))
        person.contact()
        assert past.breaches() == []

    def test_a_right_one_is_one(self, past: Past, person: Person):
        past.closes("04-02")
        person.contact()
        assert past.breaches() == [("fact-contradicted", None)]
