"""A process that sends promises from 16 clients as fast as they are answered, each of a customer of its own.

Arguments: port, token, number of the first customer, number of requests.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import uvloop

from tests.bench.http_client import Connection, request

CLIENTS = 16


async def load(port: int, token: str, first: int, many: int) -> dict[str, Any]:
    requests = [request("/promises", token, f"key-{number}", promise(number)) for number in range(first, first + many)]
    clients = [await Connection.open(port) for _ in range(CLIENTS)]
    gc.disable()
    started, left, times = perf_counter(), iter(requests), list[float]()
    await asyncio.gather(*(_send(client, left, times) for client in clients))
    seconds = perf_counter() - started
    for client in clients:
        client.close()
    return {"seconds": seconds, "p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99)}


def promise(number: int) -> dict[str, Any]:
    """Of customer `number`."""
    amount = {"amount": "3000.00", "currency": "TWD"}
    return {"customer_id": f"C-{number}", "accounts": [f"A-{number}"], "amount": amount, "due": "2026-04-10"}


def percentile(times: list[float], percent: float) -> float:
    """In milliseconds, of seconds."""
    return 1000 * sorted(times)[min(len(times) - 1, int(len(times) * percent / 100))]


async def _send(client: Connection, left: Iterator[bytes], times: list[float]) -> None:
    for sent in left:
        started = perf_counter()
        status, body = await client.ask(sent)
        times.append(perf_counter() - started)
        assert status == 201, f"{status} {body!r}"


if __name__ == "__main__":
    print(json.dumps(uvloop.run(load(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))))
