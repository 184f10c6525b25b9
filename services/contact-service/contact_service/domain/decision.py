"""Whether a contact may be made: what it is decided on, the guard's verdict, and what is recorded of both.

It is decided when it is taken up, and looked at once more, on fresh facts, when it is about to be handed over.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from arrears_events.catalogue.base import Ids, PolicyRef
from arrears_events.catalogue.contact import (
    AuthorisationExpired,
    Channel,
    ContactAuthorised,
    ContactRefused,
    ContactRequested,
    Known,
    Party,
    RuleApplied,
)
from arrears_policy.rule_pack import RulePack
from arrears_policy.rules import Condition, Status

from contact_service.domain import call_backs
from contact_service.domain.facts import Contact, Facts, Owed, PastContact
from contact_service.domain.guard import RuleFinding, Verdict, guard

WhyUnsaid = Literal["words_refused", "words_failed"]
"""Why a message has no words that may go out: a rule of text is against them or there are none, or its template could
not be filled."""
ExpiryReason = Literal["facts_changed", "too_late", "lapsed"] | WhyUnsaid
VALID_FOR = timedelta(minutes=15)
"""From the decision to the hand-over: beyond it the facts are old."""
LAPSES_AFTER = timedelta(days=3)
"""What was asked for waits for an opening of the law over a weekend, no longer. A step of treatment that does not pass
within it is for the next stage to take up again."""
LOOKED_AGAIN_AFTER = timedelta(minutes=15)
"""At what this system does not know yet."""
PASSING: Final = frozenset({Condition.LAST_CLOSE_FRESH, Condition.READER_IN_STEP, Status.CUSTOMER_STOPPED})
"""SYS-01: nothing goes out meanwhile, and nothing is over for it."""
BEGUN_WITH_A_SCRIPT: Final[frozenset[Channel]] = frozenset({"call"})
"""Every call begins with the dialler's script of who calls, for whom (CN-10a). What the script says is the dialler's,
and for the bank to check: no word of it comes here. The words of a message are held against the rules of text, when
they are finished and about to go out (CN-10b)."""


@dataclass(frozen=True)
class Point:
    """Where the party is reached over the channel, and the accounts that it answers for: all of them where None."""

    contact_point_id: str
    digest: str
    party: Party
    reserved: bool
    answers_for: frozenset[str] | None = None

    def may_hear_of(self, account_id: str) -> bool:
        return self.answers_for is None or account_id in self.answers_for


@dataclass(frozen=True)
class Grounds:
    """What a decision rests on beside the stream itself: rules in force, facts from other parts, and the moment.

    `policies` name the texts of `packs`. `point` is None where the party has none for the channel.
    `positions`: how far each topic was read for the customer.
    """

    now: datetime
    today: date
    packs: tuple[RulePack, ...]
    policies: tuple[PolicyRef, ...]
    facts: Facts
    point: Point | None
    positions: dict[str, int]


@dataclass(frozen=True)
class Allowed:
    """What the second look holds a contact against: the point that it was allowed to, and how long that holds.

    The accounts stand with the place that it took.
    """

    digest: str
    valid_until: datetime


@dataclass(frozen=True)
class OfStream:
    """What the customer's own stream adds to the facts. `barred`, `invalid`, `agreed_points`: digests."""

    opted_out: frozenset[Channel]
    silent_until: date | None
    barred: frozenset[str]
    night_agreed: bool
    failures_in_a_row: int
    ceased: bool
    invalid: frozenset[str]
    agreed_points: frozenset[str]
    past: tuple[PastContact, ...]


def decided(request: ContactRequested, grounds: Grounds, known: OfStream) -> ContactAuthorised | ContactRefused:
    contact, verdict = judged(request, grounds, known)
    if verdict.allowed and grounds.point and contact:
        return ContactAuthorised(
            **_recorded(request, grounds, known, verdict),
            digest=grounds.point.digest,
            party=grounds.point.party,
            accounts=contact.accounts,
            decided_at=grounds.now,
            valid_until=grounds.now + VALID_FOR,
        )
    again_at = _again_at(verdict, request, grounds)
    return ContactRefused(
        **_recorded(request, grounds, known, verdict),
        allowed_from=verdict.allowed_from,
        final=again_at is None,
        again_at=again_at,
    )


def reason_against(
    allowed: Allowed, accounts: Ids, request: ContactRequested, grounds: Grounds, known: OfStream
) -> ExpiryReason | None:
    """Why what was allowed, to speak of `accounts`, is not done after all.

    `known` is without the place that the contact itself took. An account that it may no longer speak of ends it: what
    it would say was made ready for all of them.
    """
    if grounds.today > request.lapses_on:
        return "lapsed"
    if grounds.now > allowed.valid_until:
        return "too_late"
    contact, verdict = judged(request, grounds, known)
    same_point = grounds.point is not None and grounds.point.digest == allowed.digest
    same_accounts = contact is not None and contact.accounts >= accounts
    return None if verdict.allowed and same_point and same_accounts else "facts_changed"


