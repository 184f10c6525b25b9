"""What holds of an account whatever it is told, and in whatever order."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from arrears_events.catalogue.base import Event
from arrears_events.catalogue.case import CaseClosed, CaseOpened
from arrears_runtime.testing.specification import Specification
from case_service.domain.account import decide, due
from case_service.domain.bank_words import ClearArrears, NoteArrears
from case_service.domain.history import Account, evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ..another_road import Ledgers, date_and_ledger
from ..examples import (
    acknowledge_dispute,
    add_note,
    case_id_of,
    clear_arrears,
    close_day,
    hear_dispute,
    note_arrears,
    note_reversal,
    raise_dispute,
    resolve_dispute,
    sell,
    write_off,
)

specification = Specification(decide, evolve)
days = st.integers(10, 17).map(lambda number: f"06-{number}")
currencies = st.sampled_from(["TWD", "USD"])
amounts = st.integers(0, 3).map(lambda number: str(50 * number))
reasons = st.sampled_from(["paid", "adjusted", "restructured"])
disputes = st.integers(1, 3).map(lambda number: UUID(int=number))
cases = days.map(case_id_of)
words = st.builds(note_arrears, days, amounts, st.integers(0, 200), currencies)
clearings = st.builds(clear_arrears, days, reasons, currencies)
from_the_bank = words | clearings | st.builds(note_reversal, days, st.sampled_from(["R-1", "R-2"]))
commands = (
    from_the_bank
    | st.builds(write_off, days)
    | st.builds(sell, days)
    | st.builds(raise_dispute, amounts, currencies, disputes, cases)
    | st.builds(hear_dispute, amounts, currencies, disputes)
    | st.builds(acknowledge_dispute, disputes)
    | st.builds(resolve_dispute, st.sampled_from(["upheld", "rejected"]), disputes)
    | st.builds(add_note, st.integers(1, 3), cases)
    | st.builds(close_day, st.sampled_from(["04-20", "04-25", "06-14"]))
)
histories = st.lists(commands, max_size=25)


def told(history: Sequence[Any]) -> tuple[Account | None, list[Event]]:
    account, events = None, []
    for command in history:
        account, decided = specification.run(account, command)
        events += decided
    return account, events


@given(histories)
def test_the_same_command_twice_adds_nothing_and_what_is_decided_can_be_folded(history: list[Any]):
    specification.same_again_adds_nothing(*history)


@given(st.lists(from_the_bank, max_size=25), from_the_bank)
def test_an_older_fact_changes_nothing_whatever_came_before(history: list[Any], fact: Any):
    account, _ = told(history)
    if account and isinstance(fact, NoteArrears | ClearArrears):
        on, money = (fact.as_of, fact.arrears) if isinstance(fact, NoteArrears) else (fact.cleared_on, fact.balance)
        if on < account.ledger(money.currency).as_of:
            assert decide(account, fact) == []


@given(histories)
def test_a_state_that_was_stored_is_the_same_state(history: list[Any]):
    account, _ = told(history)
    if account:
        adapter = TypeAdapter(Account)
        stored = adapter.dump_json(account)
        assert adapter.validate_json(stored) == account
        assert adapter.dump_json(adapter.validate_json(stored)) == stored


@given(histories)
def test_cases_open_and_close_in_turn(history: list[Any]):
    account, events = told(history)
    turns = [type(event) for event in events if isinstance(event, CaseOpened | CaseClosed)]
    assert turns == [CaseOpened, CaseClosed] * (len(turns) // 2) + [CaseOpened] * (len(turns) % 2)
    assert (account is not None and account.case is not None) == bool(len(turns) % 2)


@given(histories)
def test_what_is_held_is_never_more_than_the_arrears(history: list[Any]):
    account, _ = told(history)
    if account:
        assert all(account.held(currency) <= ledger.arrears for currency, ledger in account.ledgers.items())


@given(histories, st.integers(10, 30))
def test_after_a_close_nothing_is_due_by_it(history: list[Any], number: int):
    close = close_day(f"06-{number}")
    account, _ = specification.run(told(history)[0], close)
    assert account is None or (due(account) or close.day + timedelta(days=1)) > close.day


facts_in_order = st.lists(words | clearings | st.builds(write_off, days), max_size=20).map(
    lambda facts: sorted(
        {date_and_ledger(fact): fact for fact in facts if _says_something(fact)}.values(), key=date_and_ledger
    )
)


def _says_something(fact: Any) -> bool:
    return not isinstance(fact, NoteArrears) or bool(fact.arrears) == bool(fact.days_past_due)


@settings(max_examples=300)
@given(facts_in_order)
def test_cases_and_stages_are_those_of_what_the_ledgers_last_said(facts: list[Any]):
    account, model = None, Ledgers()
    for fact in facts:
        account, _ = specification.run(account, fact)
        model.hear(fact)
        assert (account is not None and account.case is not None) == model.open
        if account and account.case:
            assert account.case.stage == model.stage
