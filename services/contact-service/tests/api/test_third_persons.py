"""Third persons: given one who was called, when they refuse, then they are contacted nowhere any more."""

from typing import Any, Literal

from arrears_events.bank.people import digest_of, profile_of
from arrears_events.catalogue.bank import ContactPoint, PartyLinked, PartyUnlinked
from arrears_events.catalogue.contact import ContactPointBarred
from contact_service.views import parties, profiles

from .contacting import Contacting

KINDS: tuple[Literal["mobile", "home"], ...] = ("mobile", "home")


async def test_the_number_that_was_called_is_barred_though_the_bank_tells_of_it_no_more(contact: Contacting):
    await contact.in_arrears()
    profile = profile_of("C-1", "cn")
    id_ = await contact.calling()
    called = await contact.digest_of(id_)
    await contact.hear(profiles.fold, profile.model_copy(update={"contact_points": ()}))
    await contact.post("/wrap-ups", {"contact_id": id_, "failed": "no_answer", "wrong_number": "wrong_person"})
    assert [each.digest for each in await contact.said() if isinstance(each, ContactPointBarred)] == [called]


async def test_a_third_person_who_refused_is_barred_at_every_number_that_the_bank_told_of(contact: Contacting):
    """CN-08; it was a guarantor when the call was allowed."""
    await contact.in_arrears()
    tie: dict[str, Any] = {"customer_id": "C-1", "party_id": "P-1", "role": "guarantor", "account_id": "A-C-1"}
    profile = profile_of("C-1", "cn")
    numbers = [
        ContactPoint(contact_point_id=f"P-1/{kind}", party_id="P-1", kind=kind, reserved=False, digest=digest_of(kind))
        for kind in KINDS
    ]
    await contact.hear(
        profiles.fold, profile.model_copy(update={"contact_points": (*profile.contact_points, *numbers)})
    )
    await contact.hear(parties.fold, PartyLinked(**tie))
    id_ = await contact.calling(party_id="P-1")
    await contact.hear(parties.fold, PartyUnlinked(**tie))
    talked = {"party": "third_person", "seconds": 20}
    await contact.post("/wrap-ups", {"contact_id": id_, "talked": talked, "wrong_number": "refused"})
    barred = [each.digest for each in await contact.said() if isinstance(each, ContactPointBarred)]
    assert barred == sorted(each.digest for each in numbers)
