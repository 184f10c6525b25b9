"""The policies of a service: all that was proposed and published, and which text is in force on a day."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any, NamedTuple, TypeVar

import asyncpg
from arrears_events.catalogue.base import PolicyProposed, PolicyPublished, PolicyRef
from arrears_events.codec import Topic
from arrears_policy.errors import Fault, PolicyWrong
from arrears_policy.policy import Policy, load
from sqlalchemy import Column, Date, DateTime, Integer, Table, Text, select

from arrears_runtime.database import Connection, Database
from arrears_runtime.http.service import Check
from arrears_runtime.projection import View, view
from arrears_runtime.publication import Version, in_force_on
from arrears_runtime.stream import metadata

FRESH_SECONDS = 1.0
"""So old may be what an instance knows of publications that went through another one."""

C = TypeVar("C")
Asked = asyncpg.Pool | Connection

policies = Table(
    "policies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("streamid", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("effective_from", Date, nullable=False),
    Column("body", Text, nullable=False),
    Column("proposed_by", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("approved_by", Text),
    Column("approved_at", DateTime(timezone=True)),
)


class PolicyRow(NamedTuple):
    """`id` is name/version. A version that nobody has approved is the proposal that waits."""

    id: str
    streamid: str
    name: str
    version: int
    sha256: str
    effective_from: date
    body: str
    proposed_by: str
    proposed_at: Any
    approved_by: str | None
    approved_at: Any


def view_of(settings: Topic[Any]) -> View:
    """Every version, with the proposal that waits: rows of the service's own settings."""

    @view(policies, PolicyRow, of=settings, key=_id, takes=(PolicyProposed, PolicyPublished))
    def fold(row: PolicyRow | None, fact: Any) -> PolicyRow:
        event: PolicyProposed | PolicyPublished = fact.data
        match event:
            case PolicyProposed(policy=policy):
                return PolicyRow(
                    _id(fact),
                    fact.streamid,
                    *(policy.name, policy.version, policy.sha256, event.effective_from, event.body),
                    *(event.proposed_by, fact.time),
                    approved_by=None,
                    approved_at=None,
                )
            case PolicyPublished():
                assert row is not None, "a policy was published that nobody proposed"
                return row._replace(approved_by=event.approved_by, approved_at=fact.time)

    return fold


def _id(fact: Any) -> str:
    return f"{fact.data.policy.name}/{fact.data.policy.version}"


async def all_policies(db: Database) -> list[PolicyRow]:
    """By name, the newest version first."""
    return await db.rows(PolicyRow, select(policies).order_by(policies.c.name, policies.c.version.desc()))


async def proposal_of(db: Database, name: str, sha256: str) -> PolicyRow | None:
    """The text that waits for its approval, if it is this one."""
    asked = policies.c.name == name, policies.c.sha256 == sha256, policies.c.approved_by.is_(None)
    return await db.row(PolicyRow, select(policies).where(*asked))


async def policy_at(db: Database, name: str, version: int) -> PolicyRow | None:
    return await db.of_key(PolicyRow, policies, f"{name}/{version}")


def _fits(_: Policy, __: Mapping[str, Policy]) -> Iterable[Fault]:
    return ()


@dataclass(frozen=True)
class Need:
    """What a service asks of a policy without which it decides nothing: its kind, and what it must be able to decide.

    `faults(policy, others)` holds a text of that kind against it before it is in force; `others`: by name, what else
    the service needs, as it is in force on that day.
    """

    kind: str
    faults: Callable[[Policy, Mapping[str, Policy]], Iterable[Fault]] = _fits


@dataclass(frozen=True)
class InForce:
    """A policy, and what a decision's event says of it."""

    policy: Policy
    ref: PolicyRef

    def content(self, kind: type[C]) -> C:
        """The table, rule pack, values or template; the service says in its wiring which kind it needs."""
        assert isinstance(self.policy.content, kind), f"{self.policy.name} is of kind {self.policy.kind}"
        return self.policy.content


class PolicyMissing(LookupError):
    """A decision needs a policy that is not in force on its day; the text says which command mends it."""

    def __init__(self, service: str, name: str, on: date) -> None:
        self.name, self.on = name, on
        self.command = f"arrears policy publish {name}.yaml --service {service} --effective-from {on}"
        super().__init__(f"no policy {name} is in force on {on}: `{self.command}`")


class Policies:
    """What one instance of a service knows of its policies."""

    def __init__(self, service: str, needed: Mapping[str, Need], today: Callable[[], date]) -> None:
        """`needed`: by name, those without which it decides nothing, from the business date `today` on."""
        self._service, self.needed, self._today = service, needed, today
        self._published: dict[str, list[Version]] = {}
        self._texts: dict[str, Policy] = {}  # by hash: a text is parsed once in a process
        self._read_at = float("-inf")

    def changed(self) -> None:
        """A publication went through this instance: what is known is old."""
        self._read_at = float("-inf")

    async def refresh(self, asked: Asked) -> None:
        """Read which versions there are."""
        found: dict[str, list[Version]] = {}
        for name, *version in await asked.fetch(_PUBLISHED):
            found.setdefault(name, []).append(Version(*version))
        self._published, self._read_at = found, monotonic()

    async def in_force(self, asked: Asked, name: str, on: date) -> InForce:
        """The policy for a business date. Raises PolicyMissing; PolicyWrong for a text that this code cannot read."""
        if monotonic() - self._read_at > FRESH_SECONDS:
            await self.refresh(asked)
        version = in_force_on(self._published.get(name, ()), on)
        if version is None:
            raise PolicyMissing(self._service, name, on)
        ref = PolicyRef(name=name, version=version.version, sha256=version.sha256)
        return InForce(await self._read(asked, ref), ref)

    async def missing(self, asked: Asked) -> dict[str, str]:
        """Which of those that are needed cannot be decided by today, each with why; read anew."""
        if not self.needed:
            return {}
        await self.refresh(asked)
        today = self._today()
        whys = {name: await self._why_not(asked, name, need.kind, today) for name, need in self.needed.items()}
        return {name: why for name, why in whys.items() if why}

    async def check(self, asked: Asked) -> Check:
        missing = await self.missing(asked)
        return Check(not missing, "; ".join(missing.values()))

    async def all_in_force(self, asked: Asked) -> None:
        """Waits until they are: through this instance, or another one."""
        while await self.missing(asked):  # noqa: ASYNC110 - another instance sets no event here
            await asyncio.sleep(FRESH_SECONDS / 4)

    async def _why_not(self, asked: Asked, name: str, kind: str, on: date) -> str:
        try:
            found = await self.in_force(asked, name, on)
        except PolicyMissing as missing:
            return str(missing)
        except PolicyWrong as wrong:
            return f"the policy {name} in force on {on} cannot be read by this code: {wrong}"
        return "" if found.policy.kind == kind else f"the policy {name} is of kind {found.policy.kind}, not {kind}"

    async def _read(self, asked: Asked, ref: PolicyRef) -> Policy:
        if ref.sha256 not in self._texts:
            body = await asked.fetchval(_BODY, f"{ref.name}/{ref.version}")
            self._texts[ref.sha256] = await read(body)
        return self._texts[ref.sha256]


async def read(text: str) -> Policy:
    """Beside the loop: a large table takes a second to prove. Raises PolicyWrong."""
    return await asyncio.to_thread(load, text)


_PUBLISHED = "SELECT name, version, sha256, effective_from FROM policies WHERE approved_by IS NOT NULL"
_BODY = "SELECT body FROM policies WHERE id = $1"
