"""The dialler's program; what it promises stands in `dialler.py`."""

import asyncio
import json
import sys
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from arrears_local import door
from arrears_local.calls import Call, Outcome, Result, folded, outcome_of, signature
from arrears_local.dialler import NAME, journal_of
from arrears_local.home import Home
from arrears_local.journal import Journal, records
from arrears_local.ports import port_of

RING_SECONDS = 0.2  # the moment that a call takes here, however long its customer is said to have talked
TRIES_MAX = 12
AGAIN_SECONDS, AGAIN_SECONDS_MAX = 0.2, 30.0  # doubled after each try
ANSWER_SECONDS = 5.0
LINES = 50  # results being told at a time
UNREPORTED_MAX = 20_000  # more calls than these are not taken: 503


class Dialler:
    def __init__(self, journal: Path, secret: str, client: httpx.AsyncClient, work: asyncio.TaskGroup) -> None:
        self._calls, self._numbers = folded(records(journal))
        self._journal = Journal(journal)
        self._secret, self._client, self._work = secret, client, work
        self._lines = asyncio.Semaphore(LINES)
        self._busy: set[str] = set()
        for call in self._calls.values():
            if call.reported_at is None and call.tries < TRIES_MAX:
                self._begin(call)

    def find(self, call_id: str) -> Call | None:
        return self._calls.get(call_id)

    def accept(self, call: Call) -> Call:
        """The call that has the id: this one, or that of the first time."""
        known = self._calls.get(call.call_id)
        if known is not None:
            return known
        if len(self._busy) >= UNREPORTED_MAX:
            raise HTTPException(503, "too many calls at once")
        self._journal.append("accepted", call.as_accepted)
        self._calls[call.call_id] = call
        self._begin(call)
        return call

    def say_beforehand(self, number: str, outcome: Outcome) -> None:
        self._journal.append("number", {"number": number, **asdict(outcome)})
        self._numbers[number.removeprefix("+")] = outcome

    def _begin(self, call: Call) -> None:
        self._busy.add(call.call_id)
        self._work.create_task(self._make(call))

    async def _make(self, call: Call) -> None:
        if call.outcome is None:
            await asyncio.sleep(RING_SECONDS)
            call = self._end(call)
        while call.reported_at is None and call.tries < TRIES_MAX:
            if call.tries:
                await asyncio.sleep(min(AGAIN_SECONDS_MAX, AGAIN_SECONDS * 2 ** (call.tries - 1)))
            call = self._told(call, taken=await self._tell(call))
        self._busy.discard(call.call_id)

    def _end(self, call: Call) -> Call:
        at, outcome = _now(), self._numbers.get(call.to.removeprefix("+")) or outcome_of(call.to)
        self._journal.append("ended", {"call_id": call.call_id, **asdict(outcome), "at": at})
        return self._keep(replace(call, outcome=outcome, ended_at=at))

    def _told(self, call: Call, taken: bool) -> Call:
        at = _now()
        self._journal.append("told", {"call_id": call.call_id, "taken": taken, "at": at})
        return self._keep(replace(call, tries=call.tries + 1, reported_at=at if taken else None))

    def _keep(self, call: Call) -> Call:
        self._calls[call.call_id] = call
        return call

    async def _tell(self, call: Call) -> bool:
        """True when the caller took it: any 2xx."""
        body = json.dumps(_report(call)).encode()
        timestamp = str(int(time.time()))
        head = {"X-Timestamp": timestamp, "X-Signature": signature(self._secret, timestamp, body)}
        head["Content-Type"] = "application/json"
        try:
            async with self._lines:
                return (await self._client.post(call.callback_url, content=body, headers=head)).is_success
        except httpx.HTTPError:
            return False


class CallAsked(door.Asked):
    call_id: str = Field(pattern=r"^[A-Za-z0-9._:-]{1,100}$")
    to: str = Field(pattern=r"^\+?[0-9]{3,15}$")
    caller: str = Field(alias="from", pattern=r"^\+?[0-9]{3,15}$")
    callback_url: str = Field(pattern=r"^https?://[^\s]{1,500}$")
    script: str = Field(max_length=10_000)


class OutcomeAsked(door.Asked):
    result: Result
    talk_seconds: int = Field(default=0, ge=0, le=86_400)


def _app(dialler: Dialler, secret: str) -> Starlette:
    async def accept(request: Request) -> JSONResponse:
        asked = Call(**(await door.asked(request, CallAsked)).model_dump(), accepted_at=_now())
        call = dialler.accept(asked)
        if call.asked != asked.asked:
            raise HTTPException(409, "this call_id is another call's")
        return JSONResponse(_shown(call), 202)

    async def show(request: Request) -> JSONResponse:
        call = dialler.find(request.path_params["call_id"])
        return JSONResponse({"detail": "no such call"}, 404) if call is None else JSONResponse(_shown(call))

    async def say_beforehand(request: Request) -> Response:
        outcome = Outcome(**(await door.asked(request, OutcomeAsked)).model_dump())
        dialler.say_beforehand(request.path_params["number"], outcome)
        return Response(status_code=204)

    routes = [
        Route("/calls", accept, methods=["POST"]),
        Route("/calls/{call_id}", show),
        Route("/numbers/{number}", say_beforehand, methods=["PUT"]),
    ]
    return door.app(routes, secret)


def _report(call: Call) -> dict[str, Any]:
    assert call.outcome is not None, "only what has ended is told"
    return {"call_id": call.call_id, "to": call.to, **asdict(call.outcome), "ended_at": call.ended_at}


def _shown(call: Call) -> dict[str, Any]:
    if call.outcome is None:
        return {"call_id": call.call_id, "to": call.to, "state": "dialling"}
    return {**_report(call), "state": "ended", "reported_at": call.reported_at}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


async def serve(home: Home) -> None:
    """Until it is stopped; an error in any of its tasks ends it."""
    secret = home.secret(NAME)
    limits = httpx.Limits(max_connections=LINES)
    async with (
        httpx.AsyncClient(timeout=ANSWER_SECONDS, limits=limits, trust_env=False) as client,
        asyncio.TaskGroup() as work,
    ):
        dialler = Dialler(journal_of(home), secret, client, work)
        await door.serve(_app(dialler, secret), port_of(home, NAME))


if __name__ == "__main__":
    asyncio.run(serve(Home(Path(sys.argv[1]))))
