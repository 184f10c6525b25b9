"""What one customer has committed to: promises and instalment plans, which share the bank's payments.

Each payment is noted once, and each cent of it serves once: instalments first, the oldest due before the others; what
is left may count to the promise, never more than it asks. The sharing is made anew from all payments, in the order of
their value dates, whenever one comes or is taken back; the events say what differs. So it is the same in whatever
order the bank told of them. A payment that came before a commitment was made never serves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from arrears_events.catalogue.base import Ids
from arrears_events.catalogue.ledger import AccountSaleNoted
from arrears_events.catalogue.plan import (
    PaymentNoted,
    PaymentTakenBack,
    PlanAgreed,
    PlanProposed,
    PromiseMade,
    PromiseNotAccepted,
)

from plan_service.domain import judgement, plan, promise
from plan_service.domain.errors import ACCOUNT_IN_PLAN, ACCOUNT_SOLD, REVERSAL_UNLIKE_PAYMENT, Refused
from plan_service.domain.instalments import Lines
from plan_service.domain.payments import (
    CountPayment,
    Keys,
    Parts,
    Payment,
    PaymentKey,
    UncountPayment,
    by_value_date,
    held,
    key_of,
    without,
)
from plan_service.domain.plan import AgreePlan, AnswerInstruction, CancelPlan, Plan, PlanEvent, instruction_of
from plan_service.domain.promise import CancelPromise, CloseDay, HearPromise, MakePromise, Promise, PromiseEvent
from plan_service.domain.proposal import ProposePlan

CATEGORY: Final = "commitments"


@dataclass(frozen=True)
class EndForSale:
    """The bank sold the claim on the account: another collects it."""

    customer_id: str
    account_id: str


CommitmentEvent = PromiseEvent | PlanEvent | PaymentNoted | PaymentTakenBack | AccountSaleNoted
CommitmentCommand = (
    MakePromise | HearPromise | CancelPromise | ProposePlan | AgreePlan | CancelPlan | AnswerInstruction
    | CountPayment | UncountPayment | CloseDay | EndForSale
)  # fmt: skip


@dataclass(frozen=True)
class Commitments:
    """`earlier`: the promises before the newest. `payments`: all that were noted, with what is not taken back.

    `not_accepted`: the promises that were heard and are none. `sold`: the accounts whose claim is another's.
    """

    promise: Promise | None = None
    earlier: tuple[Promise, ...] = ()
    plans: dict[UUID, Plan] = field(default_factory=dict[UUID, Plan])
    payments: dict[PaymentKey, Payment] = field(default_factory=dict[PaymentKey, Payment])
    reversals: Keys = frozenset()
    not_accepted: Ids = frozenset()
    sold: Ids = frozenset()

    @property
    def known(self) -> Keys:
        return frozenset(self.payments)

    @property
    def asking(self) -> Promise | None:
        """The newest promise, unless an account of it is sold: then it keeps what it has."""
        return self.promise if self.promise and self.promise.terms.accounts.isdisjoint(self.sold) else None

    def asks_for(self, payment: Payment) -> bool:
        askers = [*self.plans.values(), *([self.asking] if self.asking else [])]
        return any(asker.asks_for(payment) for asker in askers)


@dataclass(frozen=True)
class Sharing:
    """What each commitment is to have of the payments."""

    plans: dict[UUID, Lines]
    promises: list[tuple[Promise, Parts]]


def stream_of(customer_id: str) -> str:
    """One stream a customer: only so is each payment shared out once, and at most one promise open."""
    return f"{CATEGORY}/{customer_id}"


def due(state: Commitments) -> date | None:
    """The first day at whose close something falls due."""
    days = [judgement.due(each) for each in state.plans.values()]
    days += [promise.due(state.promise)] if state.promise else []
    return min((day for day in days if day), default=None)


def decide(state: Commitments | None, command: CommitmentCommand) -> list[CommitmentEvent]:
    state = state or Commitments()
    said = _decide(state, command)
    return [*said, *_shared(_after(state, said))] if said else []


def evolve(state: Commitments | None, event: CommitmentEvent) -> Commitments:
    state = state or Commitments()
    match event:
        case PaymentNoted():
            noted = Payment(event.payment_id, event.account_id, event.amount, event.value_date)
            return replace(state, payments=state.payments | {noted.key: noted})
        case PaymentTakenBack():
            payment = state.payments[key_of(event.account_id, event.payment_id)]
            left = replace(payment, amount=payment.amount - event.amount)
            reversals = state.reversals | {key_of(event.account_id, event.reversal_id)}
            return replace(state, payments=state.payments | {left.key: left}, reversals=reversals)
        case AccountSaleNoted():
            return _settled(replace(state, sold=state.sold | {event.account_id}))
        case PromiseNotAccepted():
            return replace(state, not_accepted=state.not_accepted | {str(event.promise_id)})
        case _:
            return _with_promise(state, event) if isinstance(event, PromiseEvent) else _with_plan(state, event)


def _decide(state: Commitments, command: CommitmentCommand) -> Sequence[CommitmentEvent]:
    match command:
        case HearPromise(heard) if str(heard.promise_id) in state.not_accepted:
            return []
        case MakePromise() | HearPromise() | CancelPromise():
            return promise.decide(state.promise, command, state.sold)
        case ProposePlan():
            return _propose(state, command)
        case AgreePlan() | CancelPlan():
            return plan.decide(state.plans.get(command.plan_id), command)
        case AnswerInstruction():
            asked = [each for each in state.plans.values() if instruction_of(each.plan_id) == command.instruction_id]
            return [event for each in asked for event in plan.decide(each, command)]
        case CountPayment():
            return _note(state, command)
        case UncountPayment():
            return _take_back(state, command)
        case CloseDay():
            closed = [event for each in state.plans.values() for event in judgement.close(each, command.day)]
            return [*closed, *promise.decide(state.promise, command)]
        case EndForSale():
            return _end(state, command)


def _propose(state: Commitments, command: ProposePlan) -> Sequence[CommitmentEvent]:
    said = plan.decide(state.plans.get(command.plan_id), command)
    for event in said:
        if isinstance(event, PlanProposed):
            _check_accounts(state, event)
    return said


def _check_accounts(state: Commitments, proposed: PlanProposed) -> None:
    new = plan.evolve(None, proposed)
    if sold := state.sold & new.accounts:
        raise Refused(ACCOUNT_SOLD, accounts=sold)
    for each in state.plans.values():
        if each.is_open and each.shares_account_with(new):
            raise Refused(ACCOUNT_IN_PLAN, plan_id=each.plan_id)


def _end(state: Commitments, sale: EndForSale) -> list[CommitmentEvent]:
    """All that is open and holds the account: what is left of several accounts nobody committed to."""
    account_id = sale.account_id
    if account_id in state.sold:
        return []
    plans = [each for each in state.plans.values() if each.is_open and account_id in each.accounts]
    ended: list[CommitmentEvent] = [AccountSaleNoted(customer_id=sale.customer_id, account_id=account_id)]
    for each in plans:
        ended += plan.decide(each, CancelPlan(each.plan_id, "account_sold"))
    if (held := state.promise) and held.outcome == "open" and account_id in held.terms.accounts:
        ended += promise.decide(held, CancelPromise(held.id, "account_sold"))
    return ended


def _note(state: Commitments, command: CountPayment) -> list[CommitmentEvent]:
    payment = Payment(command.payment_id, command.account_id, command.amount, command.value_date)
    if payment.key in state.payments or not payment.amount or not state.asks_for(payment):
        return []
    noted = PaymentNoted(
        customer_id=command.customer_id,
        account_id=payment.account_id,
        payment_id=payment.payment_id,
        amount=payment.amount,
        value_date=payment.value_date,
    )
    return [noted]


def _take_back(state: Commitments, command: UncountPayment) -> list[CommitmentEvent]:
    payment = state.payments.get(command.key)
    if payment is None or key_of(command.account_id, command.reversal_id) in state.reversals:
        return []
    if command.amount.currency != payment.amount.currency or command.amount > payment.amount:
        raise Refused(REVERSAL_UNLIKE_PAYMENT, paid=payment.amount)
    taken = PaymentTakenBack(
        customer_id=command.customer_id,
        account_id=payment.account_id,
        reversal_id=command.reversal_id,
        payment_id=payment.payment_id,
        amount=command.amount,
    )
    return [taken]


def _shared(state: Commitments) -> list[CommitmentEvent]:
    """What differs when the payments are shared out anew; what is taken off comes first, so no cent serves twice."""
    sharing = _sharing(state)
    plans = [(state.plans[plan_id], lines) for plan_id, lines in sharing.plans.items()]
    moved: list[CommitmentEvent] = [
        *(event for each, now in plans for event in judgement.unallocated(each, now)),
        *(event for each, now in sharing.promises for event in promise.uncounted(each, now)),
        *(event for each, now in plans for event in judgement.allocated(each, now)),
        *(event for each, now in sharing.promises for event in promise.counted(each, now)),
    ]
    state = _after(state, moved)
    judged = [event for each in state.plans.values() for event in judgement.corrected(each)]
    return [*moved, *judged, *(promise.corrected(state.asking) if state.asking else [])]


def _sharing(state: Commitments) -> Sharing:
    """Commitments that are settled keep what they have, then the plans are paid, then the promise."""
    left = by_value_date(state.payments.values())
    promises: list[tuple[Promise, Parts]] = []
    for each in (*state.earlier, *([state.promise] if state.promise and not state.asking else [])):
        promises.append((each, held(each.counted, left)))
        left = without(left, promises[-1][1])
    plans: dict[UUID, Lines] = {}
    for each in sorted(state.plans.values(), key=lambda each: each.is_paid):
        plans[each.plan_id] = judgement.paying(each, left)
        for line in plans[each.plan_id]:
            left = without(left, line.paid_by)
    if state.asking:
        promises.append((state.asking, promise.counting(state.asking, left)))
    return Sharing(plans, promises)


def _with_promise(state: Commitments, event: PromiseEvent) -> Commitments:
    if isinstance(event, PromiseMade):
        earlier = (*state.earlier, state.promise) if state.promise else ()
        return replace(state, promise=replace(promise.evolve(None, event), before=state.known), earlier=earlier)
    if state.promise and state.promise.id == event.promise_id:
        return replace(state, promise=promise.evolve(state.promise, event))
    earlier = tuple(promise.evolve(each, event) if each.id == event.promise_id else each for each in state.earlier)
    return replace(state, earlier=earlier)


def _with_plan(state: Commitments, event: PlanEvent) -> Commitments:
    changed = plan.evolve(state.plans.get(event.plan_id), event)
    if isinstance(event, PlanAgreed):
        changed = replace(changed, before=state.known)
    return _settled(replace(state, plans=state.plans | {event.plan_id: changed}))


def _settled(state: Commitments) -> Commitments:
    """A plan is settled by a newer one of its accounts that was agreed, or by their sale; by a proposal it is not."""
    plans = dict[UUID, Plan]()
    newer: list[Plan] = []
    for each in reversed(state.plans.values()):
        shared = [other for other in newer if each.shares_account_with(other)]
        settled = any(other.agreed_on for other in shared) or not each.accounts.isdisjoint(state.sold)
        waits = any(other.state == "proposed" for other in shared)
        plans[each.plan_id] = replace(each, settled=settled, waits=waits)
        newer.append(each)
    return replace(state, plans=dict(reversed(plans.items())))


def _after(state: Commitments, events: Sequence[CommitmentEvent]) -> Commitments:
    for event in events:
        state = evolve(state, event)
    return state
