"""The gate of the SMS centre: it looks at a session's bind before anything of it reaches the centre.

`smpp34.Server` takes any password and shows none. So a bind that is right goes on under a name made for it alone, which
nobody who finds the centre's own port can guess: the centre serves the sessions with names of the gate's, and no other.
"""

import asyncio
import secrets
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from hmac import compare_digest
from struct import pack, unpack

BINDS = {0x01, 0x02, 0x09}  # receiver, transmitter, transceiver
RESPONSE = 0x8000_0000
WRONG_PASSWORD, BIND_FAILED = 0x0E, 0x0D  # ESME_RINVPASWD, ESME_RBINDFAIL
HEADER_BYTES = 16  # length, command, status, sequence number
BIND_BYTES_MAX = 256
BIND_SECONDS = 5.0
CHUNK_BYTES = 65536
NAME_BYTES = 7  # as hex 14 of the 15 characters that a system id has


class Gate:
    def __init__(self, system_id: str, password: str, centre_port: int) -> None:
        self._right = (system_id.encode(), password.encode())
        self._centre_port = centre_port
        self._names: set[str] = set()

    def admitted(self, name: str) -> bool:
        return name in self._names

    async def enter(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One session, from its bind to its end."""
        with suppress(OSError, EOFError, TimeoutError):
            command, sequence, body = await asyncio.wait_for(_first_pdu(reader), BIND_SECONDS)
            refused = self._refused(command, body)
            if refused:
                writer.write(pack(">IIII", HEADER_BYTES, command | RESPONSE, refused, sequence))
            else:
                await self._go_on(command, sequence, body, reader, writer)
        writer.close()

    def _refused(self, command: int, body: bytes) -> int:
        """The status to answer with; 0 when the bind is right."""
        told = body.split(b"\0", 2)
        if command not in BINDS or len(told) != 3:
            return BIND_FAILED
        known = [compare_digest(one, right) for one, right in zip(told, self._right, strict=False)]
        return 0 if all(known) else WRONG_PASSWORD

    async def _go_on(
        self, command: int, sequence: int, body: bytes, reader: StreamReader, writer: StreamWriter
    ) -> None:
        name = secrets.token_hex(NAME_BYTES)
        self._names.add(name)
        centre_reader, centre_writer = await asyncio.open_connection("127.0.0.1", self._centre_port)
        try:
            renamed = name.encode() + body[body.index(b"\0") :]
            centre_writer.write(pack(">IIII", HEADER_BYTES + len(renamed), command, 0, sequence) + renamed)
            ways = {asyncio.ensure_future(_copy(*way)) for way in ((reader, centre_writer), (centre_reader, writer))}
            _, open_still = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in open_still:
                way.cancel()
        finally:
            self._names.discard(name)
            centre_writer.close()


async def _first_pdu(reader: StreamReader) -> tuple[int, int, bytes]:
    length, command, _, sequence = unpack(">IIII", await reader.readexactly(HEADER_BYTES))
    if not HEADER_BYTES <= length <= BIND_BYTES_MAX:
        raise EOFError("this is no bind")
    return command, sequence, await reader.readexactly(length - HEADER_BYTES)


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    """Until one side ends."""
    with suppress(OSError):
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
