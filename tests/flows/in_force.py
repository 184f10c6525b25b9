"""The policies that the services need, put in force by two people as the bank's would: the texts of the checkout."""

import asyncio
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import httpx
import yaml
from arrears_local import infrastructure
from arrears_local.infrastructure import Addresses
from arrears_runtime import replay_check

ROOT = next(folder for folder in Path(__file__).parents if (folder / "Makefile").is_file())


async def put_in_force(addresses: Addresses, urls: dict[str, str]) -> None:
    """Each in force from the first day on which its text may be used."""
    proposer, approver = [_client(addresses, person) for person in ("propose", "approve")]
    async with proposer, approver:
        for service, url in urls.items():
            for name in replay_check.installed()[service].policies:
                text = text_of(service, name)
                await _publish(proposer, approver, f"{url}/policies/{name}", text)


def text_of(service: str, name: str) -> str:
    """A policy as the service ships it."""
    return (ROOT / "services" / service / service.replace("-", "_") / "policies" / f"{name}.yaml").read_text("utf-8")


async def _publish(proposer: httpx.AsyncClient, approver: httpx.AsyncClient, path: str, text: str) -> None:
    day = str(yaml.safe_load(text)["effective_from"])
    await _post(proposer, f"{path}/proposals", {"text": text, "effective_from": day})
    await _post(approver, f"{path}/approvals", {"sha256": sha256(text.encode()).hexdigest(), "effective_from": day})


def _client(addresses: Addresses, deed: str) -> httpx.AsyncClient:
    token = infrastructure.issue_token(
        addresses.home, role="supervisor", subject=f"who-{deed}s", permissions=[f"policy:{deed}"]
    )
    return httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False)


async def _post(client: httpx.AsyncClient, path: str, body: dict[str, str]) -> None:
    """A service that has just started may not know its own log yet: the same request is sent again."""
    head = {"Idempotency-Key": str(uuid4())}
    async with asyncio.timeout(60):
        while True:
            try:
                answer = await client.post(path, json=body, headers=head)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                assert answer.is_success, answer.text
                return
            await asyncio.sleep(0.1)
