"""One rule of law and one contact at one moment: whether the rule let it pass, by what was known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from arrears_events.catalogue.contact import Party

from arrears_policy.rules import Condition, Count, Gate, Hold, Rule, Status, Text, Window
from arrears_policy.second_look.counting import counted
from arrears_policy.second_look.diary import Place
from arrears_policy.second_look.known import Known
from arrears_policy.second_look.law import Close

Facts = dict[str, str | int]
ON_THE_LOG = frozenset(Status) - {Status.COLLECTION_STOPPED, Status.RESTRICTED}
"""Statuses that an event of an audited topic tells of. Of the others the decision's own word is taken."""


@dataclass(frozen=True)
class Wishes:
    """What the customer's own stream said when the contact was looked at, beside the contacts in it.

    `invalid`: the customer's mobiles that somebody found to be another's or not in service; whoever said so.
    """

    opted_out: frozenset[str]
    silent_until: date | None
    barred: frozenset[str]
    night_agreed: bool
    failures_in_a_row: int
    stopped: bool
    ceased: bool
    invalid: frozenset[str]
    agreed_points: frozenset[str]


@dataclass(frozen=True)
class Scene:
    """The contact `asked` as it was allowed, with its moment; `party` is its person's by the log.

    `recorded_statuses`: what the decision says; they count where no event tells of them. `lag_seconds`: the age of the
    customer's oldest event that was not read.
    """

    asked: Place
    party: Party
    contact_point_id: str | None
    today: date
    zone: ZoneInfo
    known: Known
    close: Close | None
    wishes: Wishes
    others: Sequence[Place]
    recorded_statuses: frozenset[str]
    lag_seconds: int


class Look(NamedTuple):
    """`facts`: those that a decision records too, as it writes them. `why`: what stood against it, for a person."""

    passed: bool
    facts: Facts
    why: str


def binding(rules: Iterable[Rule], scene: Scene) -> list[Rule]:
    """The rules that bind the contact on its day where the person is. Text rules bind words, which the log has not."""
    asked, day = scene.asked, scene.asked.at.astimezone(scene.zone).date()
    return [
        rule
        for rule in rules
        if not isinstance(rule, Text) and rule.in_force(day) and rule.binds(asked.purpose, asked.channel, scene.party)
    ]


def look(rule: Rule, scene: Scene) -> Look:
    match rule:
        case Window():
            return _window(rule, scene)
        case Count():
            return _count(rule, scene)
        case Gate():
            holds, facts, why = _CONDITIONS[rule.condition](rule, scene)
            passed = holds == (rule.must == "hold")
            return Look(passed, facts, why if rule.must == "hold" else f"it holds that {rule.condition}")
        case Hold():
            return _hold(rule, scene)
        case Text():
            raise AssertionError("a text rule is held against a text")


