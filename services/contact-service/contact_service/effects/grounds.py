"""What contacts are decided on: the facts that other parts of the system told, for many contacts at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from arrears_events.catalogue.bank import ContactPoint
from arrears_events.catalogue.base import PolicyRef
from arrears_events.log.partitioning import partition_of
from arrears_events.money import AmountTooLarge, Money
from arrears_policy.rule_pack import RulePack
from arrears_policy.rules import Status
from arrears_runtime import closes
from arrears_runtime.closes import Close
from arrears_runtime.database import Database
from arrears_runtime.dead_letters import stopped_among
from arrears_runtime.effect import Ground
from arrears_runtime.keys import erased_among
from arrears_runtime.policies import PolicyMissing
from arrears_runtime.positions import Partition

from contact_service.domain.decision import Grounds, Point
from contact_service.domain.facts import Facts, Owed, Upcoming
from contact_service.domain.parties import Tie, standing_of
from contact_service.views.arrears import arrears_of
from contact_service.views.barred import barred_among
from contact_service.views.cases import open_accounts_of
from contact_service.views.contacts import ContactRow
from contact_service.views.disputes import held_of
from contact_service.views.parties import parties_of
from contact_service.views.payments import paid_since_the_word
from contact_service.views.persons import restricted_among
from contact_service.views.plans import in_plan, reminded_plans_of
from contact_service.views.profiles import ProfileRow, profiles_of
from contact_service.views.statuses import statuses_of
from contact_service.views.stopped import stopped_elsewhere

BASE = "base"
KINDS: Mapping[str, tuple[str, ...]] = {"call": ("mobile", "home", "work"), "sms": ("mobile",), "email": ("email",)}
"""Points of each channel, those first that are tried first."""


@dataclass
class _Told:
    """By customer; `barred` and `invalid` are digests.

    `read_to`: how far each topic was read before anything was asked: what is told is no older.
    """

    read_to: dict[Partition, int] = field(default_factory=dict[Partition, int])
    profiles: dict[str, ProfileRow] = field(default_factory=dict[str, ProfileRow])
    points: dict[str, list[ContactPoint]] = field(default_factory=lambda: defaultdict[str, list[ContactPoint]](list))
    owed: dict[str, list[Owed]] = field(default_factory=lambda: defaultdict[str, list[Owed]](list))
    statuses: dict[str, set[Status]] = field(default_factory=lambda: defaultdict[str, set[Status]](set))
    in_plan: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    upcoming: dict[str, list[Upcoming]] = field(default_factory=lambda: defaultdict[str, list[Upcoming]](list))
    ties: dict[str, list[Tie]] = field(default_factory=lambda: defaultdict[str, list[Tie]](list))
    barred: frozenset[str] = frozenset()
    invalid: frozenset[str] = frozenset()
    closes: dict[int, Close] = field(default_factory=dict[int, Close])


async def grounds_of(ground: Ground, rows: Sequence[ContactRow]) -> dict[UUID, Grounds]:
    """For each contact, now by its customer's clock. Raises PolicyMissing when no rule pack `base` is in force."""
    customers = {row.customer_id for row in rows}
    told = await _told(ground, customers)
    packs = _Packs(ground)
    return {row.contact_id: await _grounds(ground, row, told, packs) for row in rows}


async def demanded_of(ground: Ground, customer: str) -> list[Owed]:
    """Each ledger of the customer's open cases of which anything is demanded; what is in a plan is paid by the plan."""
    accounts = {row.account_id: row.customer_id for row in await open_accounts_of(ground.db, [customer])}
    silent = {row.account_id for row in await in_plan(ground.db, [customer])}
    found = [owed for _, owed in await _owed(ground.db, accounts)]
    return [owed for owed in found if owed.is_demanded and owed.account_id not in silent]


async def _grounds(ground: Ground, row: ContactRow, told: _Told, packs: "_Packs") -> Grounds:
    customer = row.customer_id
    today, profile = ground.today(customer), told.profiles.get(customer)
    rules, policies = await packs.in_force(profile.jurisdiction if profile else "", today)
    partition = partition_of(customer.encode(), ground.by_customer)
    return Grounds(
        now=ground.now(customer),
        today=today,
        packs=rules,
        policies=policies,
        facts=_facts(ground, customer, told, told.closes.get(partition)),
        point=_point(row, told),
        positions={topic: read for (topic, each), read in told.read_to.items() if each == partition},
    )


class _Packs:
    """The pack of every place, and that of the customer's; both as they are in force on a day."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._found: dict[tuple[str, date], tuple[RulePack, PolicyRef] | None] = {}

    async def in_force(self, place: str, on: date) -> tuple[tuple[RulePack, ...], tuple[PolicyRef, ...]]:
        found = [each for each in (await self._one(BASE, on), await self._one(place, on)) if each]
        return tuple(pack for pack, _ in found), tuple(ref for _, ref in found)

    async def _one(self, name: str, on: date) -> tuple[RulePack, PolicyRef] | None:
        """A place without a pack is the guard's to refuse."""
        if (name, on) not in self._found:
            try:
                in_force = await self._ground.policies.in_force(self._ground.db.pool, name, on)
                self._found[name, on] = in_force.content(RulePack), in_force.ref
            except PolicyMissing:
                if name == BASE:
                    raise
                self._found[name, on] = None
        return self._found[name, on]


