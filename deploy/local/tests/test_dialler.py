"""The dialler: how calls end, that each is dialled once, and that its caller is told until it has taken the result."""

import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import pytest
from arrears_local import dialler
from arrears_local.calls import Call, Outcome, outcome_of, signature
from arrears_local.home import Home
from arrears_local.received import calls

from .conftest import killed_and_back

SECONDS_MAX = 20
MANY = 300


@dataclass
class Caller:
    """A service that has calls made: what it is told, and what it answers to the next ones (then 204)."""

    url: str = ""
    told: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def of(self, call_id: str) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in list(self.told) if json.loads(body)["call_id"] == call_id]


@pytest.fixture
def caller() -> Iterator[Caller]:
    made = Caller()

    class Callback(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            made.told.append((dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(made.answers.pop(0) if made.answers else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Callback) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.url = f"http://127.0.0.1:{server.server_port}/calls/results"
        yield made
        server.shutdown()


def dialler_of(home: Home, secret: str | None = None) -> httpx.Client:
    told = dialler.settings(home)
    head = {"Authorization": f"Bearer {secret or told['ARREARS_DIALLER_SECRET']}"}
    return httpx.Client(base_url=told["ARREARS_DIALLER_URL"], headers=head)


def call(home: Home, caller: Caller, to: str = "8613800000001", call_id: str | None = None, **other: Any) -> str:
    asked = {"call_id": call_id or str(uuid4()), "to": to, "from": "4008001234", "script": "first-reminder"}
    with dialler_of(home) as client:
        answer = client.post("/calls", json={**asked, "callback_url": caller.url, **other})
    assert answer.status_code == 202, answer.text
    return asked["call_id"]


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not happened():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def kept(home: Home, call_id: str) -> Call:
    return next(one for one in calls(home) if one.call_id == call_id)


@pytest.mark.parametrize(
    ("digit", "outcome"),
    [
        ("0", Outcome("answered", 20)),
        ("4", Outcome("answered", 60)),
        ("5", Outcome("no-answer")),
        ("6", Outcome("no-answer")),
        ("7", Outcome("busy")),
        ("8", Outcome("voicemail")),
        ("9", Outcome("not-in-service")),
    ],
)
def test_the_last_digit_of_a_number_says_how_a_call_ends(digit: str, outcome: Outcome):
    assert outcome_of(f"861380000000{digit}") == outcome


def test_the_caller_is_told_the_result_with_a_signature(outside: Home, caller: Caller):
    call_id = call(outside, caller, to="8613800000002")
    until(lambda: bool(caller.told))
    ((head, body),) = caller.told
    secret = dialler.settings(outside)["ARREARS_DIALLER_SECRET"]
    expected = hmac.new(secret.encode(), head["X-Timestamp"].encode() + b"." + body, "sha256").hexdigest()
    assert head["X-Signature"] == expected == signature(secret, head["X-Timestamp"], body)
    assert abs(int(head["X-Timestamp"]) - time.time()) < SECONDS_MAX
    told = json.loads(body)
    assert told.pop("ended_at") == kept(outside, call_id).ended_at
    assert told == {"call_id": call_id, "to": "8613800000002", "result": "answered", "talk_seconds": 40}


def test_a_result_is_told_again_until_it_is_taken(outside: Home, caller: Caller):
    caller.answers = [500, 302, 409]
    call_id = call(outside, caller)
    until(lambda: kept(outside, call_id).reported_at is not None)
    assert kept(outside, call_id).tries == 4
    first, *again = caller.of(call_id)
    assert again == [first] * 3


def test_a_call_id_that_was_seen_is_not_dialled_again(outside: Home, caller: Caller):
    call_id = call(outside, caller)
    until(lambda: kept(outside, call_id).reported_at is not None)
    assert call(outside, caller, call_id=call_id) == call_id
    later = call(outside, caller)
    until(lambda: bool(caller.of(later)))
    assert len(caller.of(call_id)) == 1
    assert len([one for one in calls(outside) if one.call_id == call_id]) == 1


def test_a_call_id_of_another_call_is_refused(outside: Home, caller: Caller):
    call_id = call(outside, caller)
    with dialler_of(outside) as client:
        asked = {"call_id": call_id, "to": "8613800000009", "from": "4008001234", "script": "first-reminder"}
        assert client.post("/calls", json={**asked, "callback_url": caller.url}).status_code == 409
    assert kept(outside, call_id).to == "8613800000001"


def test_a_caller_asks_for_a_call_it_may_have_asked_for(outside: Home, caller: Caller):
    with dialler_of(outside) as client:
        assert client.get(f"/calls/{uuid4()}").status_code == 404
        page = f"/calls/{call(outside, caller, to='8613800000007')}"
        until(lambda: client.get(page).json()["state"] == "ended")
        assert client.get(page).json()["result"] == "busy"


def test_another_result_is_said_beforehand(outside: Home, caller: Caller):
    with dialler_of(outside) as client:
        said = client.put("/numbers/+8613811110009", json={"result": "answered", "talk_seconds": 75})
        assert said.status_code == 204
        assert client.put("/numbers/8613811110008", json={"result": "abducted"}).status_code == 422
    killed_and_back(outside, dialler.part)
    call_id = call(outside, caller, to="8613811110009")
    until(lambda: bool(caller.of(call_id)))
    assert kept(outside, call_id).outcome == Outcome("answered", 75)


def test_only_who_has_the_secret_has_calls_made(outside: Home, caller: Caller):
    before = len(calls(outside))
    with dialler_of(outside, secret="guess") as stranger:
        assert stranger.post("/calls", json={}).status_code == 401
        assert stranger.get("/calls/any").status_code == 401
        assert stranger.put("/numbers/8613800000001", json={"result": "busy"}).status_code == 401
    assert len(calls(outside)) == before


@pytest.mark.parametrize(
    "wrong", [{"to": "Wang"}, {"callback_url": "file:///etc/passwd"}, {"script": 1}, {"more": "x"}]
)
def test_a_call_that_is_not_as_it_must_be_is_refused(outside: Home, caller: Caller, wrong: dict[str, Any]):
    asked = {"call_id": str(uuid4()), "to": "1001", "from": "1002", "script": "s", "callback_url": caller.url}
    with dialler_of(outside) as client:
        assert client.post("/calls", json={**asked, **wrong}).status_code == 422


def test_a_kill_loses_no_call_that_was_accepted_and_dials_none_twice(outside: Home, caller: Caller):
    ids = [call(outside, caller, to=f"86138000001{number:02}") for number in range(30)]
    killed_and_back(outside, dialler.part)
    until(lambda: all(kept(outside, one).reported_at for one in ids))
    assert all(caller.of(one) for one in ids)
    assert all(caller.of(one)[0] == again for one in ids for again in caller.of(one))


def test_a_result_that_nobody_took_yet_is_told_after_a_kill(outside: Home, caller: Caller):
    caller.answers = [503, 503]
    call_id = call(outside, caller)
    until(lambda: kept(outside, call_id).tries >= 1)
    ended_at = kept(outside, call_id).ended_at
    killed_and_back(outside, dialler.part)
    until(lambda: kept(outside, call_id).reported_at is not None)
    assert {one["ended_at"] for one in caller.of(call_id)} == {ended_at}


def test_many_calls_are_made_at_the_same_time(outside: Home, caller: Caller):
    began = time.monotonic()
    with dialler_of(outside) as client:
        asked = {"from": "4008001234", "script": "s", "to": "8613800000001", "callback_url": caller.url}
        ids = {f"{uuid4()}" for _ in range(MANY)}
        for one in ids:
            assert client.post("/calls", json={**asked, "call_id": one}).status_code == 202
    until(lambda: len(caller.told) >= MANY)
    assert {json.loads(body)["call_id"] for _, body in caller.told} == ids
    assert time.monotonic() - began < SECONDS_MAX