def _window(rule: Window, scene: Scene) -> Look:
    local = scene.asked.at.astimezone(scene.zone)
    clock = timedelta(hours=local.hour, minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    agreed = rule.unless == "consent" and scene.wishes.night_agreed and scene.party == "customer"
    shown = local.isoformat(timespec="minutes")
    hours = rule.hours_on(local.date())
    return Look(
        agreed or rule.is_open(local.date(), clock),
        {"local_time": shown, "agreed": "yes"} if agreed else {"local_time": shown},
        f"the clock there showed {shown}, and the hours were {hours or 'none'}",
    )


def _count(rule: Count, scene: Scene) -> Look:
    found = counted(rule, scene.others, scene.asked, scene.zone)
    return Look(found < rule.at_most, {"counted": found}, f"{found} counted before it, of at most {rule.at_most}")


def _hold(rule: Hold, scene: Scene) -> Look:
    held = [status.value for status in rule.statuses if _holds(status, scene)]
    return Look(not held, {}, f"it was {' and '.join(held)}")


def _holds(status: Status, scene: Scene) -> bool:
    match status:
        case Status.OPTED_OUT:
            return scene.asked.channel in scene.wishes.opted_out
        case Status.PLAN_AGREED:
            return bool(scene.asked.accounts & scene.known.in_plan)
        case Status.DISPUTED_IN_FULL:
            return any(_disputed_in_full(account_id, scene.known) for account_id in scene.asked.accounts)
        case Status.CEASE_REQUESTED:
            return scene.wishes.ceased
        case Status.CUSTOMER_STOPPED:
            return scene.wishes.stopped or bool(scene.known.stopped_by)
        case _:
            held = scene.known.statuses(scene.today) if status in ON_THE_LOG else scene.recorded_statuses
            return status.value in held


def _disputed_in_full(account_id: str, known: Known) -> bool:
    owed = known.owed(account_id)
    return bool(owed) and all(each.left <= each.disputed for each in owed)


_Answer = tuple[bool, Facts, str]


def _arrears_left(_: Gate, scene: Scene) -> _Answer:
    covered = sorted(each for each in scene.asked.accounts if not scene.known.owed(each))
    return not covered, {}, f"nothing was left unpaid of {', '.join(covered)}"


def _unreachable(rule: Gate, scene: Scene) -> _Answer:
    """The customer's own mobile is invalid when each that the profile names is."""
    failures, mobiles = scene.wishes.failures_in_a_row, scene.known.mobiles_of_customer
    invalid = bool(mobiles) and mobiles <= scene.wishes.invalid
    why = f"{failures} attempts to reach the customer had failed in a row, of at least {rule.number}"
    return invalid or failures >= (rule.number or 0), {"failures_in_a_row": failures}, why


def _is_party(_: Gate, scene: Scene) -> _Answer:
    return scene.party in ("customer", "guarantor"), {"party": scene.party}, f"the party was a {scene.party}"


def _fresh(_: Gate, scene: Scene) -> _Answer:
    close = scene.close
    fresh = close is not None and scene.today <= close.next_business_date
    last = close and close.day
    told: Facts = {"last_close": str(last), "today": str(scene.today)}
    return fresh, told, f"it was {scene.today}, and the last close that was read that of {last}"


def _unclaimed(_: Gate, scene: Scene) -> _Answer:
    until = scene.wishes.silent_until
    return (
        until is None or scene.today > until,
        {"silent_until": str(until)},
        f"a payment was claimed: silent to {until}",
    )


def _not_barred(_: Gate, scene: Scene) -> _Answer:
    return scene.asked.digest not in scene.wishes.barred, {}, "the number or address was barred"


def _reserved(_: Gate, scene: Scene) -> _Answer:
    point, agreed = scene.known.point(scene.contact_point_id), scene.asked.digest in scene.wishes.agreed_points
    reserved = point is not None and point.reserved
    told: Facts = {"reserved": "yes" if reserved else "no", "agreed": "yes" if agreed else "no"}
    return reserved or agreed, told, "the point was not reserved, and nobody had agreed to its use"


def _names_itself(_: Gate, scene: Scene) -> _Answer:
    """A call begins with the dialler's script that does. What was said, in it or in a message, the log has not."""
    return scene.asked.channel == "call", {}, "only a call begins with a script that says who calls, for whom"


def _in_step(rule: Gate, scene: Scene) -> _Answer:
    why = f"an event of the customer had lain unread for {scene.lag_seconds} s, of at most {rule.number}"
    return scene.lag_seconds <= (rule.number or 0), {}, why


_CONDITIONS = {
    Condition.ARREARS_NOT_COVERED_BY_PAYMENTS: _arrears_left,
    Condition.DEBTOR_UNREACHABLE: _unreachable,
    Condition.IS_DEBTOR_OR_GUARANTOR: _is_party,
    Condition.LAST_CLOSE_FRESH: _fresh,
    Condition.NAMES_ITSELF: _names_itself,
    Condition.NO_FRESH_PAYMENT_CLAIM: _unclaimed,
    Condition.POINT_NOT_BARRED: _not_barred,
    Condition.POINT_RESERVED_OR_CONSENTED: _reserved,
    Condition.READER_IN_STEP: _in_step,
}