async def _told(ground: Ground, customers: Collection[str]) -> _Told:
    db, told = ground.db, _Told({at: position.folded for at, position in ground.positions.items()})
    told.profiles = {row.customer_id: row for row in await profiles_of(db, customers)}
    told.points |= {customer: profile.points for customer, profile in told.profiles.items()}
    accounts = {row.account_id: row.customer_id for row in await open_accounts_of(db, customers)}
    for customer, owed in await _owed(db, accounts):
        told.owed[customer].append(owed)
    for status in await statuses_of(db, customers):
        if status.holds_on(ground.today(status.customer_id)):
            told.statuses[status.customer_id].add(Status(status.kind))
    for stopped in (*await stopped_elsewhere(db, customers), *await stopped_among(db, customers)):
        told.statuses[stopped.customer_id].add(Status.CUSTOMER_STOPPED)
    for customer in (*await restricted_among(db, customers), *await erased_among(db, customers)):
        told.statuses[customer].add(Status.RESTRICTED)
    await _tell_of_plans(ground, customers, told)
    for row in await parties_of(db, customers):
        told.ties[row.customer_id].append(row.as_tie())
    barred = await barred_among(db, [point.digest for points in told.points.values() for point in points])
    told.barred = frozenset(row.digest for row in barred)
    told.invalid = frozenset(row.digest for row in barred if row.reason != "refused")
    told.closes = dict(await closes.last(db))
    return told


async def _tell_of_plans(ground: Ground, customers: Collection[str], told: _Told) -> None:
    for row in await in_plan(ground.db, customers):
        told.in_plan[row.customer_id].add(row.account_id)
    for plan in await reminded_plans_of(ground.db, customers):
        if upcoming := plan.upcoming(ground.today(plan.customer_id)):
            told.upcoming[plan.customer_id].append(upcoming)


async def _owed(db: Database, accounts: Mapping[str, str]) -> list[tuple[str, Owed]]:
    """Each ledger that is in arrears, with its customer."""
    paid = {(row.account_id, row.currency): row.paid for row in await paid_since_the_word(db, accounts)}
    held = {(row.account_id, row.currency): row.held for row in await held_of(db, accounts)}
    found: list[tuple[str, Owed]] = []
    for row in await arrears_of(db, accounts):
        ledger, arrears = (row.account_id, row.currency), Money.of(row.amount, row.currency)
        owed = Owed(
            account_id=row.account_id,
            arrears=arrears,
            paid_since=_sum(paid.get(ledger), arrears),
            disputed=_sum(held.get(ledger), arrears),
            as_of=row.as_of,
        )
        found.append((accounts[row.account_id], owed))
    return found


def _sum(amount: Decimal | None, arrears: Money) -> Money:
    """Of many amounts, against these arrears: what has more digits than one may have is no less than they are."""
    try:
        return Money.of(amount or 0, arrears.currency)
    except AmountTooLarge:
        return arrears


def _facts(ground: Ground, customer: str, told: _Told, close: Close | None) -> Facts:
    profile = told.profiles.get(customer)
    mobiles = (each for each in told.points[customer] if each.kind == "mobile")
    return Facts(
        jurisdiction=profile.jurisdiction if profile else "",
        time_zone=profile.time_zone if profile else "",
        today=ground.today(customer),
        last_close=close.date if close else None,
        next_business_date=close.next_business_date if close else None,
        reader_lag_seconds=ground.lag_seconds(customer),
        owed=tuple(told.owed[customer]),
        statuses=frozenset(told.statuses[customer]),
        in_plan=frozenset(told.in_plan[customer]),
        barred=told.barred,
        mobiles=frozenset(each.digest for each in mobiles if each.party_id == customer),
        invalid=told.invalid,
        upcoming=tuple(told.upcoming[customer]),
    )


def _point(row: ContactRow, told: _Told) -> Point | None:
    """The one asked for; else the party's first of the channel that is not barred, or the first."""
    kinds = KINDS[row.channel]
    points = [point for point in told.points[row.customer_id] if point.party_id == row.party_id and point.kind in kinds]
    if row.asked_point_id is not None:
        points = [point for point in points if point.contact_point_id == row.asked_point_id]
    points.sort(key=lambda point: (point.digest in told.barred, kinds.index(point.kind)))
    return _of(points[0], row, told.ties[row.customer_id]) if points else None


def _of(point: ContactPoint, row: ContactRow, ties: Sequence[Tie]) -> Point:
    standing = standing_of(row.party_id, row.customer_id, row.accounts, ties)
    return Point(point.contact_point_id, point.digest, standing.party, point.reserved, standing.answers_for)
