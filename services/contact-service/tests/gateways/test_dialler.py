"""Calls: each is dialled once, and only the dialler's own word of how it ended is believed, and only in time."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest
from arrears_events.catalogue.contact import Party
from arrears_local import dialler
from arrears_local.calls import Call, signature
from arrears_local.home import Home
from arrears_local.received import calls
from contact_service.effects.providers import Recipient, Telephone
from contact_service.gateways.dialler import CallResult, DiallerGateway, Outcome, verified
from contact_service.gateways.errors import NotTaken, Rejected, Unknown, at_any_time
from hypothesis import given
from hypothesis import strategies as st

from .conftest import away, back, frozen, until

TO = "+8613800000001"
SCRIPT = "您好，这里是某某银行信用卡中心。"
SECRET = "a secret of the dialler's"
OURS = UUID(int=1)
NOW = datetime(2026, 6, 22, 10, tzinfo=UTC)
THEN = str(int(NOW.timestamp()))
BODY = (
    b'{"call_id": "00000000-0000-0000-0000-000000000001", "to": "+8613800000001", "result": "answered",'
    b' "talk_seconds": 40, "ended_at": "2026-06-22T10:00:00.000+00:00"}'
)


@dataclass
class Webhook:
    """Where results are told, as they came: timestamp, signature, body."""

    url: str = ""
    told: list[tuple[str, str, bytes]] = field(default_factory=list)

    def results(self, secret: str) -> list[CallResult | None]:
        return [verified(*one, now=datetime.now(UTC), secret=secret) for one in list(self.told)]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    made = Webhook()

    class Callback(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.told.append((self.headers["X-Timestamp"], self.headers["X-Signature"], body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Callback) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}/calls/results"
        yield made
        server.shutdown()


def secret_of(home: Home) -> str:
    return dialler.settings(home)["ARREARS_DIALLER_SECRET"]


def gateway(home: Home, webhook: Webhook, secret: str | None = None) -> DiallerGateway:
    url = dialler.settings(home)["ARREARS_DIALLER_URL"]
    return DiallerGateway(url, secret or secret_of(home), callback_url=webhook.url, caller="4008001234")


def dialled(home: Home, contact_id: UUID) -> list[Call]:
    return [one for one in calls(home) if one.call_id == str(contact_id)]


@pytest.mark.parametrize(
    ("to", "outcome", "seconds"),
    [
        ("+8613800000002", "conversation", 40),
        ("+8613800000005", "no_answer", 0),
        ("+8613800000007", "busy", 0),
        ("+8613800000008", "voicemail", 0),
        ("+8613800000009", "not_in_service", 0),
    ],
)
async def test_a_call_is_dialled_and_its_result_is_the_diallers(
    outside: Home, webhook: Webhook, to: str, outcome: Outcome, seconds: int
):
    contact_id = uuid4()
    async with gateway(outside, webhook) as caller:
        await caller.call(contact_id, to, SCRIPT)
    await until(lambda: CallResult(contact_id, outcome, seconds) in webhook.results(secret_of(outside)))
    (call,) = dialled(outside, contact_id)
    assert (call.to, call.caller, call.script) == (to, "4008001234", SCRIPT)


@pytest.mark.parametrize(
    ("party", "script"), [("customer", "collection"), ("guarantor", "collection"), ("third_person", "neutral")]
)
async def test_a_call_to_a_third_person_begins_with_a_script_that_tells_of_no_debt(
    outside: Home, webhook: Webhook, party: Party, script: str
):
    contact_id = uuid4()
    async with gateway(outside, webhook) as caller:
        await Telephone(caller).send(contact_id, Recipient(party, TO), None, at_any_time)
    (call,) = dialled(outside, contact_id)
    assert (call.to, call.script) == (TO, script)


async def test_a_call_that_is_asked_for_again_is_dialled_once(outside: Home, webhook: Webhook):
    contact_id = uuid4()
    async with gateway(outside, webhook) as caller:
        for _ in range(3):
            await caller.call(contact_id, TO, SCRIPT)
    await until(lambda: bool(webhook.told))
    assert len(dialled(outside, contact_id)) == 1


async def test_the_dialler_is_asked_what_it_has_taken(outside: Home, webhook: Webhook):
    contact_id = uuid4()
    async with gateway(outside, webhook) as caller:
        assert await caller.has(contact_id) is False
        await caller.call(contact_id, TO, SCRIPT)
        assert await caller.has(contact_id) is True
        away(outside, dialler.part)
        assert await caller.has(contact_id) is None


async def test_what_is_no_number_is_rejected(outside: Home, webhook: Webhook):
    async with gateway(outside, webhook) as caller:
        with pytest.raises(Rejected, match=r"^rejected$"):
            await caller.call(uuid4(), "Wang", SCRIPT)


async def test_a_dialler_that_does_not_know_us_says_nothing_about_the_call(outside: Home, webhook: Webhook):
    async with gateway(outside, webhook, secret="guess") as stranger:
        with pytest.raises(NotTaken):
            await stranger.call(uuid4(), TO, SCRIPT)
        assert await stranger.has(uuid4()) is None


async def test_a_dialler_that_is_away_has_taken_nothing_and_takes_it_when_it_is_back(outside: Home, webhook: Webhook):
    contact_id, caller = uuid4(), gateway(outside, webhook)
    away(outside, dialler.part)
    async with caller:
        with pytest.raises(NotTaken):
            await caller.call(contact_id, TO, SCRIPT)
    back(outside, dialler.part)
    async with caller:
        await caller.call(contact_id, TO, SCRIPT)
    assert len(dialled(outside, contact_id)) == 1


async def test_nobody_knows_whether_a_call_was_taken_when_the_dialler_dies_over_it(outside: Home, webhook: Webhook):
    contact_id = uuid4()
    async with gateway(outside, webhook) as caller:
        frozen(outside, dialler.part)
        calling = asyncio.create_task(caller.call(contact_id, TO, SCRIPT))
        await asyncio.sleep(0.2)
        away(outside, dialler.part)
        with pytest.raises(Unknown):
            await calling
        back(outside, dialler.part)
        assert await caller.has(contact_id) is False


def heard(
    timestamp: str = THEN, signed: str | None = None, body: bytes = BODY, now: datetime = NOW
) -> CallResult | None:
    signed = signature(SECRET, timestamp, body) if signed is None else signed
    return verified(timestamp, signed, body, now=now, secret=SECRET)


def test_a_result_that_is_signed_is_heard():
    assert heard() == CallResult(OURS, "conversation", 40)


@given(st.integers(-600, 600))
def test_a_result_is_heard_within_five_minutes_of_its_timestamp(seconds: int):
    found = heard(now=NOW + timedelta(seconds=seconds))
    assert (found is not None) == (abs(seconds) <= 300)


@given(st.text())
def test_a_signature_that_is_made_up_is_not_heard(made_up: str):
    assert heard(signed=made_up) is None


@given(at=st.integers(0, len(BODY) - 1), by=st.integers(1, 255))
def test_a_body_that_was_changed_is_not_heard(at: int, by: int):
    changed = BODY[:at] + bytes([BODY[at] ^ by]) + BODY[at + 1 :]
    assert heard(signed=signature(SECRET, THEN, BODY), body=changed) is None


def test_a_timestamp_that_was_changed_is_not_heard():
    assert heard(str(int(THEN) + 1), signed=signature(SECRET, THEN, BODY)) is None


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "１７５０５８６４００", "9" * 13, f"{THEN}.0", f" {THEN}"])
def test_what_is_no_timestamp_is_not_heard(timestamp: str):
    assert heard(timestamp) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"\xff",
        BODY.replace(b"answered", b"abducted"),
        BODY.replace(b"40", b"-1"),
        BODY.replace(b'"00000000-', b'"no-id-of-ours-'),
    ],
)
def test_a_signed_body_that_is_of_no_call_of_ours_is_not_heard(body: bytes):
    assert heard(body=body) is None
