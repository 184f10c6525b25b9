"""A request that changes something: it becomes one command, and the store's answer becomes the response."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from arrears_events import ids
from arrears_events.refused import Refused

from arrears_runtime.decider import Command, Done, KeyReused, Outcome, Refusal, Stale, Stopped
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.problems import Problem, refusal
from arrears_runtime.policies import PolicyMissing
from arrears_runtime.stream import HandledRow, handled

_KEY = re.compile(r'(")?([!#-+\--~]{1,128})(?(1)")')
"""Visible ASCII without quotes and commas; in quotes as the IETF draft has it."""
_STRONG_TAG = re.compile(r'"(0|[1-9][0-9]{0,17})"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command: the same however often it is asked. The resource itself is read with GET."""

    id: str
    version: int


class CommandRequest(CallerRequest):
    """`command_id` is of caller and Idempotency-Key: an id made from it is the same when the request is repeated."""

    idempotency_key: str
    expected_version: int | None

    def prepare(self, *, if_match: bool) -> None:
        self.idempotency_key = self._idempotency_key()
        self.expected_version = self._expected_version() if if_match else None

    @cached_property
    def command_id(self) -> UUID:
        return ids.command_id(self.caller.subject, self.idempotency_key)

    async def send(
        self,
        *,
        streamid: str,
        customer_id: str,
        body: Any,
        id: object = None,  # noqa: A002 - the member of the answer
        location: str | None = None,
    ) -> Answer:
        """`id` and `location` are of the resource made or changed; the id is the stream's own where none is given."""
        command = self._command(streamid, customer_id, body, await self._hash(customer_id))
        [outcome] = await self.service.append([command])
        return self._answer(self._done(outcome).version, streamid, id, location)

    async def make_and_send(
        self,
        make: Callable[[], Awaitable[Any]],
        *,
        streamid: str,
        customer_id: str,
        id: object = None,  # noqa: A002 - the member of the answer
        location: str | None = None,
    ) -> Answer:
        """Send the body that `make` gives, which looks at what may have gone on since the request came first.

        So what it refuses now is no answer to a request that was done: that has the answer it had.
        """
        try:
            body = await make()
        except (Problem, Refused, PolicyMissing):
            version = await self._version_before(customer_id)
            if version is None:
                raise
            return self._answer(version, streamid, id, location)
        return await self.send(streamid=streamid, customer_id=customer_id, body=body, id=id, location=location)

    async def _version_before(self, customer_id: str) -> int | None:
        """At which the stream was when this request was done, if it was.

        Of a person who was erased since nobody can tell any more whether it is the same: their texts' key is gone.
        """
        row = await self.db.of_key(HandledRow, handled, self.command_id)
        with suppress(Refused):
            if row and row.requesthash != await self._hash(customer_id):
                raise Problem("idempotency-key-reused")
        return row and row.version

    def _answer(self, version: int, streamid: str, id_: object, location: str | None) -> Answer:
        self.tag(version)
        if location:
            self.answer_headers["Location"] = location
        return Answer(str(id_ or streamid.partition("/")[2]), version)

    def _command(self, streamid: str, customer_id: str, body: Any, requesthash: str) -> Command:
        return Command(
            id=self.command_id,
            streamid=streamid,
            customer_id=customer_id,
            body=body,
            time=self.service.now(customer_id),
            actor=self.caller.subject,
            actorrole=self.caller.role,
            onbehalfof=self.caller.on_behalf_of,
            causationid=f"request/{self.command_id}",
            correlationid=self.correlation_id,
            traceparent=self.trace.traceparent,
            requesthash=requesthash,
            expected_version=self.expected_version,
        )

    def _done(self, outcome: Outcome) -> Done:
        match outcome:
            case Done():
                return outcome
            case Refusal(code, facts):
                raise refusal(code, facts, self.app.state.refusals)
            case Stale(version):
                raise Problem("version-stale", headers={"ETag": f'"{version}"'})
            case KeyReused():
                raise Problem("idempotency-key-reused")
            case Stopped():
                raise Problem("customer-stopped")

    async def _hash(self, customer_id: str) -> str:
        request = f"{self.method} {self.scope['path']}\n".encode() + self.content
        return await self.sealing.hash(customer_id, request) if self.sealed else hashlib.sha256(request).hexdigest()

    def _idempotency_key(self) -> str:
        header = self.once(b"idempotency-key")
        if header is None:
            raise Problem("idempotency-key-missing")
        key = _KEY.fullmatch(header)
        if not key:
            raise Problem("idempotency-key-malformed")
        return key[2]

    def _expected_version(self) -> int:
        header = self.once(b"if-match")
        if header is None:
            raise Problem("if-match-missing")
        tag = _STRONG_TAG.fullmatch(header)
        if not tag:
            raise Problem("if-match-malformed")
        return int(tag[1])
