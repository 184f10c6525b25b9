"""What bank, case-service and plan-service had told of a customer, as far as each topic was read."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from typing import NamedTuple
from uuid import UUID

from arrears_events.catalogue.bank import (
    AccountOpened,
    ArrearsUpdated,
    ContactPoint,
    CustomerProfileChanged,
    PartyLinked,
    PartyUnlinked,
    PaymentMissed,
    PaymentReceived,
    PaymentReversed,
    SpecialStatusEnded,
    SpecialStatusNotified,
)
from arrears_events.catalogue.base import CustomerResumed, CustomerStopped, Event
from arrears_events.catalogue.case import ArrearsChanged, CaseClosed, CaseOpened, DisputeRaised, DisputeResolved
from arrears_events.catalogue.contact import Party
from arrears_events.catalogue.plan import PlanFact
from arrears_events.money import Money

from arrears_policy.second_look.plans import Plan, after
from arrears_policy.second_look.told import Told

Ledger = tuple[str, str]
"""Account and currency."""
_A_DAY = 86_400
"""Seconds."""
ANSWERING = {"guarantor", "co_debtor"}
"""Roles of those who answer for the debt; every other party is a third person."""


class Special(NamedTuple):
    kind: str
    from_date: date
    until: date | None


class Word(NamedTuple):
    """Of a ledger's arrears."""

    arrears: Money
    as_of: date


class Owed(NamedTuple):
    """What is left of a ledger's arrears, and what of it is disputed: as sums, which may outgrow an amount."""

    currency: str
    left: Decimal
    disputed: Decimal
    as_of: date


class Booked(NamedTuple):
    """A payment; below zero when it was taken back."""

    amount: Money
    on: date


@dataclass(frozen=True)
class Known:
    profile: CustomerProfileChanged | None = None
    accounts: frozenset[str] = frozenset()
    roles: frozenset[tuple[str, str, str | None]] = frozenset()
    specials: Mapping[str, Special] = field(default_factory=dict[str, Special])
    payments: Mapping[Ledger, tuple[Booked, ...]] = field(default_factory=dict[Ledger, tuple[Booked, ...]])
    words: Mapping[Ledger, Word] = field(default_factory=dict[Ledger, Word])
    """The last that case-service told."""
    said: Mapping[Ledger, Word] = field(default_factory=dict[Ledger, Word])
    """The latest of the bank itself."""
    disputes: Mapping[UUID, tuple[Ledger, Money]] = field(default_factory=dict[UUID, tuple[Ledger, Money]])
    plans: Mapping[UUID, Plan] = field(default_factory=dict[UUID, Plan])
    stopped_by: frozenset[str] = frozenset()

    def statuses(self, on: date) -> frozenset[str]:
        """Those that the log tells of and that hold on the day, by the names that rules give them."""
        held = {
            each.kind
            for each in self.specials.values()
            if each.from_date <= on and (not each.until or on <= each.until)
        }
        return frozenset(held | {"customer_stopped"} if self.stopped_by else held)

    @property
    def in_plan(self) -> frozenset[str]:
        return frozenset[str]().union(*(plan.accounts for plan in self.plans.values() if plan.silences))

    def point(self, contact_point_id: str | None) -> ContactPoint | None:
        points = self.profile.contact_points if self.profile else ()
        return next((each for each in points if each.contact_point_id == contact_point_id), None)

    @property
    def mobiles_of_customer(self) -> frozenset[str]:
        """Digests."""
        points = self.profile.contact_points if self.profile else ()
        own = self.profile.customer_id if self.profile else ""
        return frozenset(each.digest for each in points if each.kind == "mobile" and each.party_id == own)

    def party(self, party_id: str, customer_id: str, accounts: frozenset[str]) -> Party:
        """In a contact about these accounts: who answers for one of them is a third person to the others."""
        if party_id == customer_id:
            return "customer"
        of = {account for party, role, account in self.roles if party == party_id and role in ANSWERING}
        return "guarantor" if None in of or (accounts and accounts <= of) else "third_person"

    def owed(self, account_id: str) -> list[Owed]:
        """The account's ledgers of which anything is left, by the word and the payments booked since its day.

        What was taken back since makes it no more than the bank's word: only the next word does.
        """
        found: list[Owed] = []
        for ledger, word in self.words.items():
            as_of = self._as_of(ledger, word)
            since = sum(booked.amount.amount for booked in self.payments.get(ledger, ()) if booked.on > as_of)
            left = word.arrears.amount - max(since, Decimal(0))
            if ledger[0] == account_id and left > 0:
                disputed = sum((money.amount for of, money in self.disputes.values() if of == ledger), Decimal(0))
                found.append(Owed(ledger[1], left, disputed, as_of))
        return found

    def _as_of(self, ledger: Ledger, told: Word) -> date:
        """Where the bank said the same amount of a newer day, that day: case-service tells only another amount."""
        said = self.said.get(ledger, told)
        return max(told.as_of, said.as_of) if said.arrears == told.arrears else told.as_of


