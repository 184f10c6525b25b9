"""What the guard is told: the contact that is asked for, what is known of the customer, and the contacts before it.

All of it is brought by the command, from the views and the stream. What permits something is False until it is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from arrears_events.catalogue.base import Ids
from arrears_events.catalogue.contact import Channel, Party, Purpose
from arrears_events.money import Money
from arrears_policy.rules import Status

Outcome = Literal["open", "conversation", "unanswered", "delivered", "failed", "undelivered"]
"""`open`: authorised, or made with an outcome that nobody knows yet; it counts as whatever it may still become.

`unanswered`: it rang, or was busy, and no person took it, or a machine did. `delivered`: a message that was sent and
did not fail. `failed`: the point took nothing. `undelivered`: a call that was never placed, or a message that did not
arrive. Neither counts to any cap; a call that failed is one in vain (CN-07).
"""


@dataclass(frozen=True)
class Contact:
    """To `party_id` at the point with this digest, about `accounts`.

    `night_agreed`: it is for the debtor, who agreed to be contacted outside the hours. `point_reserved`,
    `point_agreed`: the point was left with the bank for this, or its person agreed to its use. `names_itself`: it
    begins with a script that says who calls, for whom.
    """

    purpose: Purpose
    medium: Channel
    party: Party
    party_id: str
    digest: str
    accounts: frozenset[str]
    night_agreed: bool = False
    point_reserved: bool = False
    point_agreed: bool = False
    names_itself: bool = False


@dataclass(frozen=True)
class PastContact:
    """`at` is aware. `ours`: we or an agency of ours began it; what the customer began counts for nothing."""

    at: datetime
    purpose: Purpose
    medium: Channel
    party: Party
    party_id: str
    digest: str
    accounts: Ids
    outcome: Outcome
    ours: bool = True


@dataclass(frozen=True)
class Owed:
    """A ledger: the bank's word of its arrears at the end of `as_of`, what was booked since, what is disputed of it.

    `paid_since` is never below zero: by what the bank took back it owes more only when the bank says so (CN-09).
    """

    account_id: str
    arrears: Money
    paid_since: Money
    disputed: Money
    as_of: date

    @property
    def left(self) -> Money:
        """Below zero when more was paid than was overdue."""
        return self.arrears - self.paid_since

    @property
    def covered(self) -> bool:
        return self.arrears <= self.paid_since

    @property
    def disputed_in_full(self) -> bool:
        """What the payments leave open is no more than what is disputed."""
        return self.left <= self.disputed

    @property
    def demanded(self) -> Money:
        """Neither what was paid since nor what is disputed is (SYS-02). Not above zero where nothing is."""
        return self.left - self.disputed

    @property
    def is_demanded(self) -> bool:
        return not (self.covered or self.disputed_in_full)


@dataclass(frozen=True)
class Upcoming:
    """What a customer may be reminded of: the next instalment of a running plan that is not paid in full.

    `left` of it is to be paid by the end of `due`, by plan-service's word of `as_of` and what was paid since.
    """

    plan_id: UUID
    accounts: frozenset[str]
    due: date
    left: Money
    as_of: date


@dataclass(frozen=True)
class Facts:
    """What is known of the customer now.

    `jurisdiction` names the rule pack of the place, `time_zone` is of the IANA database. `today` is the business date,
    `last_close` the bank's last and `next_business_date` what it said there. `reader_lag_seconds`: the age of the
    oldest record that is not read yet. `statuses`: those of the person and of the whole bank; what hangs on the
    accounts or the medium is found from `owed`, `in_plan` (accounts) and `opted_out`. `barred`: digests.
    `silent_until`: the last day of the silence after a payment was claimed. `failures_in_a_row`: attempts to reach the
    customer in person since one was reached. `mobiles`: the customer's own; `invalid`: those found to be another's or
    not in service; when all are, `mobile_invalid`. `upcoming`: of each plan whose customer agreed to be reminded.

    Among the statuses `collection_stopped` is never: nobody may say CollectionStopped on contact.settings yet.
    """

    jurisdiction: str
    time_zone: str
    today: date
    last_close: date | None = None
    next_business_date: date | None = None
    reader_lag_seconds: int = 0
    owed: tuple[Owed, ...] = ()
    statuses: frozenset[Status] = frozenset()
    in_plan: frozenset[str] = frozenset()
    opted_out: frozenset[Channel] = frozenset()
    barred: frozenset[str] = frozenset()
    silent_until: date | None = None
    mobiles: frozenset[str] = frozenset()
    invalid: frozenset[str] = frozenset()
    mobile_invalid: bool = False
    failures_in_a_row: int = 0
    upcoming: tuple[Upcoming, ...] = ()

    def owed_on(self, account_id: str) -> Iterator[Owed]:
        return (each for each in self.owed if each.account_id == account_id)


class Look(NamedTuple):
    """What looking at one rule gave: whether it lets the contact pass, the facts that decided, and the first moment at
    which it would, where one can be named."""

    passed: bool
    facts: dict[str, str | int]
    allowed_from: datetime | None = None
