"""The dialler tells how a call ended: heard when it is signed, of now, and of a call of ours."""

import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from arrears_events.catalogue.contact import ContactFailed, ContactMade
from arrears_runtime.dead_letters import StopRow
from arrears_runtime.http.application import application
from contact_service.api import callbacks

from .contacting import SECRET, Contacting, contacting

NOBODY = "00000000-0000-0000-0000-000000000000"


class Dialler:
    """What it says goes to the door that `http` opens."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def tells(self, call_id: str, *, secret: str = SECRET, ago: timedelta = timedelta(0), **said: Any) -> int:
        """The status that it hears."""
        told = {"call_id": call_id, "to": "+999", "result": "answered", "talk_seconds": 30, "ended_at": "", **said}
        return await self.sends(json.dumps(told).encode(), secret, ago)

    async def sends(self, body: bytes, secret: str = SECRET, ago: timedelta = timedelta(0)) -> int:
        at = str(int((datetime.now(UTC) - ago).timestamp()))
        signature = hmac.digest(secret.encode(), at.encode() + b"." + body, "sha256").hex()
        answer = await self._http.post(
            callbacks.PATH, content=body, headers={"X-Timestamp": at, "X-Signature": signature}
        )
        return answer.status_code


@pytest.fixture
async def contact(database: Callable[[], str]) -> AsyncIterator[Contacting]:
    async for each in contacting(database):
        await each.in_arrears()
        yield each


@pytest.fixture
async def dialler(contact: Contacting) -> AsyncIterator[Dialler]:
    instance = contact.instance
    made = application(
        title="contact-service",
        routers=(),
        service=instance,
        settings=instance.settings,
        refusals={},
        policies=instance.policies,
        keys=instance.keys,
        hooks={callbacks.PATH: callbacks.call_ended},
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(made), base_url="http://test") as http:
        yield Dialler(http)


async def test_a_conversation_is_a_contact_made(contact: Contacting, dialler: Dialler):
    id_ = await contact.calling()
    assert await dialler.tells(id_) == 204
    made = ContactMade(customer_id="C-1", contact_id=UUID(id_), initiated_by="us", party="customer", seconds=30)
    assert await contact.said_after_the_call() == [made]


@pytest.mark.parametrize(
    ("result", "reason"),
    [("no-answer", "no_answer"), ("busy", "busy"), ("voicemail", "voicemail"), ("not-in-service", "not_in_service")],
)
async def test_any_other_end_is_a_failure(contact: Contacting, dialler: Dialler, result: str, reason: Any):
    id_ = await contact.calling()
    assert await dialler.tells(id_, result=result, talk_seconds=0) == 204
    failed = ContactFailed(customer_id="C-1", contact_id=UUID(id_), reason=reason)
    assert await contact.said_after_the_call() == [failed]


async def test_it_is_heard_once_and_the_first_word_stays(contact: Contacting, dialler: Dialler):
    id_ = await contact.calling()
    said = [await dialler.tells(id_), await dialler.tells(id_), await dialler.tells(id_, result="busy")]
    assert said == [204, 204, 204]
    assert len(await contact.said_after_the_call()) == 1


@pytest.mark.parametrize("dialler_first", [True, False])
async def test_whom_the_call_reached_is_told_by_who_talked(contact: Contacting, dialler: Dialler, dialler_first: bool):
    id_ = await contact.calling()
    if dialler_first:
        assert await dialler.tells(id_) == 204
    wrap_up = {"contact_id": id_, "talked": {"party": "third_person", "seconds": 25}}
    assert (await contact.post("/wrap-ups", wrap_up)).status_code == 201
    if not dialler_first:
        assert await dialler.tells(id_) == 204
    made = await contact.said_after_the_call()
    assert [each.party for each in made] == (["customer", "third_person"] if dialler_first else ["third_person"])
    assert (await contact.get(f"/contacts/{id_}"))["status"] == "made"


async def test_what_the_dialler_did_not_sign_just_now_is_not_heard(contact: Contacting, dialler: Dialler):
    id_ = await contact.calling()
    assert await dialler.tells(id_, secret="another") == 401
    assert await dialler.tells(id_, ago=timedelta(minutes=6)) == 401
    assert await dialler.tells(id_, ago=timedelta(minutes=-6)) == 401
    assert await contact.said_after_the_call() == []


async def test_what_is_no_result_is_not_heard(contact: Contacting, dialler: Dialler):
    id_ = await contact.calling()
    assert await dialler.tells(id_, result="laughed") == 401
    assert await dialler.tells(id_, talk_seconds=-1) == 401
    assert await dialler.tells(id_, note="x" * callbacks.BODY_BYTES_MAX) == 413
    assert await dialler.sends(b"{") == 401
    assert await contact.said_after_the_call() == []


async def test_a_call_that_we_did_not_ask_for_is_not_known(dialler: Dialler):
    assert await dialler.tells(NOBODY) == 404


async def test_a_call_that_was_not_handed_over_has_no_end(contact: Contacting, dialler: Dialler):
    id_ = (await contact.ask()).json()["id"]
    assert await dialler.tells(id_) == 404
    assert len(await contact.said()) == 1


async def test_a_result_that_cannot_be_written_yet_is_to_be_told_again(contact: Contacting, dialler: Dialler):
    """A bad record on contact.events itself has stopped the customer."""
    id_ = await contact.calling()
    stop = StopRow("C-1", "stop/C-1", "contact.events", 0, 0, "fork", "{}", datetime.now(UTC), None, None, False, 1)
    await contact.db.pool.execute("INSERT INTO stops SELECT ($1::stops).*", stop)
    assert await dialler.tells(id_) == 503
    await contact.db.pool.execute("DELETE FROM stops")
    assert await dialler.tells(id_) == 204
