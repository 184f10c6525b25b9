"""What was heard of a customer beside their contacts: notes of calls, hardship, replies."""

from datetime import date
from uuid import UUID

from arrears_events.catalogue.contact import MessageReceived, ReplySetAside
from arrears_events.catalogue.heard import CallNoted, HardshipReported
from arrears_events.sealed import Sealed
from contact_service.views import hardships, notes, replies

from .folding import NOW, fact, facts, rows, rows_of

TEXT = Sealed(key_id=UUID(int=7), nonce="A" * 16, ciphertext="c2VhbGVk", digest="d" * 64)


def noted(call: int) -> CallNoted:
    return CallNoted(customer_id="C-1", contact_id=UUID(int=call), text=TEXT)


def reported(on: date, *, willing: bool) -> HardshipReported:
    return HardshipReported(customer_id="C-1", contact_id=UUID(int=1), willing_to_pay=willing, reported_on=on)


def test_each_note_is_a_row_sealed_with_who_wrote_it_and_when():
    told = [
        each.model_copy(update={"actorrole": "collector", "onbehalfof": None}) for each in facts(noted(1), noted(2))
    ]
    first, second = rows(notes.fold, told)
    assert (first.contact_id, second.contact_id, second.streamversion) == (UUID(int=1), UUID(int=2), 2)
    assert (first.at, first.actor, first.actorrole) == (NOW, "anna", "collector")
    assert Sealed.model_validate_json(first.text) == TEXT


def test_of_hardship_the_last_word_stays():
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    [row] = rows_of(hardships.fold, reported(march, willing=False), reported(april, willing=True))
    assert (row.customer_id, row.reported_on, row.willing_to_pay) == ("C-1", april, True)


def test_a_reply_is_a_row_sealed_until_and_after_somebody_sets_it_aside():
    received = MessageReceived(
        customer_id="C-1", channel="sms", text=TEXT, read_as="unread", received_on=date(2026, 4, 1), party_id="P-1"
    )
    first, second = facts(received, received)
    waiting = rows(replies.fold, [first, second])
    assert [(each.streamversion, each.party_id, each.set_aside_by) for each in waiting] == [
        (1, "P-1", None),
        (2, "P-1", None),
    ]
    done = fact(ReplySetAside.model_construct(customer_id="C-1", reply_id=first.id), 3)
    after, other = rows(replies.fold, [first], [second, done])
    assert (after.set_aside_by, after.set_aside_at, other.set_aside_by) == ("anna", NOW, None)
    assert Sealed.model_validate_json(after.text) == TEXT
