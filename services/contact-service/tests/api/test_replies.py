"""The queue of what customers wrote: read by who may, oldest first, until somebody has set it aside."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
from arrears_events.catalogue.contact import PersonErased, ReplySetAside
from arrears_runtime.testing.api import serving, settings_of
from contact_service.api import replies
from contact_service.domain.hearing import Written
from contact_service.domain.replies import ReadAs
from contact_service.main import SERVICE
from contact_service.settings import ContactSettings

from .contacting import TODAY, Contacting, problem

WORDS = "我要和你们经理谈, my sister said so"
ERASED = next(each for each in SERVICE.all_views if each.name == "erased")
NOBODY = UUID(int=9)


class Reading(Contacting):
    async def writes(self, text: str = WORDS, read_as: ReadAs = "unread", customer: str = "C-1") -> None:
        assert self.instance.keys
        sealed = await self.instance.keys.seal(customer, text)
        await self.hears(customer, written=Written("sms", sealed, read_as, customer))

    async def queue(self, **query: Any) -> list[Any]:
        return (await self.get("/replies", read_as="unread", **query))["items"]


@pytest.fixture
async def desk(database: Callable[[], str]) -> AsyncIterator[Reading]:
    settings = settings_of(ContactSettings, database(), clock_opens=TODAY)
    async with serving(Reading, SERVICE, settings, routers=(replies.router,)) as each:
        yield each


async def test_what_no_machine_could_read_waits_for_a_person_with_its_words(desk: Reading):
    await desk.writes()
    await desk.writes("T", "stop")
    [shown] = await desk.queue()
    expected = {"customer_id": "C-1", "party_id": "C-1", "channel": "sms", "read_as": "unread", "text": WORDS}
    assert expected.items() <= shown.items()
    assert (shown["received_on"], shown["set_aside_by"], shown["set_aside_at"]) == ("2026-04-01", None, None)
    assert [each["read_as"] for each in (await desk.get("/replies"))["items"]] == ["unread", "stop"]


async def test_the_queue_is_read_from_page_to_page_the_oldest_first(desk: Reading):
    for number in range(3):
        await desk.writes(f"reply {number}", customer=f"C-{number}")
    first = await desk.get("/replies", read_as="unread", limit=2)
    rest = await desk.get("/replies", read_as="unread", limit=2, cursor=first["next"])
    shown = first["items"] + rest["items"]
    assert {each["text"] for each in shown} == {"reply 0", "reply 1", "reply 2"}
    assert [each["reply_id"] for each in shown] == [each["reply_id"] for each in await desk.queue()]
    assert [each["text"] for each in await desk.queue(customer_id="C-1")] == ["reply 1"]


async def test_one_that_is_set_aside_waits_no_more_and_the_event_says_which(desk: Reading):
    await desk.writes("first")
    await desk.writes("second")
    first, _ = await desk.queue()
    answer = await desk.post(f"/replies/{first['reply_id']}/set-aside")
    assert (answer.status_code, answer.json()) == (201, {"id": first["reply_id"], "version": 3})
    assert (await desk.said())[-1] == ReplySetAside(customer_id="C-1", reply_id=UUID(first["reply_id"]))
    assert [each["text"] for each in await desk.queue()] == ["second"]
    [shown] = (await desk.get("/replies", set_aside="true"))["items"]
    assert (shown["text"], shown["set_aside_by"]) == ("first", "anna")


async def test_it_is_set_aside_once_and_the_same_request_has_the_same_answer(desk: Reading):
    await desk.writes()
    [shown] = await desk.queue()
    path = f"/replies/{shown['reply_id']}/set-aside"
    first, again = [await desk.post(path, key="same") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert (await desk.post(path)).json()["version"] == 2, "and somebody else's changes nothing"
    assert [type(each) for each in await desk.said()][1:] == [ReplySetAside]


async def test_what_was_never_written_is_not_found(desk: Reading):
    assert problem(await desk.post(f"/replies/{NOBODY}/set-aside")) == (404, "not-found")


async def test_of_an_erased_person_no_words_can_be_read(desk: Reading):
    await desk.writes()
    await desk.hear(ERASED, PersonErased(customer_id="C-1", reason="erased_by_bank"))
    assert desk.instance.keys
    async with desk.db.transaction() as connection:
        await desk.instance.keys.shred(connection, ["C-1"])
    assert [each["text"] for each in await desk.queue()] == [None]


async def test_the_words_stand_nowhere_in_the_database(desk: Reading):
    await desk.writes()
    kept = ""
    for table in (table for metadata in SERVICE.metadatas for table in metadata.sorted_tables):
        kept += str([tuple(row) for row in await desk.db.pool.fetch(f"TABLE {table.name}")])
    assert "ciphertext" in kept
    assert "sister" not in kept
