"""An HTTP/1.1 client that costs little: a request is bytes made beforehand, and of an answer its status is read."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

Answer = tuple[int, bytes]
"""Status and body."""


def request(path: str, token: str, key: str, body: Mapping[str, Any], version: int | None = None) -> bytes:
    """A command as a frontend sends it; with a version it is for this one alone."""
    content = json.dumps(body).encode()
    if_match = "" if version is None else f'If-Match: "{version}"\r\n'
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"{if_match}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


class Connection(asyncio.Protocol):
    """Kept alive; one request at a time."""

    @classmethod
    async def open(cls, port: int) -> "Connection":
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._came = b""

    async def ask(self, sent: bytes) -> Answer:
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._transport.write(sent)
        return await self._answer

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, ended, body = self._came.partition(b"\r\n\r\n")
        if ended and len(body) >= _length(head):
            self._came = b""
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if hasattr(self, "_answer") and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError("the server hung up"))

    def close(self) -> None:
        self._transport.close()


class Clients:
    """So many connections; who finds none of them free waits for one."""

    def __init__(self) -> None:
        self._free = asyncio.Queue[Connection]()

    @classmethod
    async def open(cls, port: int, many: int) -> "Clients":
        made = cls()
        for _ in range(many):
            made._free.put_nowait(await Connection.open(port))
        return made

    async def created(self, sent: bytes) -> dict[str, Any]:
        """The answer to a command that was done."""
        connection = await self._free.get()
        status, body = await connection.ask(sent)
        self._free.put_nowait(connection)
        assert status == 201, f"{status} {body!r}"
        return json.loads(body)


def _length(head: bytes) -> int:
    """Both servers say it in lower case."""
    return int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
