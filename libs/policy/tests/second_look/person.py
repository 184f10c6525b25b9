"""A customer of the tests, and all that is told of them and done with them. Every step is lawful as it is written."""

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from arrears_events.catalogue.bank import (
    AccountOpened,
    ArrearsUpdated,
    ContactPoint,
    CustomerProfileChanged,
    PaymentMissed,
    PaymentReceived,
    PaymentReversed,
    SpecialStatusEnded,
    SpecialStatusNotified,
)
from arrears_events.catalogue.base import Event, PolicyRef
from arrears_events.catalogue.case import CASE, ArrearsChanged, CaseOpened, DisputeRaised
from arrears_events.catalogue.contact import (
    CONTACT,
    AmountShown,
    ContactAttempted,
    ContactAuthorised,
    ContactFailed,
    ContactMade,
    ContactRefused,
    ContactRequested,
    Known,
    Message,
    MessageSent,
    RuleApplied,
)
from arrears_events.catalogue.plan import PLAN, PlanAgreed, PlanBroken
from arrears_events.log.reader import Record
from arrears_events.sealed import Sealed
from arrears_policy.rules import Text

from .past import HOME, SHANGHAI, Log, cny, day

KINDS = {"call": "mobile", "sms": "mobile", "email": "email"}


def digest(of: str) -> str:
    return sha256(of.encode()).hexdigest()


