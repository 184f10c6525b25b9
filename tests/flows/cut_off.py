"""A process in a network of its own: only the ports that are named lead out of it or in, and nothing else is there.

A network namespace of Linux has no way out, but a socket in a folder is seen from both sides of its wall. So each port
has a socket there, and a small process on either side hands on what comes.
"""

import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

LOCAL = "127.0.0.1"
ENTER = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--net", "--map-root-user")
SET_INTERFACE_FLAGS, UP_AND_RUNNING, DIE_WITH_PARENT = 0x8914, 0x41, 1

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


def possible() -> bool:
    """Whether this machine lets us make such a network."""
    with suppress(OSError):
        return subprocess.run([*ENTER, "true"], check=False, capture_output=True).returncode == 0
    return False


def inside(folder: Path, out: Sequence[int], in_: int, command: Sequence[str]) -> tuple[str, ...]:
    """The command, to be run cut off; its process is that of the command itself."""
    return (*ENTER, *outside(folder, out, in_), *command)


def outside(folder: Path, out: Sequence[int], in_: int) -> tuple[str, ...]:
    """What must run beside it."""
    return sys.executable, "-m", "tests.flows.cut_off", str(folder), ",".join(map(str, out)), str(in_)


async def hand_on(folder: Path, *, ports: Sequence[int], sockets: Sequence[int]) -> None:
    """What comes in at `ports` goes to their sockets in the folder, and from the sockets of others to their ports."""
    for port in ports:
        await asyncio.start_server(_to(lambda at=port: asyncio.open_unix_connection(folder / str(at))), LOCAL, port)
    for port in sockets:
        (folder / str(port)).unlink(missing_ok=True)
        await asyncio.start_unix_server(_to(lambda at=port: asyncio.open_connection(LOCAL, at)), folder / str(port))
    await asyncio.Event().wait()


def _to(reach: Callable[[], Awaitable[Streams]]) -> Callable[..., Awaitable[None]]:
    async def handed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await reach()
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    return handed_on


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(65_536):
            writer.write(some)
            await writer.drain()
    writer.close()


def _enter(folder: Path, out: Sequence[int], in_: int, command: Sequence[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_:
        fcntl.ioctl(any_, SET_INTERFACE_FLAGS, struct.pack("16sh14x", b"lo", UP_AND_RUNNING))
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
        asyncio.run(hand_on(folder, ports=out, sockets=[in_]))
    os.execvp(command[0], list(command))  # noqa: S606 - takes this process's place


if __name__ == "__main__":
    _folder, _out, _in, *_command = sys.argv[1:]
    _ports = [int(port) for port in _out.split(",")]
    if _command:
        _enter(Path(_folder), _ports, int(_in), _command)
    else:
        asyncio.run(hand_on(Path(_folder), ports=[int(_in)], sockets=_ports))
