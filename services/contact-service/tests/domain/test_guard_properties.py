"""What holds of the guard whatever the rules, the place, the hour and the past."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, get_args, overload

from arrears_events.catalogue.contact import Party
from arrears_policy.rule_pack import RulePack
from arrears_policy.rules import Count, Status
from contact_service.domain.facts import Contact, Facts, Outcome, PastContact
from contact_service.domain.guard import guard
from contact_service.domain.local_time import zone_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .asking import CONTACT, FACTS, MEDIA, NEW_YORK, PURPOSES, SHANGHAI, at, packs
from .rules_of_a_test import count, only, rule, rules, window

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a machine that has other work a second is no fault."""
FROM, UNTIL = datetime(2026, 2, 20), datetime(2026, 12, 1)  # noqa: DTZ001  (naive for hypothesis; both changes of the clock)
ZONES = st.sampled_from(
    (SHANGHAI, NEW_YORK, "Europe/Lisbon", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "America/Santiago")
)
CHANGES = (
    "03-08 07:00",
    "11-01 06:00",
    "03-29 01:00",
    "10-25 01:00",
    "04-04 15:00",
    "10-03 15:30",
    "04-23 22:00",
    "09-06 04:00",
)
near_a_change = st.builds(
    lambda change, minutes: at(change, "UTC") + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-2000, 200),
)
moments = st.one_of(st.datetimes(FROM, UNTIL, timezones=st.just(UTC)), near_a_change)
clocks = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
hours = st.tuples(clocks, clocks).filter(lambda ends: ends[0] < ends[1]).map("-".join)
ends = st.sampled_from(["included", "excluded"])
days_in_force = st.sampled_from([{}, {}, {"effective_until": date(2026, 7, 1)}, {"effective_from": date(2026, 7, 1)}])


def _hours_by_day(chosen: tuple[str, str, int]) -> dict[str, str]:
    week, weekend, which = chosen
    return [{"every": week}, {"mon-fri": week}, {"sat-sun": weekend}, {"mon-fri": week, "sat-sun": weekend}][which]


windows = st.builds(
    lambda hours, opens, closes, force: window(hours, opens=opens, closes=closes, **force),
    st.tuples(hours, hours, st.integers(0, 3)).map(_hours_by_day),
    ends,
    ends,
    days_in_force,
)
times = st.sampled_from([{"over": "calendar_day"}, {"over": "calendar_month"}, {"over": "rolling_days", "days": 7}])
counts = st.builds(
    lambda most, kind, by, over, force: count(most, counts=kind, by=by, **over, **force),
    st.integers(1, 4),
    st.sampled_from(["conversation", "unanswered", "contact"]),
    st.sampled_from(["person", "debt", "number"]),
    times,
    days_in_force,
)
others = st.sampled_from(
    [
        rule("XX-03", type="hold", statuses=["deceased"]),
        rule("XX-04", type="hold", statuses=["opted_out"], media=["sms"]),
        rule("XX-05", type="gate", condition="point_not_barred"),
        rule("XX-06", type="gate", condition="is_debtor_or_guarantor", effective_from=date(2026, 7, 1)),
    ]
)


def _numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each | {"id": f"XX-{place:02}"} for place, each in enumerate(found)]


laws = st.lists(st.one_of(windows, counts, counts, others), max_size=5).map(_numbered).map(lambda each: rules(*each))
contacts = st.builds(
    Contact,
    purpose=st.sampled_from(PURPOSES),
    medium=st.sampled_from(MEDIA),
    party=st.sampled_from(get_args(Party)),
    party_id=st.sampled_from(["C-1", "G-1"]),
    digest=st.sampled_from(["d1", "d2"]),
    accounts=st.sampled_from([frozenset({"A-1"}), frozenset({"A-2"}), frozenset({"A-1", "A-2"})]),
    night_agreed=st.booleans(),
    names_itself=st.booleans(),
)
knowns = st.builds(
    lambda zone, dead, out, barred: replace(
        FACTS,
        time_zone=zone,
        statuses=frozenset({Status.DECEASED} if dead else ()),
        opted_out=frozenset({"sms"} if out else ()),
        barred=frozenset({"d2"} if barred else ()),
    ),
    ZONES,
    *(st.integers(0, 9).map(lambda chance: not chance) for _ in range(3)),
)


