"""Who judges one customer's contacts: sets the scene of each decision and attempt from what was known, and looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from arrears_events.catalogue.base import Event
from arrears_events.catalogue.contact import AmountShown, ContactAttempted, ContactAuthorised, ContactRequested, Party

from arrears_policy.rule_pack import EVERYWHERE
from arrears_policy.second_look import decision as decisions
from arrears_policy.second_look.decision import Decision, Flaw
from arrears_policy.second_look.diary import Diary, Place
from arrears_policy.second_look.findings import Between, Code
from arrears_policy.second_look.known import Hearing, Known, heard
from arrears_policy.second_look.law import Close, Law, close_below, closes_from
from arrears_policy.second_look.looks import Scene, Wishes, binding, look
from arrears_policy.second_look.told import BANK, Told

OTHERS_HEARD_WITHIN = timedelta(seconds=60)
"""What is barred for another customer lies in another partition, of which a decision does not say how far it was read.

As long as a reader may lag by SYS-01c.
"""
CLOCKS_APART_MAX = timedelta(minutes=5)
"""Between the moment of an attempt and that of its recording, which come of one process."""


@dataclass(frozen=True)
class Court:
    customer_id: str
    hearing: Hearing
    law: Law
    diary: Diary

    def decision(self, record: Told[Event], request: ContactRequested, authorised: ContactAuthorised) -> Decision:
        """To be called before the diary has it."""
        known = self.hearing.known_at(authorised.known.positions)
        place = known.profile.jurisdiction if known.profile else ""
        today = decisions.business_date(authorised) or authorised.decided_at.astimezone(zone_of(known)).date()
        in_force, flaws = decisions.texts(authorised, self.law.policies, place, today)
        packs = in_force.packs_of({EVERYWHERE, place}).values()
        rules = tuple(rule for pack in packs for rule in pack.rules)
        scene = self._scene(record, request, authorised, known, today)
        scenes = [scene, *self._scenes_after(record, authorised, scene)]
        flaws += decisions.place_flaws(packs, place)
        flaws += decisions.point_flaws(request, authorised, known)
        flaws += decisions.fact_flaws(request, authorised, scenes)
        flaws += decisions.rule_flaws(rules, authorised, scenes)
        return Decision(record, request, authorised, rules, tuple(flaws), scene)

    def _scene(
        self, record: Told[Event], request: ContactRequested, authorised: ContactAuthorised, known: Known, today: date
    ) -> Scene:
        return Scene(
            asked=place_of(request, authorised, authorised.decided_at),
            party=_party(known.party(request.party_id, self.customer_id, authorised.accounts), authorised.party),
            contact_point_id=authorised.contact_point_id,
            today=today,
            zone=zone_of(known),
            known=known,
            close=close_below(self.law.closes, authorised.known.positions.get(BANK.name, 0)),
            wishes=self._wishes(request, authorised, known),
            others=self.diary.others(request.contact_id),
            recorded_statuses=frozenset(str(authorised.known.facts.get("statuses", "")).split(",")),
            lag_seconds=self._lag_seconds(record, authorised),
        )

    def _scenes_after(self, record: Told[Event], authorised: ContactAuthorised, scene: Scene) -> Iterator[Scene]:
        """Facts may be a moment newer than the positions that stand beside them."""
        known = scene.known
        for close in self._closes_after(record, authorised):
            yield replace(scene, close=close)
        for unheard in self.hearing.unheard(authorised.known.positions, record, authorised.decided_at):
            known = heard(known, unheard)
            yield replace(scene, known=known)

    def attempt(self, record: Told[Event], attempted: ContactAttempted, decision: Decision) -> Iterator[Flaw]:
        """By the customer's own stream until then, and what was known of the rest: at the decision at least.

        So a rule was broken only where nothing that came before the attempt would have let it pass.
        """
        at, authorised = attempted.attempted_at, decision.authorised
        if not authorised.decided_at <= at <= authorised.valid_until:
            sentence = (
                f"It was attempted at {at}; it was allowed from {authorised.decided_at} to {authorised.valid_until}."
            )
            yield Flaw(Code.AUTHORISATION_OVER, None, sentence)
        if abs(at - record.time) > CLOCKS_APART_MAX:
            yield Flaw(
                Code.FACT_CONTRADICTED, None, f"It says that it was attempted at {at}, recorded at {record.time}."
            )
        yield from self._message_flaws(record, attempted, decision)
        scene = self._scene_of(attempted, decision)
        later = [then for _, then in self._had_it_heard(record, at, decision, scene)]
        later += [replace(scene, close=close) for close in self._closes_after(record, authorised)]
        yield from decisions.day_flaws(decision.request, [scene, *later])
        for rule in binding(decision.rules, scene):
            found = look(rule, scene)
            if not found.passed and not any(look(rule, then).passed for then in later):
                yield Flaw(Code.RULE_BROKEN, rule.id, f"{rule.says} But {found.why}.")

    def _message_flaws(self, record: Told[Event], attempted: ContactAttempted, decision: Decision) -> Iterator[Flaw]:
        """Its words are sealed; its template and its amounts (SYS-02) are not."""
        if attempted.message is None:
            return
        at, template, today = attempted.attempted_at, attempted.message.template, decision.scene.today
        if not any(template in each.versions for each in self.law.policies.candidates(today, at)):
            yield decisions.text_flaw(template, self.law.policies, today)
        for shown in attempted.message.amounts:
            if not self._was_owed(shown, record, at, decision):
                of = shown.account_id or f"the instalment due on {shown.due}"
                what = f"{shown.amount.amount:f} {shown.amount.currency} of {of} as of {shown.as_of}"
                yield Flaw(
                    Code.FACT_CONTRADICTED, "SYS-02", f"It names {what}; by the log that was not open to demand."
                )

    def _was_owed(self, shown: AmountShown, record: Told[Event], at: datetime, decision: Decision) -> bool:
        """By what was known at the decision, or came until the attempt. What is disputed is not demanded."""
        unheard = self.hearing.unheard(decision.authorised.known.positions, record, at)
        states = accumulate(unheard, heard, initial=decision.scene.known)
        if shown.plan_id is not None:
            plans = (known.plans[shown.plan_id] for known in states if shown.plan_id in known.plans)
            about = (plan for plan in plans if plan.accounts & decision.authorised.accounts)
            today = decision.scene.today
            return any(plan.reminds_of(shown.due, shown.amount, shown.as_of, today) for plan in about)
        return (
            shown.account_id is not None
            and shown.account_id in decision.authorised.accounts
            and any(
                owed.left - owed.disputed == shown.amount.amount and owed.as_of == shown.as_of
                for known in states
                for owed in known.owed(shown.account_id)
                if owed.currency == shown.amount.currency
            )
        )

    def between(self, record: Told[Event], attempted: ContactAttempted, decision: Decision) -> Iterator[Between]:
        """Rules that would have forbidden it by something unheard; each with the first such event."""
        scene, at = self._scene_of(attempted, decision), attempted.attempted_at
        told = {rule.id for rule in binding(decision.rules, scene) if not look(rule, scene).passed}
        for unheard, scene_then in self._had_it_heard(record, at, decision, scene):
            for rule in binding(decision.rules, scene_then):
                if rule.id not in told and not look(rule, scene_then).passed:
                    told.add(rule.id)
                    where = (record.topic, record.partition, record.offset)
                    seconds = (at - unheard.time).total_seconds()
                    event = unheard.event.wire
                    yield Between(*where, attempted.contact_id, rule.id, event, unheard.place, seconds)

    def _had_it_heard(
        self, record: Told[Event], at: datetime, decision: Decision, scene: Scene
    ) -> Iterator[tuple[Told[Event], Scene]]:
        for bar in self.law.bars.of_others(decision.authorised.digest, self.customer_id):
            if bar.came_before(record, at):
                barred = scene.wishes.barred | {decision.authorised.digest}
                yield bar, replace(scene, wishes=replace(scene.wishes, barred=barred))
        known = scene.known
        for unheard in self.hearing.unheard(decision.authorised.known.positions, record, at):
            known = heard(known, unheard)
            by_log = known.party(decision.request.party_id, self.customer_id, decision.authorised.accounts)
            party = _party(by_log, decision.authorised.party)
            yield unheard, replace(scene, known=known, zone=zone_of(known), party=party)

    def _closes_after(self, record: Told[Event], authorised: ContactAuthorised) -> Sequence[Close]:
        return closes_from(self.law.closes, authorised.known.positions.get(BANK.name, 0), record.logged)

    def _scene_of(self, attempted: ContactAttempted, decision: Decision) -> Scene:
        return replace(
            decision.scene,
            asked=replace(decision.scene.asked, at=attempted.attempted_at),
            wishes=self._wishes(decision.request, decision.authorised, decision.scene.known),
            others=self.diary.others(attempted.contact_id),
        )

    def _wishes(self, request: ContactRequested, authorised: ContactAuthorised, known: Known) -> Wishes:
        """What another customer's contact found of a number permits more, and may be known at once."""
        at = authorised.decided_at
        bars = self.law.bars.of_others(authorised.digest, self.customer_id)
        heard_of = any(bar.time < at - OTHERS_HEARD_WITHIN for bar in bars)
        return Wishes(
            opted_out=frozenset(self.diary.opted_out),
            silent_until=self.diary.silent_until,
            barred=frozenset(self.diary.barred | ({authorised.digest} if heard_of else set())),
            night_agreed=self.diary.night_agreed,
            failures_in_a_row=self.diary.failures_in_a_row(request.contact_id),
            stopped=self.diary.stopped,
            ceased=self.diary.ceased,
            invalid=frozenset(
                each
                for each in known.mobiles_of_customer
                if each in self.diary.invalid or self.law.bars.invalid(each, at)
            ),
            agreed_points=frozenset(self.diary.agreed_points),
        )

    def _lag_seconds(self, record: Told[Event], authorised: ContactAuthorised) -> int:
        """By the clock of the events and by the broker's, whichever is less: an outbox may have held either back."""
        at = authorised.decided_at
        unheard = self.hearing.unheard(authorised.known.positions, record, at)
        ages = (min((at - each.time).total_seconds(), record.logged - each.logged) for each in unheard)
        return max(0, int(max(ages, default=0)))


def _party(by_log: Party, recorded: Party) -> Party:
    """Who answers for the debt may be held for a third person, whom more rules protect."""
    return "third_person" if (by_log, recorded) == ("guarantor", "third_person") else by_log


def zone_of(known: Known) -> ZoneInfo:
    """UTC where the profile names none that there is; that its place is not known either is a breach of its own."""
    try:
        return ZoneInfo(known.profile.time_zone if known.profile else "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def place_of(request: ContactRequested, authorised: ContactAuthorised, at: datetime) -> Place:
    return Place(
        contact_id=request.contact_id,
        at=at,
        purpose=request.purpose,
        channel=request.channel,
        party=authorised.party,
        party_id=request.party_id,
        digest=authorised.digest,
        accounts=authorised.accounts,
    )
