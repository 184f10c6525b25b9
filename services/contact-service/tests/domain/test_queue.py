"""The queue of replies: each is set aside once."""

from uuid import UUID

from arrears_events.catalogue.contact import OptedOut, ReplySetAside
from contact_service.domain.queue import SetReplyAside

from .test_contacts import TODAY, given

WROTE = OptedOut(customer_id="C-1", channel="sms", on=TODAY)


def aside(number: int) -> SetReplyAside:
    return SetReplyAside("C-1", UUID(int=number))


def was_aside(number: int) -> ReplySetAside:
    return ReplySetAside(customer_id="C-1", reply_id=UUID(int=number))


def test_a_reply_is_set_aside():
    given(WROTE).when(aside(1)).then(was_aside(1))
    given(WROTE, was_aside(1)).when(aside(2)).then(was_aside(2))


def test_it_is_once():
    given(WROTE, was_aside(1)).when(aside(1)).then()


def test_who_never_wrote_has_nothing_to_be_set_aside():
    given().when(aside(1)).then()