def past_of(contact: Contact, at: datetime, outcome: Outcome, *, ours: bool = True) -> PastContact:
    whom = (contact.purpose, contact.medium, contact.party, contact.party_id, contact.digest, contact.accounts)
    return PastContact(at, *whom, outcome=outcome, ours=ours)


outcomes = st.sampled_from(get_args(Outcome))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Contact, Facts, tuple[PastContact, ...], datetime]:
    """Now, and what came in the five weeks before; mostly contacts like the one that is asked for."""
    contact, now = draw(contacts), draw(moments)
    minutes = draw(st.lists(st.integers(0, 35 * 24 * 60), max_size=12))
    past = [
        past_of(draw(st.one_of(st.just(contact), contacts)), now - timedelta(minutes=ago), draw(outcomes))
        for ago in sorted(minutes, reverse=True)
    ]
    return contact, draw(knowns), tuple(past), now


Question = tuple[Contact, Facts, tuple[PastContact, ...], datetime]


@given(laws, questions())
@CALM
def test_it_is_allowed_exactly_when_every_rule_passes_and_then_from_now(law: tuple[RulePack, ...], asked: Question):
    verdict = guard(law, *asked)
    assert verdict.allowed == all(finding.passed for finding in verdict.rules) == (verdict.allowed_from == asked[3])


@given(laws, questions())
@settings(CALM, max_examples=300)
def test_at_the_moment_that_is_named_it_is_allowed(law: tuple[RulePack, ...], asked: Question):
    contact, known, past, _ = asked
    if moment := guard(law, *asked).allowed_from:
        assert guard(law, contact, known, past, moment).allowed


@given(laws, questions(), st.floats(0, 1, exclude_max=True))
@settings(CALM, max_examples=300)
def test_before_the_moment_that_is_named_it_is_not(law: tuple[RulePack, ...], asked: Question, part: float):
    contact, known, past, now = asked
    moment = guard(law, *asked).allowed_from
    if moment and moment > now:
        for before in (_between(now, moment, part), max(now, moment - timedelta(minutes=1))):
            assert not guard(law, contact, known, past, before).allowed


@given(laws, questions(), st.floats(0, 1, exclude_max=True))
@CALM
def test_each_rule_blocks_until_its_own_moment(law: tuple[RulePack, ...], asked: Question, part: float):
    contact, known, past, now = asked
    for found in guard(law, *asked).rules:
        if found.allowed_from:
            assert not found.passed
            again = guard(law, contact, known, past, _between(now, found.allowed_from, part))
            assert found.rule in {each.rule for each in again.rules if not each.passed}
            then = guard(law, contact, known, past, found.allowed_from)
            assert found.rule not in {each.rule for each in then.rules if not each.passed}


@given(laws, st.one_of(windows, counts, others), questions())
@CALM
def test_one_rule_more_makes_no_yes_of_a_no(law: tuple[RulePack, ...], more: dict[str, Any], asked: Question):
    place, everywhere = law
    [[added, _], _] = [each.rules for each in rules(more | {"id": "ZZ-01"})]
    with_it = replace(place, rules=(*place.rules, added))
    before, after = guard(law, *asked), guard((with_it, everywhere), *asked)
    assert before.allowed or not after.allowed
    assert set(map(repr, before.rules)) <= set(map(repr, after.rules))
    if before.allowed_from is None or after.allowed_from is None:
        assert after.allowed_from is None
    else:
        assert after.allowed_from >= before.allowed_from


