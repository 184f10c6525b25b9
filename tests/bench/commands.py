"""Commands a second over HTTP, beside a bare endpoint: the same load on each in turn, both processes up all the time.

Ours is POST /promises of plan-service with relay and broker running: token, the customer's accounts, decision, event,
stream, row and outbox, and the event on the log. A round of ours ends with the last answer; how long the relay then
still needs is told beside it.
"""

from statistics import median
from time import perf_counter
from typing import Any

from arrears_events.bank.publisher import BankPublisher
from arrears_events.bank.settled import Services
from arrears_events.log import topics

from tests.bench.bank import open_accounts
from tests.bench.results import Measured, per_second
from tests.bench.stage import Stage, free_port

PREFIX = "commands."
TARGET = 0.8
WARM_UP = 500  # requests: connections are made, statements prepared

Rounds = list[dict[str, Any]]


async def measure(stage: Stage, *, rounds: int, requests: int) -> list[Measured]:
    await topics.apply(stage.addresses.kafka, PREFIX)
    async with BankPublisher(stage.addresses.kafka, source="bank/bench", topic_prefix=PREFIX) as bank:
        await open_accounts(bank, WARM_UP + rounds * requests)
    plan_port, peer_port = free_port(), free_port()
    plan = stage.settings(PREFIX, stage.new_database("commands_plan"), plan_port)
    peer = stage.settings(PREFIX, stage.new_database("commands_peer"), peer_port)
    plan_url = f"http://127.0.0.1:{plan_port}"
    async with (
        stage.serving("plan_service.main", plan, f"{plan_url}/health/ready"),
        stage.serving("tests.bench.peers.bare_endpoint", peer, f"http://127.0.0.1:{peer_port}/openapi.json"),
        Services(stage.addresses.kafka, PREFIX, {"plan-service": plan_url}) as services,
    ):
        return [await _alternate(stage, services, plan_port, peer_port, rounds, requests)]


async def _alternate(
    stage: Stage, services: Services, plan_port: int, peer_port: int, rounds: int, requests: int
) -> Measured:
    ours, peers = Rounds(), Rounds()
    await services.settled()
    await _round(stage, services, plan_port, 1, WARM_UP)
    await _round(stage, services, peer_port, 1, WARM_UP)
    for first in range(WARM_UP + 1, WARM_UP + rounds * requests, requests):
        ours.append(await _round(stage, services, plan_port, first, requests))
        peers.append(await _round(stage, services, peer_port, first, requests))
    rate, peer_rate = (median(each["per_second"] for each in found) for found in (ours, peers))
    figures = {"ours": ours, "peer": peers}
    name = "commands over HTTP / bare endpoint"
    return Measured(
        name, per_second(rate, "commands"), per_second(peer_rate, "rows"), rate / peer_rate, TARGET, figures
    )


async def _round(stage: Stage, services: Services, port: int, first: int, requests: int) -> dict[str, Any]:
    """The server is at rest before and after."""
    token = stage.token("collector")
    found = await stage.run("tests.bench.load", {}, str(port), token, str(first), str(requests))
    answered = perf_counter()
    await services.settled()
    return {"per_second": requests / found["seconds"], **found, "relay_seconds": perf_counter() - answered}