class Person:
    """Customer `name`, with an account <name>-1 that is 1,000 CNY in arrears as of 31 March, a mobile and a mail."""

    def __init__(self, past: Log, name: str = "C-1", partition: int = HOME, **profile: Any) -> None:
        self.past, self.name, self.partition = past, name, partition
        self.account, self.case = f"{name}-1", uuid5(UUID(int=1), name)
        self.profile: dict[str, Any] = {}
        self._contacts, self._numbers = 0, count()
        self.lives(**profile)
        self.opens(self.account)

    def bank(self, event: Event, id_: str = "") -> Record:
        return self.past.bank(event, id_ or f"{self.name}/{next(self._numbers)}", self.partition)

    def ours(self, topic: Any, stream: str, event: Event) -> Record:
        return self.past.ours(topic, f"{stream}/{self.name}", event, self.partition)

    def says(self, event: Event) -> Record:
        """In the customer's own stream."""
        return self.ours(CONTACT, "contacts", event)

    def says_each(self, events: Sequence[Any], **fields: Any) -> None:
        for event in events:
            self.says(event(customer_id=self.name, **fields))

    def lives(self, jurisdiction: str = "cn", zone: str = "Asia/Shanghai", reserved: bool = True) -> None:
        kinds: dict[str, tuple[str, Any]] = {
            "mobile": (self.name, "mobile"),
            "email": (self.name, "email"),
            "wife": ("P-1", "mobile"),
        }
        points = tuple(
            ContactPoint(
                contact_point_id=id_, party_id=party, kind=kind, reserved=reserved, digest=digest(self.name + id_)
            )
            for id_, (party, kind) in kinds.items()
        )
        self.profile = {"jurisdiction": jurisdiction, "time_zone": zone}
        said: dict[str, Any] = {"customer_id": self.name, "language": "zh-Hans", "contact_points": points}
        self.bank(CustomerProfileChanged(**said, **self.profile))

    def opens(self, account: str) -> None:
        """An account, the bank's word that a payment was missed, and its case."""
        days = {"opened_on": day("01-01"), "billing_day": 31, "due_day": 20}
        opened: dict[str, Any] = {"product": "card", "currencies": ("CNY",), **days}
        self.bank(AccountOpened(customer_id=self.name, account_id=account, **opened))
        why: dict[str, Any] = {"reason": "missed", "opened_by": "m", "entered_at_stage": "M1"}
        self.misses("1000.00", "03-31", account)
        case = uuid5(self.case, account)
        self.ours(CASE, "account", CaseOpened(case_id=case, **self._word(account, "1000.00", "03-31"), **why))

    def misses(self, amount: str, as_of: str, account: str = "") -> None:
        """By the bank's word alone."""
        bill = {"statement_id": "s", "due_date": day("03-20"), "minimum_due": cny(amount)}
        self.bank(PaymentMissed(**bill, **self._word(account or self.account, amount, as_of)))

    def still_owes(self, amount: str, as_of: str) -> None:
        """By the bank's word alone."""
        self.bank(ArrearsUpdated(**self._word(self.account, amount, as_of)))

    def owes(self, amount: str, as_of: str) -> None:
        """As case-service tells it."""
        case = uuid5(self.case, self.account)
        self.ours(CASE, "account", ArrearsChanged(case_id=case, **self._word(self.account, amount, as_of)))

    def _word(self, account: str, amount: str, as_of: str) -> dict[str, Any]:
        return {
            "customer_id": self.name,
            "account_id": account,
            "as_of": day(as_of),
            "arrears": cny(amount),
            "balance": cny("5000.00"),
            "days_past_due": 11,
        }

    def pays(self, amount: str, on: str = "04-02") -> Record:
        when: dict[str, Any] = {"value_date": day(on), "booked_on": day(on), "channel": "app"}
        payment: dict[str, Any] = {
            "customer_id": self.name,
            "account_id": self.account,
            "payment_id": "p",
            "amount": cny(amount),
        }
        return self.bank(PaymentReceived(**payment, **when))

    def takes_back(self, amount: str, on: str = "04-02") -> None:
        which = {"customer_id": self.name, "account_id": self.account, "payment_id": "p", "reversal_id": "r"}
        self.bank(PaymentReversed(**which, amount=cny(amount), reason="returned", booked_on=day(on)))

    def disputes(self, amount: str) -> UUID:
        dispute = uuid5(self.case, "dispute")
        when: dict[str, Any] = {"raised_on": day("04-02"), "acknowledge_by": day("04-07"), "resolve_by": day("04-22")}
        what: dict[str, Any] = {
            "account_id": self.account,
            "case_id": self.case,
            "dispute_id": dispute,
            "kind": "wrong_amount",
        }
        raised: dict[str, Any] = {"customer_id": self.name, "disputed_amount": cny(amount), "policy": self.past.base}
        self.ours(CASE, "account", DisputeRaised(**raised, **what, **when))
        return dispute

    @property
    def plan_id(self) -> UUID:
        return uuid5(self.case, "plan")

    def agrees(self, kind: str = "personalised", *, reminders: bool = True) -> UUID:
        plan = self.plan_id
        what: dict[str, Any] = {"plan_id": plan, "kind": kind, "accounts": frozenset({self.account})}
        what |= {"reminders": reminders}
        self.ours(
            PLAN,
            "commitments",
            PlanAgreed(customer_id=self.name, agreed_on=day("04-02"), agreed_by="signed", **what),
        )
        return plan

    def breaks(self, plan: UUID) -> None:
        broken = PlanBroken(customer_id=self.name, plan_id=plan, number=1, unpaid=cny("1.00"), day=day("04-02"))
        self.ours(PLAN, "commitments", broken)

    def becomes(self, kind: Any, since: str = "04-01") -> None:
        said: dict[str, Any] = {"customer_id": self.name, "status_id": f"{self.name}/{kind}", "kind": kind}
        self.bank(SpecialStatusNotified(**said, from_date=day(since)))

    def is_no_more(self, kind: Any, until: str = "04-01") -> None:
        said: dict[str, Any] = {"customer_id": self.name, "status_id": f"{self.name}/{kind}", "kind": kind}
        self.bank(SpecialStatusEnded(**said, until=day(until)))

    def contact(self, outcome: str | None = "conversation", *, channel: Any = "call", **changes: Any) -> UUID:
        """Asked for, allowed, attempted and ended; `outcome` None: nothing is heard of it."""
        contact = self.asked(channel=channel, **{k: changes.pop(k) for k in [*changes] if k in _REQUESTED})
        self.allowed(contact, **changes)
        self.attempted(contact)
        self.ended(contact, outcome)
        return contact.contact_id

    def message(
        self, amount: str, as_of: str, account: str = "", template: PolicyRef | None = None, **changes: Any
    ) -> ContactRequested:
        """A text message with one amount, from decision to sending; any text that is in force may be its template."""
        asked = self.asked(channel="sms")
        self.allowed(asked, **changes)
        shown = AmountShown(account_id=account or self.account, amount=cny(amount), as_of=day(as_of))
        text = Sealed(key_id=self.case, nonce="A" * 16, ciphertext="", digest="0" * 64)
        ref = template or self.past.base
        self.attempted(asked, message=Message(template=ref, language="zh-Hans", text=text, amounts=(shown,)))
        self.ended(asked, "sent")
        return asked

    def asked(self, *, channel: Any = "call", **changes: Any) -> ContactRequested:
        self._contacts += 1
        said: dict[str, Any] = {
            "customer_id": self.name,
            "contact_id": uuid5(self.case, str(self._contacts)),
            "purpose": "collection",
            "channel": channel,
            "party_id": self.name,
            "accounts": frozenset({self.account}),
            "requested_on": self._today,
            "lapses_on": self._today + timedelta(days=7),
        }
        request = ContactRequested(**said | changes)
        self.says(request)
        return request

    def allowed(self, request: ContactRequested, **changes: Any) -> ContactAuthorised:
        """`rules`, `facts`, `positions` change what is recorded of them; all else is a field of the event."""
        third = request.party_id != self.name
        id_ = "wife" if third else KINDS[request.channel]
        party = "third_person" if third else "customer"
        facts = self._facts() | changes.pop("facts", {})
        positions = changes.pop("positions", self.past.positions(self.partition))
        rules = self._rules(request, party) | changes.pop("rules", {})
        said: dict[str, Any] = {
            "customer_id": self.name,
            "contact_id": request.contact_id,
            "contact_point_id": id_,
            "policies": tuple(self.past.packs),
            "rules": tuple(rule for rule in rules.values() if rule),
            "known": Known(facts=facts, positions=positions),
            "digest": digest(self.name + id_),
            "party": party,
            "accounts": request.accounts,
            "decided_at": self.past.now,
            "valid_until": self.past.now + timedelta(minutes=15),
        }
        authorised = ContactAuthorised(**said | changes)
        self.says(authorised)
        return authorised

    def refused(self, request: ContactRequested, rule: str, *, final: bool) -> None:
        against = RuleApplied(rule=rule, clause=f"clause of {rule}", passed=False, facts={})
        self.says(
            ContactRefused(
                customer_id=self.name,
                contact_id=request.contact_id,
                contact_point_id=KINDS[request.channel],
                policies=tuple(self.past.packs),
                rules=(against,),
                known=Known(facts=self._facts(), positions=self.past.positions(self.partition)),
                allowed_from=None if final else self.past.now + timedelta(days=1),
                final=final,
                again_at=None if final else self.past.now + timedelta(days=1),
            )
        )

    def attempted(self, request: ContactRequested, **changes: Any) -> Record:
        said: dict[str, Any] = {
            "customer_id": self.name,
            "contact_id": request.contact_id,
            "attempted_at": self.past.now,
        }
        return self.says(ContactAttempted(**said | changes))

    def ended(self, request: ContactRequested, outcome: Any, by: Any = "us") -> None:
        which: dict[str, Any] = {"customer_id": self.name, "contact_id": request.contact_id}
        match outcome:
            case None:
                pass
            case "conversation":
                self.says(ContactMade(**which, initiated_by=by, party="customer", seconds=60))
            case "sent":
                self.says(MessageSent(**which, reference="r"))
            case reason:
                self.says(ContactFailed(**which, reason=reason))

    @property
    def _today(self) -> date:
        return self.past.now.astimezone(SHANGHAI).date()

    def _facts(self) -> dict[str, str | int]:
        """Those that each decision records, for a person in no plan and of no special status, with a fresh close."""
        yesterday = str(self._today - timedelta(days=1))
        return self.profile | {"last_close": yesterday, "statuses": "", "in_plan": "", "accounts": self.account}

    def _rules(self, request: ContactRequested, party: Any) -> dict[str, RuleApplied | None]:
        """Each that binds, passed."""
        return {
            rule.id: RuleApplied(rule=rule.id, clause=rule.clause, passed=True, facts={})
            for pack in self.past.packs.values()
            for rule in pack.rules
            if not isinstance(rule, Text) and rule.binds(request.purpose, request.channel, party)
        }


_REQUESTED = {"purpose", "party_id", "accounts", "lapses_on", "not_before"}
