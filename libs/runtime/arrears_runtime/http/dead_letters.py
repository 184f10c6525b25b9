"""The dead letters of this service, for operators: looked at, replayed, or skipped by a named person."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from arrears_runtime.dead_letters import DeadLetter, letter_at, open_letters
from arrears_runtime.dealt_with import dealt_with
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from arrears_runtime.stops import SKIP, At, ResumeCustomer, SkipDeadLetter, stream_of_letter, stream_of_stop

router = Router(tag="dead letters")

SHOWN_BYTES = 4_096
"""Of a record's bytes, in a page: a whole record of a megabyte helps nobody; its place on the log is told."""

TopicName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
"""As Kafka writes it."""
Partition = Annotated[int, Field(ge=0, le=2**31 - 1)]
Offset = Annotated[int, Field(ge=0)]


class Resolution(Body):
    """`by`: the person who looked at it."""

    by: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}$")]


@dataclass(frozen=True, slots=True)
class LetterAnswer:
    """`customer_id` waits for it; "" when it stops nobody. `detail` is for operators and holds no content."""

    topic: str
    partition: int
    offset: int
    reason: str
    detail: str
    customer_id: str


@dataclass(frozen=True, slots=True)
class LetterPage:
    items: list[LetterAnswer]


@dataclass(frozen=True, slots=True)
class LetterContent:
    """The record as it came: `key` and the first bytes of `value`, what is no UTF-8 shown as escapes."""

    letter: LetterAnswer
    key: str | None
    value: str
    bytes: int


@router.get("/dead-letters", permission="dead-letter:read")
async def list_dead_letters(request: CallerRequest) -> LetterPage:
    """Those that nobody has dealt with."""
    return LetterPage([_answer(letter) for letter in await open_letters(request.db)])


@router.get("/dead-letters/{topic}/{partition}/{offset}", permission="dead-letter:read")
async def get_dead_letter(
    topic: TopicName, partition: Partition, offset: Offset, request: CallerRequest
) -> LetterContent:
    letter = found(await letter_at(request.db, (topic, partition, offset)))
    key = letter.key.decode(errors="backslashreplace") if letter.key is not None else None
    shown = letter.value[:SHOWN_BYTES].decode(errors="backslashreplace")
    return LetterContent(_answer(letter), key, shown, len(letter.value))


@router.post("/dead-letters/{topic}/{partition}/{offset}/replays", status_code=201, permission="dead-letter:resolve")
async def replay_dead_letter(
    topic: TopicName, partition: Partition, offset: Offset, ask: Resolution, request: CommandRequest
) -> Answer:
    """The code is mended: handle the record, and all its customer missed. 409 when it stops nobody (any more)."""
    letter = found(await letter_at(request.db, (topic, partition, offset)))
    if not letter.customer_id:
        raise Problem("stops-nobody")
    return await _resume(letter, "replayed", ask, request)


@router.post("/dead-letters/{topic}/{partition}/{offset}/skips", status_code=201, permission="dead-letter:resolve")
async def skip_dead_letter(
    topic: TopicName, partition: Partition, offset: Offset, ask: Resolution, request: CommandRequest
) -> Answer:
    """The record is wrong: pass over it for ever; whoever waited for it goes on. 409 when another dealt with it."""
    letter = found(await letter_at(request.db, (topic, partition, offset)))
    if letter.customer_id:
        return await _resume(letter, "skipped", ask, request)
    if (done := await dealt_with(request.db, letter)) and done.by != ask.by:
        raise Problem("dealt-with", facts=done._asdict())
    at = letter.topic, letter.partition, letter.offset
    body = SkipDeadLetter(at, ask.by)
    return await request.send(
        streamid=stream_of_letter(request.service.name, at), customer_id=SKIP.category, body=body, id=_written(at)
    )


async def _resume(
    letter: DeadLetter, outcome: Literal["replayed", "skipped"], ask: Resolution, request: CommandRequest
) -> Answer:
    """The same request again has the same answer, so it is sent before anything is looked up."""
    at = letter.topic, letter.partition, letter.offset
    streamid = stream_of_stop(request.service.name, letter.customer_id)
    body = ResumeCustomer(at, ask.by, outcome)
    try:
        return await request.send(streamid=streamid, customer_id=letter.customer_id, body=body, id=_written(at))
    except Problem as problem:
        if problem.code != "not-stopped-by-this-record":
            raise
        done = await dealt_with(request.db, letter)
        raise Problem("dealt-with", facts=done._asdict() if done else {}) from None


def _answer(letter: DeadLetter) -> LetterAnswer:
    return LetterAnswer(letter.topic, letter.partition, letter.offset, letter.reason, letter.detail, letter.customer_id)


def _written(at: At) -> str:
    return "/".join(map(str, at))