def expired(request: ContactRequested, reason: ExpiryReason) -> AuthorisationExpired:
    return AuthorisationExpired(customer_id=request.customer_id, contact_id=request.contact_id, reason=reason)


def judged(request: ContactRequested, grounds: Grounds, known: OfStream) -> tuple[Contact | None, Verdict]:
    if early := call_backs.too_early(request, grounds.facts.time_zone, grounds.now):
        return None, early
    if grounds.point is None:
        return None, _no_point(request)
    facts = _all_facts(grounds.facts, known)
    contact = Contact(
        purpose=request.purpose,
        medium=request.channel,
        party=grounds.point.party,
        party_id=request.party_id,
        digest=grounds.point.digest,
        accounts=named(request, facts, grounds.point),
        night_agreed=known.night_agreed and grounds.point.party == "customer",
        point_reserved=grounds.point.reserved,
        point_agreed=grounds.point.digest in known.agreed_points,
        names_itself=request.channel in BEGUN_WITH_A_SCRIPT,
    )
    return contact, guard(grounds.packs, contact, facts, known.past, grounds.now)


def _all_facts(facts: Facts, known: OfStream) -> Facts:
    invalid = facts.invalid | known.invalid
    return replace(
        facts,
        opted_out=known.opted_out,
        silent_until=known.silent_until,
        statuses=facts.statuses | ({Status.CEASE_REQUESTED} if known.ceased else set()),
        barred=facts.barred | known.barred,
        invalid=invalid,
        mobile_invalid=bool(facts.mobiles) and facts.mobiles <= invalid,
        failures_in_a_row=known.failures_in_a_row,
    )


def named(request: ContactRequested, facts: Facts, point: Point) -> frozenset[str]:
    """One contact names all of the person's accounts that may be spoken of; where none may, those asked for."""
    if request.purpose != "collection":
        return request.accounts
    may_be = (each.account_id for each in facts.owed if _may_be_named(each, facts))
    return frozenset(filter(point.may_hear_of, may_be)) or request.accounts


def _may_be_named(owed: Owed, facts: Facts) -> bool:
    return owed.is_demanded and owed.account_id not in facts.in_plan


def _no_point(request: ContactRequested) -> Verdict:
    clause = "A party without a point for the channel cannot be reached over it"
    return Verdict(False, (RuleFinding("POINT", clause, False, {"channel": request.channel}),), None)


def _again_at(verdict: Verdict, request: ContactRequested, grounds: Grounds) -> datetime | None:
    """Before the end of the day on which the request lapses, or never."""
    moment = verdict.allowed_from
    if moment is None and _only_passing(verdict):
        named = (each.allowed_from for each in verdict.rules if each.allowed_from)
        moment = max([grounds.now + LOOKED_AGAIN_AFTER, *named])
    if moment is None:
        return None
    days = moment.astimezone(grounds.now.tzinfo).date() - grounds.now.date()
    return moment if grounds.today + days <= request.lapses_on else None


def _only_passing(verdict: Verdict) -> bool:
    """All that is against it without naming a moment is the state of this system, or of the bank's day."""
    unnamed = [each.facts for each in verdict.rules if not each.passed and each.allowed_from is None]
    passing = [not PASSING.isdisjoint({told.get("condition"), told.get("status")}) for told in unnamed]
    return bool(passing) and all(passing)


def _recorded(request: ContactRequested, grounds: Grounds, known: OfStream, verdict: Verdict) -> dict[str, Any]:
    return {
        "customer_id": request.customer_id,
        "contact_id": request.contact_id,
        "contact_point_id": grounds.point.contact_point_id if grounds.point else None,
        "policies": grounds.policies,
        "rules": tuple(_applied(each) for each in verdict.rules),
        "known": Known(facts=_written(_all_facts(grounds.facts, known)), positions=grounds.positions),
    }


def _applied(finding: RuleFinding) -> RuleApplied:
    return RuleApplied(
        rule=finding.rule,
        clause=finding.clause,
        passed=finding.passed,
        facts=dict(finding.facts),
        allowed_from=finding.allowed_from,
    )


def _written(facts: Facts) -> dict[str, str | int]:
    """What is not in a rule's own facts, so that the decision can be made again."""
    return {
        "jurisdiction": facts.jurisdiction,
        "time_zone": facts.time_zone,
        "last_close": str(facts.last_close),
        "statuses": ",".join(sorted(facts.statuses)),
        "in_plan": ",".join(sorted(facts.in_plan)),
        "accounts": _accounts(facts.owed),
    }


def _accounts(owed: Collection[Owed]) -> str:
    return ",".join(sorted({each.account_id for each in owed}))
