"""The story of an account and of a case, in order, each line with its cause."""

import re
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from arrears_events.audit.entries import customer_of
from arrears_events.audit.gist import business_date_of, gist_of, printable
from arrears_events.audit.scope import of_account, of_case
from arrears_events.audit.table import rows
from arrears_events.audit.timeline import Line, timeline
from arrears_events.catalogue.bank import BANK, SpecialStatusNotified
from arrears_events.catalogue.base import CustomerStopped, PolicyRef
from arrears_events.catalogue.case import CASE
from arrears_events.catalogue.plan import PLAN, PromiseBroken, PromiseMade
from arrears_events.ids import case_id

from .history import START, History, twd

MISSED = "UCI-1/missed/2026-04-21"
CASE_ID = str(case_id("UCI-1", MISSED))


@pytest.fixture
def two_accounts(history: History) -> History:
    """C-1 has two accounts in arrears; a promise is made for the first alone, and broken at a close."""
    history.fact(SpecialStatusNotified(customer_id="C-1", status_id="s", kind="fraud", from_date=date(2026, 4, 1)), "s")
    history.payment("UCI-1", "2026-04")
    history.opened("UCI-1", history.missed("UCI-1", "2026-04-21"))
    history.opened("UCI-1-b", history.missed("UCI-1-b", "2026-04-21"))
    promise = uuid4()
    history.ours(PLAN, "promise/C-1", _promise(promise))
    close = history.close("2026-04-21", history.home_of("C-1"))
    broken = PromiseBroken(customer_id="C-1", promise_id=promise, paid=twd(0), day=date(2026, 4, 21))
    history.ours(PLAN, "promise/C-1", broken, history.id_of(close))
    return history


def _promise(promise_id: UUID) -> PromiseMade:
    return PromiseMade(
        customer_id="C-1",
        promise_id=promise_id,
        accounts=frozenset({"UCI-1"}),
        amount=twd(50),
        made_on=date(2026, 4, 1),
        due=date(2026, 4, 20),
        latest=date(2026, 5, 1),
        grace_days=0,
        policy=PolicyRef(name="promises", version=1, sha256="0" * 64),
    )


def names(lines: list[Line]) -> list[str]:
    return [line.entry.name for line in lines]


def story(history: History, account: str = "UCI-1") -> list[Line]:
    entries = history.entries("C-1")
    return timeline(of_account(entries, account), known=entries)


def test_an_account_has_its_own_its_promises_and_what_concerns_the_customer(two_accounts: History):
    told = ["SpecialStatusNotified", "PaymentReceived", "PaymentMissed", "CaseOpened", "PromiseMade", "PromiseBroken"]
    assert names(story(two_accounts)) == told
    assert names(story(two_accounts, "UCI-1-b")) == ["SpecialStatusNotified", "PaymentMissed", "CaseOpened"]


def test_every_cause_is_named_with_its_line_and_place(two_accounts: History):
    opened = next(line for line in story(two_accounts) if line.entry.name == "CaseOpened")
    assert opened.cause is not None
    assert (opened.cause.id, opened.cause.number) == (MISSED, 3)
    assert opened.cause.entry is not None
    assert opened.cause.entry.place == ("bank.events", two_accounts.home_of("C-1"), 2)


def test_a_close_is_a_cause_and_no_line(two_accounts: History):
    broken = story(two_accounts)[-1]
    assert broken.cause is not None
    assert broken.cause.number is None
    assert broken.cause.entry is not None
    assert broken.cause.entry.name == "BusinessDayClosed"


def test_the_table_reads_as_a_story(two_accounts: History):
    told = "\n".join(rows(story(two_accounts)))
    partition = two_accounts.home_of("C-1")
    assert f"because of #3 PaymentMissed {MISSED} at bank.events {partition}/2" in told
    assert "by case-service (service)" in told
    assert "amount 50.00 TWD" in told
    assert "2026-04-21     PaymentMissed" in told


def test_a_case_has_what_led_to_it_and_what_came_of_it(two_accounts: History):
    two_accounts.staged("UCI-1", two_accounts.missed("UCI-1", "2026-05-21"))
    entries = two_accounts.entries("C-1")
    lines = timeline(of_case(entries, CASE_ID), known=entries)
    assert names(lines) == ["PaymentMissed", "CaseOpened", "PaymentMissed", "StageChanged"]


def test_an_effect_never_stands_before_its_cause(history: History):
    missed = history.missed("UCI-1", "2026-04-21")
    history.opened("UCI-1", missed, time=START - timedelta(days=1))
    assert names(story(history)) == ["PaymentMissed", "CaseOpened"]


