"""Calls as the dialler keeps them, how a number decides their result, and how a result is signed."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Result = Literal["answered", "no-answer", "busy", "voicemail", "not-in-service"]
RESULTS: dict[int, Result] = {
    **dict.fromkeys(range(5), "answered"),
    5: "no-answer",
    6: "no-answer",
    7: "busy",
    8: "voicemail",
    9: "not-in-service",
}
"""By the number's last digit."""
TALK_SECONDS, TALK_SECONDS_A_DIGIT = 20, 10


@dataclass(frozen=True)
class Outcome:
    result: Result
    talk_seconds: int = 0


@dataclass(frozen=True)
class Call:
    call_id: str
    to: str
    caller: str
    script: str
    callback_url: str
    accepted_at: str  # ISO 8601, UTC
    outcome: Outcome | None = None
    ended_at: str | None = None
    tries: int = 0  # to tell the result
    reported_at: str | None = None

    @property
    def as_accepted(self) -> dict[str, str]:
        """How it was before anything came of it."""
        whole = asdict(self)
        return {name: whole[name] for name in ("call_id", "to", "caller", "script", "callback_url", "accepted_at")}

    @property
    def asked(self) -> tuple[str, ...]:
        """What its caller said; the same again is the same call."""
        return (self.to, self.caller, self.script, self.callback_url)


def outcome_of(number: str) -> Outcome:
    digit = int(number[-1])
    result = RESULTS[digit]
    return Outcome(result, TALK_SECONDS + TALK_SECONDS_A_DIGIT * digit if result == "answered" else 0)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def folded(records: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Call], dict[str, Outcome]]:
    """Calls by id in the order in which they were accepted, and the results that were said beforehand by number."""
    calls: dict[str, Call] = {}
    numbers: dict[str, Outcome] = {}
    for record in records:
        match dict(record):
            case {"kind": "number", "number": number, **outcome}:
                numbers[number.removeprefix("+")] = Outcome(outcome["result"], outcome["talk_seconds"])
            case {"kind": "accepted", **told}:
                calls[told["call_id"]] = Call(**told)
            case {"kind": _, "call_id": call_id}:
                calls[call_id] = _after(calls[call_id], record)
            case other:
                raise AssertionError(f"no record of the dialler's: {other}")
    return calls, numbers


def _after(call: Call, record: Mapping[str, Any]) -> Call:
    match dict(record):
        case {"kind": "ended", "result": result, "talk_seconds": talked, "at": at}:
            return replace(call, outcome=Outcome(result, talked), ended_at=at)
        case {"kind": "told", "taken": True, "at": at}:
            return replace(call, tries=call.tries + 1, reported_at=at)
        case {"kind": "told", "taken": False}:
            return replace(call, tries=call.tries + 1)
        case other:
            raise AssertionError(f"no record of a call: {other}")
