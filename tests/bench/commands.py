"""Commands a second over HTTP, beside a bare endpoint: the same load on each in turn, both processes up all the time.

Ours is POST /promises of plan-service with relay and broker running: token, the customer's accounts, decision, event,
stream, row and outbox, and the event on the log. A round of ours ends with the last answer; how long the relay then
still needs is told beside it, and the CPU time that the process used for a request.
"""

from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import psutil
from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.settled import Services
from arrears_events.log import topics

from tests.bench.bank import SOURCE, open_accounts
from tests.bench.results import Measured, per_second
from tests.bench.stage import Stage, free_port

PREFIX = "commands."
TARGET = 0.8
WARM_UP = 500  # requests: connections are made, statements prepared


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process

    @property
    def cpu_seconds(self) -> float:
        used = self.process.cpu_times()
        return used.user + used.system


async def measure(stage: Stage, *, rounds: int, requests: int) -> list[Measured]:
    await topics.apply(stage.addresses.kafka, PREFIX)
    async with BankPublisher(stage.addresses.kafka, source=SOURCE, topic_prefix=PREFIX) as bank:
        await open_accounts(bank, WARM_UP + rounds * requests)
    plan_port, peer_port = free_port(), free_port()
    plan = stage.settings(PREFIX, stage.new_database("commands_plan"), plan_port)
    peer = stage.settings(PREFIX, stage.new_database("commands_peer"), peer_port)
    plan_url = f"http://127.0.0.1:{plan_port}"
    async with (
        stage.serving("plan_service.main", plan, f"{plan_url}/health/ready") as ours,
        stage.serving("tests.bench.peers.bare_endpoint", peer, f"http://127.0.0.1:{peer_port}/openapi.json") as theirs,
        Services(stage.addresses.kafka, PREFIX, {"plan-service": plan_url}) as services,
    ):
        return [await _alternate(stage, services, Server(plan_port, ours), Server(peer_port, theirs), rounds, requests)]


async def _alternate(
    stage: Stage, services: Services, ours: Server, peer: Server, rounds: int, requests: int
) -> Measured:
    found: dict[Server, list[dict[str, Any]]] = {ours: [], peer: []}
    await services.settled()
    for server in found:
        await _round(stage, services, server, 1, WARM_UP)
    for first in range(WARM_UP + 1, WARM_UP + rounds * requests, requests):
        for server, each in found.items():
            each.append(await _round(stage, services, server, first, requests))
    rate, peer_rate = (median(each["per_second"] for each in found[server]) for server in (ours, peer))
    figures = {"ours": found[ours], "peer": found[peer]}
    name = "commands over HTTP / bare endpoint"
    return Measured(
        name, per_second(rate, "commands"), per_second(peer_rate, "rows"), rate / peer_rate, TARGET, figures
    )


async def _round(stage: Stage, services: Services, server: Server, first: int, requests: int) -> dict[str, Any]:
    """All is at rest before and after."""
    token, used = stage.token("collector"), server.cpu_seconds
    found = await stage.run("tests.bench.load", {}, str(server.port), token, str(first), str(requests))
    answered, cpu_ms = perf_counter(), 1000 * (server.cpu_seconds - used) / requests
    await services.settled()
    return {"per_second": requests / found["seconds"], **found, "cpu_ms": cpu_ms, "relay_s": perf_counter() - answered}
