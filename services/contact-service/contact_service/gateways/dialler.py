"""Calls (电话), placed by a dialler that is asked over HTTP and tells by a signed webhook how each one ended.

The call's id is the contact's: what is asked for again is not dialled again.
"""

from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Annotated, Literal, Self
from uuid import UUID

import httpx
from httpx import codes
from pydantic import BaseModel, Field, ValidationError

from contact_service.gateways.asking import client_of, has_page
from contact_service.gateways.errors import NotTaken, Rejected, Still, Unknown, at_any_time
from contact_service.gateways.signing import is_signed_now

NOT_NOW = {codes.UNAUTHORIZED, codes.FORBIDDEN, codes.TOO_MANY_REQUESTS, codes.SERVICE_UNAVAILABLE}
"""It does not know us, or has no line free: that is no word about the call."""

Outcome = Literal["conversation", "no_answer", "busy", "voicemail", "not_in_service"]
_OUTCOMES: dict[str, Outcome] = {
    "answered": "conversation",
    "no-answer": "no_answer",
    "busy": "busy",
    "voicemail": "voicemail",
    "not-in-service": "not_in_service",
}


@dataclass(frozen=True)
class CallResult:
    """`seconds`: how long was talked."""

    contact_id: UUID
    outcome: Outcome
    seconds: int


class _Told(BaseModel):
    call_id: UUID
    result: Literal["answered", "no-answer", "busy", "voicemail", "not-in-service"]
    talk_seconds: Annotated[int, Field(ge=0, le=86_400)]


class DiallerGateway:
    """`caller` is the number that is shown; results are told at `callback_url`. It may be entered again."""

    def __init__(self, url: str, secret: str, callback_url: str, caller: str) -> None:
        self._where = (url, secret)
        self._said = {"callback_url": callback_url, "from": caller}

    async def __aenter__(self) -> Self:
        self._dialler = client_of(*self._where)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._dialler.aclose()

    async def call(self, contact_id: UUID, to: str, script: str, still: Still = at_any_time) -> None:
        """Returns when the dialler has taken the call. Unconfirmed says why not; Unknown may be asked for again too."""
        asked = {**self._said, "call_id": str(contact_id), "to": to, "script": script}
        still()
        try:
            answer = await self._dialler.post("/calls", json=asked)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise NotTaken from None
        except httpx.HTTPError:
            raise Unknown from None
        _heed(answer)

    async def has(self, contact_id: UUID) -> bool | None:
        """None when the dialler cannot be asked. False is no proof: what was on the wire may still come."""
        return await has_page(self._dialler, f"/calls/{contact_id}")


def verified(timestamp: str, signature: str, body: bytes, now: datetime, secret: str) -> CallResult | None:
    """What the dialler says; None when it is not the dialler's, not of now, or not of a call of ours."""
    return _told(body) if is_signed_now(timestamp, signature, body, now, secret) else None


def _told(body: bytes) -> CallResult | None:
    try:
        told = _Told.model_validate_json(body)
    except ValidationError:
        return None
    return CallResult(told.call_id, _OUTCOMES[told.result], told.talk_seconds)


def _heed(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    if answer.status_code in NOT_NOW:
        raise NotTaken
    raise Rejected if answer.is_client_error else Unknown
