"""The API of wrap-ups: given a call that was placed, when it is wrapped up, then its end and all that was said."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.contact import (
    CallBackRequested,
    ContactFailed,
    ContactMade,
    ContactPointBarred,
    NightConsent,
    OptedOut,
    PaymentClaimed,
    PersonErased,
    PromiseHeard,
)
from arrears_events.catalogue.heard import CallNoted, ComplaintHeard, DisputeHeard, HardshipReported
from arrears_events.codec import canonical
from arrears_events.money import Money
from contact_service.main import SERVICE

from .contacting import NEW_YORK, TODAY, Contacting, problem

NOBODY = "00000000-0000-0000-0000-000000000000"
TALKED = {"party": "customer", "seconds": 75}
MADE = {"initiated_by": "us", "party": "customer", "seconds": 75}
THOUSAND = {"amount": "1000.00", "currency": "CNY"}
BELOW_ZERO = {"amount": "-1.00", "currency": "CNY"}
DISPUTE = {"account_id": "A-C-1", "kind": "wrong_amount", "disputed_amount": THOUSAND}
WORDS = "说周五发工资后还款; sister lends the money"
ERASED = next(view for view in SERVICE.all_views if PersonErased in view.takes)


async def test_a_wrap_up_says_who_was_talked_to(contact: Contacting):
    await contact.in_arrears()
    which: dict[str, Any] = {"contact_id": await contact.calling()}
    answer = await contact.post("/wrap-ups", which | {"talked": TALKED})
    assert (answer.status_code, answer.json()["id"]) == (201, which["contact_id"])
    event = ContactMade(customer_id="C-1", contact_id=UUID(which["contact_id"]), **MADE)
    assert await contact.said_after_the_call() == [event]
    assert (await contact.get(f"/contacts/{which['contact_id']}"))["status"] == "made"


async def test_or_why_nobody_was_reached(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    await contact.post("/wrap-ups", {"contact_id": id_, "failed": "busy"})
    assert await contact.said_after_the_call() == [
        ContactFailed(customer_id="C-1", contact_id=UUID(id_), reason="busy")
    ]
    shown = await contact.get(f"/contacts/{id_}")
    assert (shown["status"], shown["reason"]) == ("failed", "busy")


@pytest.mark.parametrize(
    ("said", "event"),
    [
        ({"opts_out": "sms"}, OptedOut(customer_id="C-1", channel="sms", on=TODAY)),
        ({"night_agreed": True}, NightConsent(customer_id="C-1", given=True)),
        ({"night_agreed": False}, NightConsent(customer_id="C-1", given=False)),
        ({"claims_paid": True}, PaymentClaimed(customer_id="C-1", claimed_on=TODAY, silent_until=date(2026, 4, 4))),
    ],
)
async def test_what_was_said_in_it_is_an_event_of_its_own(contact: Contacting, said: dict[str, Any], event: Any):
    await contact.in_arrears()
    await contact.post("/wrap-ups", {"contact_id": await contact.calling(), "talked": TALKED} | said)
    [made, heard] = await contact.said_after_the_call()
    assert (type(made), heard) == (ContactMade, event)


async def test_all_that_was_said_in_a_call_is_recorded_in_one_request(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    promise = {"amount": THOUSAND, "due": "2026-04-10"}
    said = {"promise": promise, "call_back_on": "2026-04-12", "wrong_number": "refused", "opts_out": "email"}
    await contact.post("/wrap-ups", {"contact_id": id_, "talked": TALKED} | said)
    heard: dict[str, Any] = {"accounts": frozenset({"A-C-1"}), "amount": Money.of("1000.00", "CNY")}
    heard |= {"due": date(2026, 4, 10), "heard_on": TODAY}
    which: dict[str, Any] = {"customer_id": "C-1", "contact_id": UUID(id_)}
    call_back = {"party_id": "C-1", "accounts": frozenset({"A-C-1"}), "on": date(2026, 4, 12), "requested_on": TODAY}
    assert await contact.said_after_the_call() == [
        ContactMade(**which, **MADE),
        PromiseHeard(**which, **heard),
        OptedOut(customer_id="C-1", channel="email", on=TODAY),
        CallBackRequested(**which, **call_back),
        ContactPointBarred(customer_id="C-1", digest=await contact.digest_of(id_), reason="refused"),
    ]


async def test_a_call_has_one_end(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    for both_or_none in {"talked": TALKED, "failed": "busy"}, {}:
        answer = await contact.post("/wrap-ups", {"contact_id": id_, **both_or_none})
        assert problem(answer) == (422, "call-end-unclear")
    assert await contact.said_after_the_call() == []
    first, same = [await contact.post("/wrap-ups", {"contact_id": id_, "talked": TALKED}, key="same") for _ in range(2)]
    assert first.json() == same.json()
    said = await contact.said_after_the_call()
    again = await contact.post("/wrap-ups", {"contact_id": id_, "failed": "busy"})
    assert (again.status_code, await contact.said_after_the_call()) == (201, said)


async def test_what_is_no_call_that_was_placed_cannot_be_wrapped_up(contact: Contacting):
    await contact.in_arrears()
    requested = (await contact.ask()).json()["id"]
    authorised = (await contact.decided()).rpartition("/")[2]
    written = (await contact.ask("sms")).json()["id"]
    await contact.hears(silent_until=TODAY)
    refused = (await contact.decided()).rpartition("/")[2]
    for id_ in requested, authorised, written, refused:
        answer = await contact.post("/wrap-ups", {"contact_id": id_, "talked": TALKED})
        assert problem(answer) == (409, "call-not-made")


async def test_a_wrap_up_that_is_not_strict_is_refused(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    wrongs: list[dict[str, Any]] = [
        {"talked": TALKED | {"seconds": 86_401}},
        {"talked": TALKED | {"party": "neighbour"}},
        {"talked": TALKED, "promise": {"amount": "1000", "due": "2026-04-10"}},
        {"talked": TALKED, "call_back_on": "tomorrow"},
        {"talked": TALKED, "wrong_number": "unfriendly"},
        {"talked": TALKED, "promise": {"amount": BELOW_ZERO, "due": "2026-04-10"}},
        {"talked": TALKED, "dispute": DISPUTE | {"disputed_amount": BELOW_ZERO}},
        {"talked": TALKED, "dispute": DISPUTE | {"kind": "because"}},
        {"talked": TALKED, "dispute": {"account_id": "A-C-1", "kind": "identity"}},
        {"talked": TALKED, "complaint": {}},
        {"talked": TALKED, "complaint": {"kind": "the debt"}},
        {"talked": TALKED, "complaint": {"kind": "rudeness", "against": "4111111111111111"}},
        {"talked": TALKED, "hardship": {}},
        {"talked": TALKED, "hardship": {"willing_to_pay": "yes"}},
        {"talked": TALKED, "hardship": {"willing_to_pay": True, "because": "illness"}},
        {"failed": "asleep"},
    ]
    for wrong in wrongs:
        assert problem(await contact.post("/wrap-ups", {"contact_id": id_, **wrong})) == (422, "body-invalid")
    assert await contact.said_after_the_call() == []


async def test_what_is_not_there_is_not_found(contact: Contacting):
    assert problem(await contact.post("/wrap-ups", {"contact_id": NOBODY, "talked": TALKED})) == (404, "not-found")
    assert problem(await contact.http.get("/customers/C-9/notes")) == (404, "not-found")


async def test_what_cannot_be_so_of_one_call_is_refused_and_nothing_of_it_is_recorded(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    promise, neighbour = {"amount": THOUSAND, "due": "2026-04-10"}, {"party": "third_person", "seconds": 9}
    wrongs: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
        ({"failed": "busy", "promise": promise, "call_back_on": "2026-04-12"}, "said-by-nobody",
         {"said": ["call_back_on", "promise"]}),
        ({"talked": neighbour, "dispute": DISPUTE, "claims_paid": True}, "said-by-another",
         {"party": "third_person", "said": ["claims_paid", "dispute"]}),
        ({"talked": TALKED, "wrong_number": "wrong_person"}, "number-was-answered", {"party": "customer"}),
        ({"talked": TALKED, "dispute": DISPUTE | {"account_id": "A-9"}}, "account-not-of-call",
         {"accounts": ["A-C-1"]}),
        ({"talked": TALKED, "opts_out": "call", "call_back_on": "2026-04-12"}, "call-back-opted-out", {}),
        ({"talked": TALKED, "call_back_on": "2026-04-01"}, "call-back-out-of-range",
         {"earliest": "2026-04-02", "latest": "2026-05-02"}),
    ]  # fmt: skip
    for said, code, facts in wrongs:
        answer = await contact.post("/wrap-ups", {"contact_id": id_, **said})
        assert problem(answer) == (422, code)
        assert facts.items() <= answer.json().items()
    assert await contact.said_after_the_call() == []


async def test_a_call_back_is_for_a_day_where_the_customer_is(contact: Contacting):
    """In New York it is still the evening before, and the law lets nobody be called: the call was placed by day."""
    await contact.in_arrears()
    id_ = await contact.calling()
    await contact.in_arrears(time_zone=NEW_YORK)
    answer = await contact.post("/wrap-ups", {"contact_id": id_, "talked": TALKED, "call_back_on": "2026-04-01"})
    assert answer.status_code == 201
    assert isinstance((await contact.said())[-1], CallBackRequested)


async def test_a_dispute_is_heard_with_what_is_contested(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    dispute = DISPUTE | {"statement_id": "S-1", "line_id": "L-1"}
    assert (
        await contact.post("/wrap-ups", {"contact_id": id_, "talked": TALKED, "dispute": dispute})
    ).status_code == 201
    heard = DisputeHeard(
        customer_id="C-1",
        account_id="A-C-1",
        contact_id=UUID(id_),
        kind="wrong_amount",
        disputed_amount=Money.of("1000.00", "CNY"),
        heard_on=TODAY,
        statement_id="S-1",
        line_id="L-1",
    )
    assert (await contact.said_after_the_call())[1:] == [heard]


async def test_a_complaint_is_heard_from_whoever_was_reached(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    said = {"kind": "third_person_told", "about": id_, "against": "carl@bank.example"}
    neighbour = {"party": "third_person", "seconds": 40}
    await contact.post("/wrap-ups", {"contact_id": id_, "talked": neighbour, "complaint": said})
    heard = ComplaintHeard(
        customer_id="C-1",
        contact_id=UUID(id_),
        received_from="third_person",
        heard_on=TODAY,
        kind="third_person_told",
        about=id_,
        against="carl@bank.example",
    )
    assert (await contact.said_after_the_call())[1:] == [heard]


async def test_hardship_is_shown_with_the_customer_by_their_last_word(contact: Contacting):
    await contact.in_arrears()
    assert (await contact.get("/customers/C-1"))["hardship"] is None
    id_ = await contact.calling()
    for willing in False, True:
        await contact.post("/wrap-ups", {"contact_id": id_, "talked": TALKED, "hardship": {"willing_to_pay": willing}})
    assert isinstance((await contact.said())[-1], HardshipReported)
    shown = (await contact.get("/customers/C-1"))["hardship"]
    assert shown == {"reported_on": "2026-04-01", "willing_to_pay": True}


async def note(contact: Contacting, id_: str, text: Any = WORDS, key: str = "") -> Any:
    return await contact.post("/wrap-ups", {"contact_id": id_, "failed": "voicemail", "note": text}, key=key)


async def notes(contact: Contacting, **query: Any) -> Any:
    return await contact.get("/customers/C-1/notes", **query)


async def test_a_note_is_kept_sealed_and_read_by_who_may_read_notes(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    assert (await note(contact, id_)).status_code == 201
    noted = (await contact.said())[-1]
    assert isinstance(noted, CallNoted)
    assert WORDS not in noted.model_dump_json()
    [shown] = (await notes(contact))["items"]
    expected = {"contact_id": id_, "text": WORDS, "actor": "anna", "role": "collector", "on_behalf_of": None}
    assert expected.items() <= shown.items()


async def test_notes_are_read_from_page_to_page_the_newest_first(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    for number in range(3):
        await note(contact, id_, f"note {number}")
    first = await notes(contact, limit=2)
    rest = await notes(contact, limit=2, cursor=first["next"])
    assert [each["text"] for each in first["items"] + rest["items"]] == ["note 2", "note 1", "note 0"]


async def test_the_same_wrap_up_writes_one_note(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    first, again = [await note(contact, id_, key="same") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert problem(await note(contact, id_, "other words", key="same")) == (422, "idempotency-key-reused")
    assert len((await notes(contact))["items"]) == 1


async def test_of_an_erased_person_no_note_can_be_read_and_nothing_more_is_written(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    await note(contact, id_)
    await contact.hear(ERASED, PersonErased(customer_id="C-1", reason="erased_by_bank"))
    assert contact.instance.keys
    async with contact.db.transaction() as connection:
        await contact.instance.keys.shred(connection, ["C-1"])
    assert [each["text"] for each in (await notes(contact))["items"]] == [None]
    assert problem(await note(contact, id_)) == (409, "person-erased")


async def test_the_words_stand_nowhere_in_the_database(contact: Contacting):
    await contact.in_arrears()
    id_ = await contact.calling()
    await note(contact, id_)
    kept = ""
    for table in (table for metadata in SERVICE.metadatas for table in metadata.sorted_tables):
        kept += str([tuple(row) for row in await contact.db.pool.fetch(f"TABLE {table.name}")])
    assert id_ in kept
    for trace in (WORDS, "sister", str(WORDS.encode())[2:-1], canonical(WORDS).decode()):
        assert trace not in kept


@pytest.mark.parametrize("text", ["", "x" * 4001, "a bell \u0007", "pays by 4111 1111 1111 1111", 7], ids=repr)
async def test_what_is_no_note_is_refused_and_not_said_again(contact: Contacting, text: Any):
    await contact.in_arrears()
    answer = await note(contact, await contact.calling(), text)
    assert problem(answer) == (422, "body-invalid")
    assert not isinstance(text, str) or not text or text not in answer.text
    assert await contact.said_after_the_call() == []
