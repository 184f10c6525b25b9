"""The command `arrears policy`: texts checked here, and put in force in a service by two people."""

from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import click
import httpx
from arrears_events.errors import UserError
from arrears_policy.errors import PolicyWrong
from arrears_policy.policy import Policy, load

from arrears_runtime.asking import answer, bearer, client_of
from arrears_runtime.publication import Version, in_force_on

FILES = click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE..."
)
SERVICE = click.option("--service", required=True, help="such as case-service")


class People(NamedTuple):
    """Their tokens, where they are given."""

    asks: str | None
    approves: str | None


@click.group()
@click.option("--token", envvar="ARREARS_TOKEN", help="Who proposes, or looks; by default from ARREARS_TOKEN.")
@click.option(
    "--approver-token",
    envvar="ARREARS_APPROVER_TOKEN",
    help="Another person, who approves; by default from ARREARS_APPROVER_TOKEN.",
)
@click.pass_context
def policy(context: click.Context, token: str | None, approver_token: str | None) -> None:
    """Policies: tables, rule packs, values and templates by which the services decide."""
    context.obj = People(token, approver_token)


@policy.command()
@FILES
def check(files: tuple[Path, ...]) -> None:
    """Read texts, and tell all faults of their form.

    What a service needs beyond that it says when they are proposed.
    """
    for path, found in _sound(files):
        click.echo(f"{path}: sound; {found.kind} {found.name}, sha256 {found.sha256}")


@policy.command()
@FILES
@SERVICE
@click.option("--effective-from", "day", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Its first day.")
@click.pass_obj
def publish(people: People, files: tuple[Path, ...], service: str, day: datetime) -> None:
    """Propose each text with one token and approve it with another; one that is in force that day is left as it is."""
    proposer = bearer(people.asks, "ARREARS_TOKEN", "risk")
    approver = bearer(people.approves, "ARREARS_APPROVER_TOKEN", "supervisor")
    sound = _sound(files)
    with client_of(service) as client:
        for _, found in sound:
            click.echo(_publish(client, found, day.date(), proposer, approver))


@policy.command(name="list")
@SERVICE
@click.pass_obj
def list_(people: People, service: str) -> None:
    """Every version with who put it in force, and what the service needs and has not."""
    headers = bearer(people.asks, "ARREARS_TOKEN", "auditor")
    with client_of(service) as client:
        page = answer(client.get("/policies", headers=headers))
    for each in page["items"]:
        approved = f"approved by {each['approved_by']}" if each["approved_by"] else "not approved"
        version = f"{each['name']} {each['version']}"
        click.echo(f"{version:<32} from {each['effective_from']}, proposed by {each['proposed_by']}, {approved}")
    for each in page["missing"]:
        click.echo(f"{each['name']:<32} missing: {each['why']}")
    if not page["items"] and not page["missing"]:
        click.echo("No policies.")


def _sound(files: tuple[Path, ...]) -> list[tuple[Path, Policy]]:
    """Each file's policy. Raises UserError that tells all faults of all of them."""
    sound: list[tuple[Path, Policy]] = []
    wrong: list[str] = []
    for path in files:
        try:
            sound.append((path, load(path.read_bytes().decode())))  # its bytes are what is hashed
        except UnicodeDecodeError:
            wrong.append(f"{path}: not UTF-8")
        except PolicyWrong as faulty:
            wrong += [f"{path}: {fault.where}: {fault.says} ({fault.code})" for fault in faulty.faults]
    if wrong:
        raise UserError("\n".join(wrong))
    return sound


def _publish(client: httpx.Client, found: Policy, day: date, proposer: dict[str, str], approver: dict[str, str]) -> str:
    """What became of it, in words."""
    if known := _in_force(client, found, day, proposer):
        return f"{found.name}: in force already, version {known.version} from {known.effective_from}"
    asked = {"effective_from": day.isoformat()}
    _post(client, f"/policies/{found.name}/proposals", {"text": found.text, **asked}, proposer)
    _post(client, f"/policies/{found.name}/approvals", {"sha256": found.sha256, **asked}, approver)
    made = _in_force(client, found, day, proposer)
    assert made is not None, "what was approved is published"
    return f"{found.name}: version {made.version}, in force from {day}"


def _in_force(client: httpx.Client, found: Policy, day: date, reader: dict[str, str]) -> Version | None:
    """The version of that day, if it is this very text."""
    items = answer(client.get("/policies", headers=reader))["items"]
    versions = [
        Version(each["version"], each["sha256"], date.fromisoformat(each["effective_from"]))
        for each in items
        if each["name"] == found.name and each["approved_by"]
    ]
    known = in_force_on(versions, day)
    return known if known and known.sha256 == found.sha256 else None


def _post(client: httpx.Client, path: str, body: dict[str, Any], who: dict[str, str]) -> None:
    answer(client.post(path, json=body, headers={**who, "Idempotency-Key": str(uuid4())}))