def heard(known: Known, record: Told[Event]) -> Known:
    """What is known when this was heard too."""
    match record.event:
        case CustomerProfileChanged() as profile:
            return replace(known, profile=profile)
        case AccountOpened(account_id=account_id):
            return replace(known, accounts=known.accounts | {account_id})
        case PartyLinked() as link:
            return replace(known, roles=known.roles | {(link.party_id, link.role, link.account_id)})
        case PartyUnlinked() as link:
            return replace(known, roles=known.roles - {(link.party_id, link.role, link.account_id)})
        case SpecialStatusNotified() | SpecialStatusEnded() as special:
            return _special(known, special)
        case PaymentReceived() | PaymentReversed() as payment:
            return _payment(known, payment)
        case PaymentMissed() | ArrearsUpdated() as said:
            return _said(known, said)
        case CustomerStopped():
            return replace(known, stopped_by=known.stopped_by | {record.topic})
        case CustomerResumed():
            return replace(known, stopped_by=known.stopped_by - {record.topic})
        case event:
            return _case_or_plan(known, event)


def _case_or_plan(known: Known, event: Event) -> Known:
    match event:
        case CaseOpened() | ArrearsChanged():
            return _word(known, event.account_id, Word(event.arrears, event.as_of))
        case CaseClosed(outcome="sold", account_id=sold):
            return replace(known, words={ledger: word for ledger, word in known.words.items() if ledger[0] != sold})
        case CaseClosed():
            return _word(known, event.account_id, Word(event.balance.zero(), event.closed_on))
        case DisputeRaised():
            held = (event.account_id, event.disputed_amount.currency), event.disputed_amount
            return replace(known, disputes={**known.disputes, event.dispute_id: held})
        case DisputeResolved(dispute_id=resolved):
            return replace(known, disputes={id_: held for id_, held in known.disputes.items() if id_ != resolved})
        case PlanFact(plan_id=plan_id):
            plan = after(known.plans.get(plan_id), event)
            return replace(known, plans={**known.plans, plan_id: plan}) if plan else known
        case _:
            return known


def _special(known: Known, event: SpecialStatusNotified | SpecialStatusEnded) -> Known:
    match event:
        case SpecialStatusNotified():
            special = Special(event.kind, event.from_date, event.until)
        case SpecialStatusEnded():
            before = known.specials.get(event.status_id)
            if before is None:
                return known
            special = before._replace(until=event.until)
    return replace(known, specials={**known.specials, event.status_id: special})


def _payment(known: Known, event: PaymentReceived | PaymentReversed) -> Known:
    amount = event.amount if isinstance(event, PaymentReceived) else event.amount.zero() - event.amount
    ledger = event.account_id, amount.currency
    booked = (*known.payments.get(ledger, ()), Booked(amount, event.booked_on))
    return replace(known, payments={**known.payments, ledger: booked})


def _said(known: Known, event: PaymentMissed | ArrearsUpdated) -> Known:
    """The order of days counts, not that of the log."""
    ledger, word = (event.account_id, event.arrears.currency), Word(event.arrears, event.as_of)
    before = known.said.get(ledger, word)
    return known if word.as_of < before.as_of else replace(known, said={**known.said, ledger: word})


def _word(known: Known, account_id: str, word: Word) -> Known:
    return replace(known, words={**known.words, (account_id, word.arrears.currency): word})


class Hearing:
    """One customer's records of the topics that contact-service hears, and what of them was known at a position.

    Positions mostly grow from contact to contact: then only what is new is folded.
    """

    def __init__(self, lanes: Mapping[str, Sequence[Told[Event]]]) -> None:
        self._lanes = lanes
        self._known, self._read = Known(), dict.fromkeys(lanes, 0)

    def known_at(self, positions: Mapping[str, int]) -> Known:
        """`positions`: topic -> the next offset that was to be read; a topic that is not named was not read at all."""
        upto = {topic: _below(lane, positions.get(topic, 0)) for topic, lane in self._lanes.items()}
        if any(upto[topic] < read for topic, read in self._read.items()):
            self._known, self._read = Known(), dict.fromkeys(self._lanes, 0)
        new = (record for topic, lane in self._lanes.items() for record in lane[self._read[topic] : upto[topic]])
        self._known, self._read = reduce(heard, new, self._known), upto
        return self._known

    def unheard(self, positions: Mapping[str, int], by: Told[Event], moment: datetime) -> list[Told[Event]]:
        """What lies at these positions or after them and came before `moment`, which is of `by`; as it came onto the
        log, since so it was heard: what waited in an outbox after what is younger.

        A day is as long as an event may have waited to be published.
        """
        found: list[Told[Event]] = []
        for topic, lane in self._lanes.items():
            for place in range(_below(lane, positions.get(topic, 0)), len(lane)):
                if lane[place].logged > by.logged + _A_DAY:
                    break
                if lane[place].came_before(by, moment):
                    found.append(lane[place])
        return sorted(found, key=lambda record: (record.logged, record.time, record.place))


def _below(lane: Sequence[Told[Event]], position: int) -> int:
    """How many of the lane lie before the position."""
    return bisect_left(lane, position, key=lambda record: record.offset)
