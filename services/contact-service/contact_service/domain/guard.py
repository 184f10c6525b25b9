"""The guard: may this contact be made now, by every rule of law that binds it, and if not, from when?

`guard(packs, contact, facts, past, now) -> Verdict`. Pure and total: whatever is asked, a verdict comes of it, with
every rule that was looked at and the facts that decided. It knows the five types of rules and no rule by name.

- `packs`: those in force. The pack `every` and the one of the customer's place are used; without both, nobody is
  contacted. Text rules are held against the finished words, by `arrears_policy.wording.text_faults`.
- `past`: the contacts of the last 32 days at least, in order of time. A contact that is allowed belongs into it at
  once, with the outcome `open`: only so can no cap be passed.
- `now`: aware. Moments in the verdict are in UTC.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from arrears_policy.rule_pack import EVERYWHERE, RulePack
from arrears_policy.rules import Count, Gate, Hold, Rule, Text, Window

from contact_service.domain import counting, gates, holds, windows
from contact_service.domain.facts import Contact, Facts, Look, PastContact
from contact_service.domain.local_time import day_of, start_of, zone_of

STEPS_MAX = 32
"""In looking for a moment that suits every rule: two weeks and more, since a day takes two steps at most."""


@dataclass(frozen=True)
class RuleFinding:
    """`allowed_from`: the first moment at which this rule would let the contact pass, where it does not and one can be
    named: the end of a gate or a hold is nobody's to know."""

    rule: str
    clause: str
    passed: bool
    facts: Mapping[str, str | int]
    allowed_from: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """`allowed_from`: the first moment at which every rule lets the contact pass if nothing else happens; now, when it
    is allowed; None when no such moment can be named. `rules` in the order of their ids."""

    allowed: bool
    rules: tuple[RuleFinding, ...]
    allowed_from: datetime | None


@dataclass(frozen=True)
class _Case:
    """All that a look at a rule needs but the moment."""

    contact: Contact
    facts: Facts
    past: Sequence[PastContact]
    zone: ZoneInfo

    def looks(self, rules: Iterable[Rule], at: datetime) -> list[tuple[Rule, Look]]:
        """At the rules in force that day."""
        day = day_of(self.zone, at)
        return [(rule, self._while_in_force(rule, self._look(rule, at, day))) for rule in rules if rule.in_force(day)]

    def _while_in_force(self, rule: Rule, look: Look) -> Look:
        """A rule blocks no longer than it is law."""
        if look.allowed_from is None or rule.in_force(day_of(self.zone, look.allowed_from)):
            return look
        return look._replace(allowed_from=start_of(self.zone, rule.effective_until + timedelta(days=1)))

    def _look(self, rule: Rule, at: datetime, day: date) -> Look:
        match rule:
            case Window():
                return windows.look(rule, self.contact, self.zone, at)
            case Count():
                return counting.look(rule, self.contact, self.past, self.zone, day)
            case Gate():
                return gates.look(rule, self.contact, self.facts)
            case Hold():
                return holds.look(rule, self.contact, self.facts)
            case Text():
                raise AssertionError("a text rule is held against a text")


def guard(
    packs: Collection[RulePack], contact: Contact, facts: Facts, past: Sequence[PastContact], now: datetime
) -> Verdict:
    """The verdict on `contact` at the moment `now`."""
    assert now.tzinfo, "a moment is aware"
    zone, place, hour = zone_of(facts.time_zone), _place(packs, facts), _hour(facts)
    if zone is None or not place.passed:
        return Verdict(False, (place, hour), None)
    case, moment, rules = _Case(contact, facts, past, zone), now.astimezone(UTC), _binding(packs, contact, facts)
    looks = case.looks(rules, moment)
    found = sorted(
        (RuleFinding(rule.id, rule.clause, *look) for rule, look in looks), key=lambda each: (each.rule, each.clause)
    )
    earliest = _earliest(case, rules, looks, moment)
    return Verdict(earliest == moment, (place, hour, *found), earliest)


def _earliest(case: _Case, rules: Sequence[Rule], looks: list[tuple[Rule, Look]], at: datetime) -> datetime | None:
    """Each rule that blocks does so until a moment of its own: go on to the last of these, and look again.

    The first look settles gates and holds: one that is against it ends the search, and the others stay as they are.
    """
    day = day_of(case.zone, at)
    moving = [rule for rule in rules if isinstance(rule, Window | Count) or not rule.in_force(day)]
    for _ in range(STEPS_MAX):
        blocking = [(rule, look.allowed_from) for rule, look in looks if not look.passed]
        if not blocking:
            return at
        named = [moment for _, moment in blocking if moment]
        if len(named) < len(blocking):
            return None
        at = max(named)
        looks = case.looks(moving, at)
    return None


def _binding(packs: Collection[RulePack], contact: Contact, facts: Facts) -> list[Rule]:
    places = {EVERYWHERE, facts.jurisdiction}
    return [
        rule
        for pack in packs
        if pack.jurisdiction in places
        for rule in pack.rules
        if not isinstance(rule, Text) and rule.binds(contact.purpose, contact.medium, contact.party)
    ]


def _place(packs: Collection[RulePack], facts: Facts) -> RuleFinding:
    known = {pack.jurisdiction for pack in packs}
    passed = {EVERYWHERE, facts.jurisdiction} <= known and facts.jurisdiction != EVERYWHERE
    clause = "A person whose place has no rule pack is not contacted"
    return RuleFinding("PLACE", clause, passed, {"jurisdiction": facts.jurisdiction})


def _hour(facts: Facts) -> RuleFinding:
    clause = "A person whose time of day is not known is not contacted"
    return RuleFinding("ZONE", clause, zone_of(facts.time_zone) is not None, {"time_zone": facts.time_zone})
