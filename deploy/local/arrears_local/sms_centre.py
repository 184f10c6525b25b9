"""The SMS centre's program; what it promises stands in `sms.py`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import Field
from smpp34 import Esme, Server, SmppError, SubmitSmEvent, Tlv, Unbound
from smpp34._smpp34 import ESME_RINVDSTADR, ESME_RMSGQFUL, ESME_RSYSERR, ESME_RUNKNOWNERR
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from arrears_local import door, sms
from arrears_local.home import Home
from arrears_local.journal import Journal, records
from arrears_local.ports import port_of
from arrears_local.sms_gate import Gate
from arrears_local.sms_messages import (
    Delivery,
    Inbound,
    Message,
    delivery_of,
    done_record_of,
    folded,
    message_of,
    receipt_of,
    record_of,
)

RECEIPT_SECONDS = 0.05  # the moment in which a message travels to the telephone
AGAIN_SECONDS = 0.2  # until a delivery that was not taken is tried once more
MESSENGERS = 10  # deliveries on their way at a time
WAITING_MAX = 100_000  # more than these are not taken: ESME_RMSGQFUL, 503
EVENTS_MAX = 10_000


class Centre:
    def __init__(self, journal: Path, server: Server, admitted: Callable[[str], bool]) -> None:
        messages, inbound = folded(records(journal))
        self._journal = Journal(journal)
        self._server, self._admitted = server, admitted
        self._sessions: dict[str, Esme] = {}
        self._somebody = asyncio.Event()  # is bound to receive
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        self._travelling = 0
        for message in messages.values():
            if message.wants_receipt and message.receipt_at is None:
                self._waiting.put_nowait(receipt_of(message, _now()))
        for written in inbound.values():
            if written.handed_over_at is None:
                self._waiting.put_nowait(delivery_of(written))

    @property
    def is_full(self) -> bool:
        return self._waiting.qsize() + self._travelling >= WAITING_MAX

    async def listen(self) -> None:
        """What the sessions send, one after the other."""
        while True:
            match await self._server.next():
                case Esme() as session if self._admitted(session.system_id):
                    self._sessions[session.session_id] = session
                    self._look_who_receives()
                case Esme():
                    pass  # it came round the gate: none of its messages is taken, and it gets none
                case Unbound(session_id=gone):
                    self._sessions.pop(gone, None)
                    self._look_who_receives()
                case SubmitSmEvent() as asked:
                    self._take(asked)

    async def deliver(self) -> None:
        """One messenger's work: what nobody took goes back to the end of the row."""
        while True:
            delivery = await self._waiting.get()
            if await self._handed_over(delivery):
                self._journal.append(*done_record_of(delivery.of, _now()))
            else:
                await asyncio.sleep(AGAIN_SECONDS)
                self._waiting.put_nowait(delivery)

    def write_in(self, inbound: Inbound) -> None:
        self._journal.append(*record_of(inbound))
        self._waiting.put_nowait(delivery_of(inbound))

    def _take(self, asked: SubmitSmEvent) -> None:
        if asked.session_id not in self._sessions:
            asked.reject(ESME_RSYSERR)
        elif self.is_full:
            asked.reject(ESME_RMSGQFUL)
        elif not asked.destination_addr.removeprefix("+").isdecimal():
            asked.reject(ESME_RINVDSTADR)
        else:
            self._keep(asked)

    def _keep(self, asked: SubmitSmEvent) -> None:
        try:
            message = message_of(asked, {tlv.tag: tlv.value for tlv in asked.tlvs}, uuid4().hex, _now())
        except ValueError:
            return asked.reject(ESME_RUNKNOWNERR)
        self._journal.append(*record_of(message))
        asked.accept(message.message_id)
        if message.wants_receipt:
            self._travelling += 1
            asyncio.get_running_loop().call_later(RECEIPT_SECONDS, self._arrived, message)
        return None

    def _arrived(self, message: Message) -> None:
        self._travelling -= 1
        self._waiting.put_nowait(receipt_of(message, _now()))

    async def _handed_over(self, delivery: Delivery) -> bool:
        await self._somebody.wait()
        session = self._next_receiver()
        try:
            answer = await session.deliver_sm(
                delivery.to,
                delivery.text,
                source_addr=delivery.sender,
                esm_class=delivery.esm_class,
                data_coding=delivery.data_coding,
                tlvs=[Tlv(tag, value) for tag, value in delivery.tlvs],
            )
        except SmppError:
            return False
        return answer.is_success

    def _next_receiver(self) -> Esme:
        """Each in turn, so that one which hangs does not hold up what others could take."""
        chosen = next(session for session in self._sessions.values() if session.can_receive)
        self._sessions[chosen.session_id] = self._sessions.pop(chosen.session_id)
        return chosen

    def _look_who_receives(self) -> None:
        if any(session.can_receive for session in self._sessions.values()):
            self._somebody.set()
        else:
            self._somebody.clear()


class InboundAsked(door.Asked):
    sender: str = Field(alias="from", pattern=r"^\+?[0-9]{3,15}$")
    to: str = Field(pattern=r"^\+?[0-9]{3,15}$")
    text: str = Field(max_length=1000)


def _inbound(centre: Centre) -> Callable[[Request], Awaitable[JSONResponse]]:
    async def write_in(request: Request) -> JSONResponse:
        told = await door.asked(request, InboundAsked)
        if centre.is_full:
            raise HTTPException(503, "too many wait for a session")
        at = _now().isoformat(timespec="milliseconds")
        inbound = Inbound(uuid4().hex, told.sender, told.to, told.text, received_at=at)
        centre.write_in(inbound)
        return JSONResponse({"inbound_id": inbound.inbound_id}, 202)

    return write_in


async def serve(home: Home) -> None:
    """Until it is stopped; the end of any of its tasks ends it."""
    behind = port_of(home, sms.CENTRE)
    gate = Gate(sms.SYSTEM_ID, sms.password(home), behind)
    server = Server("127.0.0.1", behind, system_id="SMSC", inbound_capacity=EVENTS_MAX)
    centre = Centre(sms.journal_of(home), server, gate.admitted)
    await server.start()
    async with (
        await asyncio.start_server(gate.enter, "127.0.0.1", port_of(home, sms.NAME)),
        asyncio.TaskGroup() as work,
    ):
        for task in (centre.listen(), *(centre.deliver() for _ in range(MESSENGERS))):
            work.create_task(task)
        app = door.app([Route("/inbound", _inbound(centre), methods=["POST"])], home.secret(sms.NAME))
        await door.serve(app, port_of(home, sms.DOOR))


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    asyncio.run(serve(Home(Path(sys.argv[1]))))