@given(laws, questions(), st.randoms(use_true_random=False))
@CALM
def test_the_verdict_does_not_depend_on_the_order_of_rules_and_packs(
    law: tuple[RulePack, ...], asked: Question, chance: Random
):
    shuffled = [replace(each, rules=tuple(chance.sample(each.rules, len(each.rules)))) for each in law]
    assert guard(chance.sample(shuffled, len(shuffled)), *asked) == guard(law, *asked)


@given(questions(), st.text())
@CALM
def test_whatever_the_zone_is_called_there_is_a_verdict(asked: Question, name: str):
    contact, known, past, now = asked
    verdict = guard(packs(), contact, replace(known, time_zone=name), past, now)
    assert not verdict.allowed or zone_of(name)


def _between(first: datetime, last: datetime, part: float) -> datetime:
    """Never the last moment itself."""
    return min(first + (last - first) * part, last - timedelta(microseconds=1))


asks = st.lists(st.tuples(contacts, st.integers(0, 18 * 60), outcomes), min_size=1, max_size=40)


@given(counts, ZONES, moments, asks)
@settings(CALM, max_examples=300)
def test_no_sequence_of_guarded_contacts_passes_a_cap(
    written: dict[str, Any], zone: str, begin: datetime, asked: list[tuple[Contact, int, Outcome]]
):
    """Each waits some minutes after the one before, and has its outcome only when the next is asked for."""
    [[law, _], _] = [each.rules for each in rules(written)]
    assert isinstance(law, Count)
    known, now, past = replace(FACTS, time_zone=zone), begin, tuple[PastContact, ...]()
    for contact, minutes, outcome in asked:
        now += timedelta(minutes=minutes)
        if guard(only(law), contact, known, past, now).allowed:
            past = (*past, past_of(contact, now, "open"))
            assert _within_the_cap(law, past, zone)
            past = (*past[:-1], replace(past[-1], outcome=outcome))


def _within_the_cap(law: Count, past: Sequence[PastContact], zone: str) -> bool:
    """Counted anew, another way: all that came before the newest, one by one, by the calendar on the wall."""
    place = zone_of(zone)
    assert place
    newest = past[-1]
    day = newest.at.astimezone(place).date()
    since = [each for each in past if each.at.astimezone(place).date() >= law.first_day(day)]
    counted = [each for each in since if each.outcome in COUNTED_AS[law.counts]]
    tally = Counter(key for each in counted for key in _keys(law, each))
    return not law.in_force(day) or all(tally[key] <= law.at_most for key in _keys(law, newest))


COUNTED_AS = {
    "conversation": {"conversation", "open"},
    "unanswered": {"unanswered", "open"},
    "contact": {"conversation", "delivered", "open"},
}


def _keys(law: Count, each: PastContact) -> list[str]:
    return {"person": [each.party_id], "number": [each.digest], "debt": sorted(each.accounts)}[law.by]


class Read(Sequence[PastContact]):
    """A past that counts how often it is looked into."""

    def __init__(self, past: Sequence[PastContact]) -> None:
        self._past, self.reads = past, 0

    def __len__(self) -> int:
        return len(self._past)

    @overload
    def __getitem__(self, place: int) -> PastContact: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[PastContact]: ...
    def __getitem__(self, place: int | slice) -> PastContact | Sequence[PastContact]:
        self.reads += 1
        return self._past[place]


@given(st.integers(0, 9_000))
@settings(CALM, max_examples=20)
def test_a_long_past_is_not_read_but_at_its_end(more: int):
    """An attempt every two hours; each of the two counts halves its way to the beginning of the day, now and for the
    moment that is named."""
    now = datetime(2026, 6, 1, 4, tzinfo=UTC)
    past = Read([past_of(CONTACT, now - timedelta(hours=2 * each), "unanswered") for each in range(1000 + more, 0, -1)])
    guard(packs(), CONTACT, FACTS, past, now)
    assert past.reads < 100