def test_events_of_one_moment_keep_the_order_of_the_broker(history: History):
    for account in ("UCI-1", "UCI-1-b", "UCI-1"):
        history.staged(account, time=START)
    entries = history.entries("C-1")
    offsets = [line.entry.record.offset for line in timeline(entries, known=entries)]
    assert offsets == [0, 1, 2]


def test_causes_that_go_in_a_circle_are_told_all_the_same(history: History):
    first = history.staged("UCI-1", str(CASE.decode(History().staged("UCI-1-b").value).id))
    history.staged("UCI-1-b", first)
    assert len(story(history)) == 1
    entries = history.entries("C-1")
    assert len(timeline(entries, known=entries)) == 2


def test_an_event_sent_twice_says_so(history: History):
    history.put_again(history.staged("UCI-1"))
    assert [line.again for line in story(history)] == [False, True]
    assert "StageChanged (once more)" in "\n".join(rows(story(history)))


def test_streams_of_one_name_on_two_topics_are_two_events(history: History):
    stopped = CustomerStopped(
        customer_id="C-1", topic="bank.events", partition=0, offset=0, reason="bad-data", waits_from={}
    )
    history.ours(CASE, "stop/C-1", stopped)
    history.rewind("stop/C-1")
    history.ours(PLAN, "stop/C-1", stopped)
    assert [line.again for line in story(history)] == [False, False]


def test_what_cannot_be_read_is_told_and_can_be_a_cause(history: History):
    bad = history.put("bank.events", history.home_of("C-1"), b"C-1", b"?")
    history.staged("UCI-1", f"record/bank.events/{bad.partition}/{bad.offset}")
    told = "\n".join(rows(story(history)))
    assert "UNREADABLE: not-json" in told
    assert "because of #1 unreadable record/bank.events/" in told


def test_a_moment_that_no_clock_of_utc_shows_is_unreadable_and_ends_no_story(history: History):
    right = history.payment("UCI-1", "2026-04")
    written = right.value.replace(b'"2026-04-21T10:00:', b'"9999-12-31T23:59:')
    history.put("bank.events", history.home_of("C-1"), b"C-1", re.sub(rb'("time":"[^"]+)Z"', rb'\1-23:00"', written))
    assert "UNREADABLE: bad-data time" in "\n".join(rows(story(history)))


def test_a_cause_that_is_nowhere_is_marked(history: History):
    history.staged("UCI-1", "UCI-1/missed/2027-01-01")
    assert "because of UCI-1/missed/2027-01-01 (not found)" in "\n".join(rows(story(history)))


def test_a_cause_among_the_bank_s_words_of_persons_is_not_missing(history: History):
    history.staged("UCI-1", "record/bank.customers/3/17")
    assert "because of record/bank.customers/3/17 (of persons, not read)" in "\n".join(rows(story(history)))


def test_json_holds_all(two_accounts: History):
    opened = next(line for line in story(two_accounts) if line.entry.name == "CaseOpened").as_json(CASE)
    assert opened["type"] == "arrears.case.CaseOpened"
    assert opened["streamversion"] == 1
    assert opened["data"]["arrears"] == {"amount": "100.00", "currency": "TWD"}
    assert opened["cause"]["event"] == "PaymentMissed"
    assert opened["business_date"] == "2026-04-21"


def test_a_customer_is_found_by_account_or_case(history: History):
    missed = history.missed("UCI-1", "2026-04-21")
    opened = history.opened("UCI-1", missed)
    assert customer_of(missed, BANK, "account_id", "UCI-1") == "C-1"
    assert customer_of(missed, BANK, "account_id", "UCI") is None
    assert customer_of(opened, CASE, "case_id", CASE_ID) == "C-1"


def test_other_customers_are_left_out(history: History):
    history.missed("UCI-1", "2026-04-21")
    neighbour = next(n for n in range(2, 100) if history.home_of(f"C-{n}") == history.home_of("C-1"))
    history.missed(f"UCI-{neighbour}", "2026-04-21")
    assert len(history.entries("C-1")) == 1


def test_a_gist_is_cut_and_dates_are_the_surest(history: History):
    event = BANK.decode(history.payment("UCI-1", "2026-04").value).data
    assert business_date_of(event) == date(2026, 4, 15)
    assert gist_of(event).startswith("payment_id UCI-1/payment/2026-04, amount 100.00 TWD")
    assert len(gist_of(event, 20)) == 20


def test_a_terminal_obeys_nothing_that_is_shown():
    assert printable("a\x1b[31m\u202eb承诺") == "a\\x1b[31m\\u202eb承诺"
