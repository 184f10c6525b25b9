"""Notes over HTTP: written, read in pages, and gone with the person."""

import hashlib
from typing import Any

import httpx
import pytest
from arrears_events.catalogue.contact import PersonErased
from arrears_events.codec import canonical
from case_service.main import SERVICE

from ..examples import CASE_ID, clear_arrears, note_arrears
from .conftest import Case

NOTES = f"/cases/{CASE_ID}/notes"
WORDS = "说周五发工资后还款; calls back on Friday"
ERASED = next(view for view in SERVICE.following_views if PersonErased in view.takes)


@pytest.fixture
async def opened(case: Case) -> Case:
    await case.tell(note_arrears())
    return case


async def write(case: Case, text: Any = WORDS, **more: Any) -> httpx.Response:
    return await case.post(NOTES, {"text": text}, **more)


async def texts(case: Case, **query: Any) -> list[str | None]:
    return [item["text"] for item in (await case.get(NOTES, **query))["items"]]


async def erase(case: Case) -> None:
    """As it is done when the event is heard."""
    await case.hear(ERASED, PersonErased(customer_id="C-1", reason="erased_by_bank"))
    assert case.instance.keys
    async with case.db.transaction() as connection:
        await case.instance.keys.shred(connection, ["C-1"])


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_note_is_written_and_read(opened: Case):
    answer = await write(opened)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"2"')
    [note] = (await opened.get(NOTES))["items"]
    assert (note["note_id"], note["text"]) == (answer.json()["id"], WORDS)
    assert (note["actor"], note["role"], note["on_behalf_of"]) == ("anna", "collector", None)


async def test_notes_are_read_from_page_to_page_in_the_order_in_which_they_were_written(opened: Case):
    for number in range(5):
        await write(opened, f"note {number}")
    first = await opened.get(NOTES, limit=3)
    second = await opened.get(NOTES, limit=3, cursor=first["next"])
    found = [[item["text"] for item in page["items"]] for page in (first, second)]
    assert (found, second["next"]) == ([["note 0", "note 1", "note 2"], ["note 3", "note 4"]], None)


async def test_a_note_on_a_closed_case(opened: Case):
    await opened.tell(clear_arrears())
    assert (await write(opened)).status_code == 201
    assert await texts(opened) == [WORDS]


async def test_the_same_request_writes_one_note(opened: Case):
    first, again = [await write(opened, key="same") for _ in range(2)]
    assert (again.status_code, again.json()) == (201, first.json())
    assert await texts(opened) == [WORDS]


async def test_a_key_used_for_another_note_is_refused(opened: Case):
    await write(opened, key="same")
    assert refused(await write(opened, "other words", key="same")) == (422, "idempotency-key-reused")


async def test_of_an_erased_person_nothing_can_be_read_and_nothing_more_is_written(opened: Case):
    made = await write(opened, key="first")
    await erase(opened)
    assert await texts(opened) == [None]
    assert refused(await write(opened)) == (409, "person-erased")
    again = await write(opened, key="first")
    assert (again.status_code, again.json()) == (201, made.json()), "what was done has the answer that it had"
    page = await opened.get(f"/cases/{CASE_ID}/timeline")
    assert [entry["what"] for entry in page["items"]] == ["CaseOpened", "NoteAdded"]


async def test_the_words_stand_nowhere_in_the_database(opened: Case):
    """Nor a hash that whoever guesses them could compare."""
    await write(opened)
    kept = ""
    for table in (table for metadata in SERVICE.metadatas for table in metadata.sorted_tables):
        kept += str([tuple(row) for row in await opened.db.pool.fetch(f"TABLE {table.name}")])
    assert str(CASE_ID) in kept
    bare = hashlib.sha256(f"POST {NOTES}\n".encode() + canonical({"text": WORDS})).hexdigest()
    for trace in (WORDS, "Friday", str(WORDS.encode())[2:-1], bare):
        assert trace not in kept


NO_NOTES: list[Any] = [
    "",
    "x" * 4001,
    "a bell \u0007",
    "reversed \u202e",
    "pays by 4111 1111 1111 1111",
    7,
    None,
    ["words"],
]


@pytest.mark.parametrize("text", NO_NOTES, ids=repr)
async def test_what_is_no_note_is_refused_and_makes_no_key(opened: Case, text: Any):
    answer = await write(opened, text)
    assert refused(answer) == (422, "body-invalid")
    assert not isinstance(text, str) or not text or text not in answer.text
    assert await opened.db.pool.fetchval("SELECT count(*) FROM keys") == 0


async def test_the_longest_note_of_the_rarest_letters(opened: Case):
    longest = "\U0001f600" * 4000
    assert (await write(opened, longest)).status_code == 201
    assert await texts(opened) == [longest]


async def test_a_case_that_is_not_there_has_no_notes(case: Case):
    assert (await write(case)).status_code == 404
    assert (await case.http.get(NOTES)).status_code == 404
