"""Policies over HTTP and from the command line, with two people's tokens, on a service that runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from arrears_events.errors import UserError
from arrears_runtime import schema
from arrears_runtime.database import Database
from arrears_runtime.http.application import application
from arrears_runtime.http.callers import CallerRequest
from arrears_runtime.http.policies import PROPOSAL_BYTES
from arrears_runtime.http.routing import Router
from arrears_runtime.http.server import server
from arrears_runtime.instance import Instance
from arrears_runtime.policy_command import policy as policy_command
from arrears_runtime.settings import RuntimeSettings
from arrears_runtime.testing.api import settings_of
from arrears_runtime.testing.publishing import propose
from click.testing import CliRunner, Result

from ..http.conftest import Issuer, listening, serving
from .policy_texts import TABLE, policy_of, text_of
from .test_policies import LIMITED

MAY = {
    "lin": ["policy:propose", "policy:read", "limit:read"],
    "wei": ["policy:approve", "policy:read"],
    "max": ["policy:propose", "policy:approve"],
}
FIRST_DAY = "2026-03-31"
limits = Router(tag="limits")


@limits.get("/limit", permission="limit:read")
async def limit(request: CallerRequest) -> dict[str, Any]:
    """What a decision would name."""
    return (await request.policy("limits", "C-1")).ref.model_dump()


class Desk:
    """Where people put policies in force: over HTTP, or with the command."""

    def __init__(self, url: str, issuer: Issuer, home: Path, instance: Instance) -> None:
        self._url, self._issuer, self._home, self._keys = url, issuer, home, 0
        self.instance = instance
        home.joinpath("stack.json").write_text(json.dumps({"services": {"plan-service": url}}))

    def token(self, who: str) -> str:
        return self._issuer.token(sub=who, role="risk", permissions=MAY[who])

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        self._keys += 1
        headers = {"Authorization": f"Bearer {self.token(who)}", "Idempotency-Key": f"key-{self._keys}"}
        async with httpx.AsyncClient(base_url=self._url, headers=headers) as client:
            return await client.request(method, path, json=body)

    async def propose(self, text: str, who: str = "lin", name: str = "limits") -> httpx.Response:
        body = {"text": text, "effective_from": FIRST_DAY}
        return await self.ask(who, "POST", f"/policies/{name}/proposals", body)

    async def approve(self, sha256: str, who: str = "wei") -> httpx.Response:
        body = {"sha256": sha256, "effective_from": FIRST_DAY}
        return await self.ask(who, "POST", "/policies/limits/approvals", body)

    async def command(self, *words: str, proposer: str = "lin", approver: str = "wei") -> Result:
        told = {"ARREARS_TOKEN": self.token(proposer), "ARREARS_APPROVER_TOKEN": self.token(approver)}
        env = told | {"ARREARS_HOME": str(self._home)}
        return await asyncio.to_thread(CliRunner().invoke, policy_command, list(words), env=env)


@pytest.fixture(scope="module")
async def issuer() -> AsyncIterator[Issuer]:
    made, listener = Issuer(), listening()
    made.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(uvicorn.Server(uvicorn.Config(made.app, log_config=None)), listener):
        yield made


@pytest.fixture
async def desk(database, issuer: Issuer, tmp_path: Path) -> AsyncIterator[Desk]:
    listener = listening()
    port = listener.getsockname()[1]
    settings = settings_of(RuntimeSettings, database(), issuer=issuer.url, port=port)
    db = await Database.open(settings.database_url.get_secret_value())
    await schema.create(db, LIMITED.metadatas, LIMITED.fingerprint)
    instance = Instance(LIMITED, db, settings)
    instance.open.set()
    made = application(
        title="plan-service",
        routers=[limits],
        service=instance,
        settings=settings,
        refusals={},
        policies=instance.policies,
    )
    async with serving(server(made, settings), listener):
        yield Desk(f"http://127.0.0.1:{port}", issuer, tmp_path, instance)
    await db.close()


def last_line(result: Result) -> str:
    """Above it stands what the service, in the same process, logged meanwhile."""
    return [line for line in result.output.splitlines() if "[info" not in line][-1]  # the service logs beside it


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_policy_is_proposed_by_one_and_approved_by_another(desk: Desk):
    text, policy = text_of(), policy_of()
    proposed = await desk.propose(text)
    assert (proposed.status_code, proposed.json()) == (201, {"id": "plan-service/limits", "version": 1})
    assert (await desk.approve(policy.sha256)).status_code == 201
    [version] = (await desk.ask("wei", "GET", "/policies")).json()["items"]
    assert (version["proposed_by"], version["approved_by"], version["version"]) == ("lin", "wei", 1)
    found = (await desk.ask("wei", "GET", "/policies/limits/1")).json()
    assert (found["policy"], found["text"]) == (version, text)


async def test_a_decision_names_its_policy(desk: Desk):
    missing = await desk.ask("lin", "GET", "/limit")
    assert problem(missing) == (503, "policy-missing")
    assert {name: missing.json()[name] for name in ("policy", "on", "command")} == {
        "policy": "limits",
        "on": "2026-03-31",
        "command": "arrears policy publish limits.yaml --service plan-service --effective-from 2026-03-31",
    }
    await desk.propose(text_of())
    await desk.approve(policy_of().sha256)
    ref = {"name": "limits", "version": 1, "sha256": policy_of().sha256}
    assert (await desk.ask("lin", "GET", "/limit")).json() == ref


async def test_the_proposer_does_not_approve(desk: Desk):
    await desk.propose(text_of(), "max")
    assert problem(await desk.approve(policy_of().sha256, "max")) == (403, "same-person")


async def test_each_step_needs_its_permission(desk: Desk):
    assert problem(await desk.propose(text_of(), "wei")) == (403, "forbidden")
    assert problem(await desk.approve(policy_of().sha256, "lin")) == (403, "forbidden")
    assert problem(await desk.ask("max", "GET", "/policies")) == (403, "forbidden")


async def test_a_text_that_was_not_proposed_is_not_approved(desk: Desk):
    await desk.propose(text_of(10))
    answer = await desk.approve(policy_of(20).sha256)
    assert (problem(answer), answer.json()["proposed"]) == ((409, "not-proposed"), policy_of(10).sha256)


async def test_a_text_with_faults_is_refused_with_all_of_them(desk: Desk):
    answer = await desk.propose("policy: limits\nkind: values\n")
    assert problem(answer) == (422, "policy-wrong")
    assert {"title", "effective_from"} <= {fault["where"] for fault in answer.json()["faults"]}
    assert all(fault["code"] and fault["says"] for fault in answer.json()["faults"])


async def test_a_text_is_proposed_under_its_own_name_and_of_the_kind_that_is_needed(desk: Desk):
    faults = [(await desk.propose(text)).json()["faults"] for text in (text_of(name="others"), TABLE)]
    assert [[fault["code"] for fault in each] for each in faults] == [["other-name"], ["other-kind"]]
    assert (await desk.propose(text_of(name="others"), name="others")).status_code == 201, "it needs none of that name"


async def test_a_text_by_which_the_service_cannot_decide_is_refused_with_what_is_wrong_and_where(desk: Desk):
    answer = await desk.propose(text_of(5000))
    assert problem(answer) == (422, "policy-wrong")
    fault = {"where": "values.most_units.value", "code": "number-out-of-range", "says": "This service takes 1 to 1000"}
    assert answer.json()["faults"] == [fault]


async def test_a_text_is_held_against_the_need_once_more_before_it_is_approved(desk: Desk):
    """It may have been proposed to a program that knew less of it."""
    await propose(desk.instance, text_of(5000), date.fromisoformat(FIRST_DAY), by="lin")
    answer = await desk.approve(policy_of(5000).sha256)
    assert (problem(answer), len(answer.json()["faults"])) == ((422, "policy-wrong"), 1)
    await desk.propose(text_of(1000))
    assert (await desk.approve(policy_of(1000).sha256)).status_code == 201


async def test_a_text_may_be_as_long_as_a_policy_is(desk: Desk):
    long = text_of() + "#" + "长" * 80_000 + "\n"
    assert len(long.encode()) > 200_000
    assert (await desk.propose(long)).status_code == 201
    assert problem(await desk.propose("#" * PROPOSAL_BYTES)) == (413, "body-too-large")


async def test_what_is_needed_and_missing_is_listed(desk: Desk):
    [missing] = (await desk.ask("wei", "GET", "/policies")).json()["missing"]
    assert (missing["name"], missing["kind"]) == ("limits", "values")
    assert "arrears policy publish limits.yaml" in missing["why"]


async def test_the_command_publishes_once(desk: Desk, tmp_path: Path):
    file = tmp_path / "limits.yaml"
    file.write_text(text_of())
    words = ("publish", str(file), "--service", "plan-service", "--effective-from", FIRST_DAY)
    first, again = await desk.command(*words), await desk.command(*words)
    assert (first.exit_code, last_line(first)) == (0, "limits: version 1, in force from 2026-03-31"), first
    assert (again.exit_code, last_line(again)) == (0, "limits: in force already, version 1 from 2026-03-31"), again
    listed = await desk.command("list", "--service", "plan-service")
    assert "limits 1" in listed.output
    assert "from 2026-03-31, proposed by lin, approved by wei" in listed.output


async def test_the_command_tells_why_it_was_refused(desk: Desk, tmp_path: Path):
    file = tmp_path / "limits.yaml"
    file.write_text(text_of())
    words = ("publish", str(file), "--service", "plan-service", "--effective-from", "2026-03-30")
    early = await desk.command(*words)
    assert isinstance(early.exception, UserError)
    assert "422: A policy takes effect after the last close" in str(early.exception)
    assert "earliest: 2026-03-31" in str(early.exception)


async def test_the_command_lists_what_is_missing(desk: Desk):
    listed = await desk.command("list", "--service", "plan-service")
    assert "missing: no policy limits is in force on 2026-03-31" in listed.output


def test_texts_are_checked_without_a_service(tmp_path: Path):
    sound, faulty, latin = (tmp_path / name for name in ("sound.yaml", "faulty.yaml", "latin.yaml"))
    sound.write_bytes(text_of().encode())
    faulty.write_text("policy: limits\nkind: values\n")
    latin.write_bytes("policy: café".encode("latin-1"))
    good = CliRunner().invoke(policy_command, ["check", str(sound)])
    assert (good.exit_code, good.output) == (0, f"{sound}: sound; values limits, sha256 {policy_of().sha256}\n")
    bad = CliRunner().invoke(policy_command, ["check", str(sound), str(faulty), str(latin)])
    assert isinstance(bad.exception, UserError)
    assert f"{faulty}: title: " in str(bad.exception)
    assert f"{latin}: not UTF-8" in str(bad.exception)
