"""A decision to allow a contact, against what the log says: the texts it names, its point, its rules, its facts."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import NamedTuple

from arrears_events.catalogue.base import Event, PolicyRef
from arrears_events.catalogue.contact import Channel, ContactAuthorised, ContactRequested

from arrears_policy.rule_pack import EVERYWHERE, RulePack
from arrears_policy.rules import Rule
from arrears_policy.second_look.findings import Code
from arrears_policy.second_look.known import Known
from arrears_policy.second_look.law import InForce, Policies
from arrears_policy.second_look.looks import ON_THE_LOG, Scene, binding, look
from arrears_policy.second_look.told import Told

_KINDS: dict[Channel, set[str]] = {"call": {"mobile", "home", "work"}, "sms": {"mobile"}, "email": {"email"}}


class Flaw(NamedTuple):
    code: Code
    rule: str | None
    sentence: str


@dataclass(frozen=True)
class Decision:
    """What was allowed, by the texts in force, and what is wrong with it should it ever be made use of."""

    record: Told[Event]
    request: ContactRequested
    authorised: ContactAuthorised
    rules: tuple[Rule, ...]
    flaws: tuple[Flaw, ...]
    scene: Scene


def texts(authorised: ContactAuthorised, policies: Policies, place: str, on: date) -> tuple[InForce, list[Flaw]]:
    """The texts in force, and what is wrong with those that the decision names."""
    named, places = set(authorised.policies), {EVERYWHERE, place}
    candidates = policies.candidates(on, authorised.decided_at)
    for each in candidates:
        if named <= set(each.versions) and set(each.packs_of(places)) <= named:
            return each, []
    needed = set(candidates[0].packs_of(places))
    flaws = [text_flaw(ref, policies, on) for ref in _sorted(named - set(candidates[0].versions))]
    flaws += [_unused(ref, on) for ref in _sorted(needed - named)]
    return candidates[0], flaws


def text_flaw(ref: PolicyRef, policies: Policies, on: date) -> Flaw:
    what = f"not in force on {on}" if ref in policies.published else "not published"
    return Flaw(Code.POLICY_WRONG, None, f"It was done by {_shown(ref)}, which was {what}.")


def _unused(ref: PolicyRef, on: date) -> Flaw:
    return Flaw(Code.POLICY_WRONG, None, f"It was not decided by {_shown(ref)}, which was in force on {on}.")


def _sorted(refs: Iterable[PolicyRef]) -> list[PolicyRef]:
    return sorted(refs, key=lambda ref: (ref.name, ref.version, ref.sha256))


def _shown(ref: PolicyRef) -> str:
    return f"version {ref.version} of the policy {ref.name} ({ref.sha256[:12]}…)"


def place_flaws(packs: Iterable[RulePack], place: str) -> Iterator[Flaw]:
    """A person whose place has no rule pack is not contacted."""
    if place == EVERYWHERE or not {EVERYWHERE, place} <= {pack.jurisdiction for pack in packs}:
        yield Flaw(
            Code.RULE_BROKEN, "PLACE", f"No rule pack was in force for the person's place, {place or 'unknown'}."
        )


def point_flaws(request: ContactRequested, authorised: ContactAuthorised, known: Known) -> Iterator[Flaw]:
    point, id_ = known.point(authorised.contact_point_id), authorised.contact_point_id
    if point is None or point.digest != authorised.digest:
        yield Flaw(Code.OTHER_POINT, None, f"The profile that was read had no point {id_} with this number or address.")
    elif point.party_id != request.party_id or point.kind not in _KINDS[request.channel]:
        sentence = f"{id_} is {point.kind} of {point.party_id}; asked was {request.channel} to {request.party_id}."
        yield Flaw(Code.OTHER_POINT, None, sentence)
    elif request.contact_point_id not in (None, id_):
        yield Flaw(Code.OTHER_POINT, None, f"Asked was to use {request.contact_point_id}, and {id_} was allowed.")


def day_flaws(request: ContactRequested, scenes: Sequence[Scene]) -> Iterator[Flaw]:
    """Who is to be called on a day is not called before it, by the calendar where the person is."""
    days = [scene.asked.at.astimezone(scene.zone).date() for scene in scenes]
    if request.not_before and max(days) < request.not_before:
        sentence = f"It was {days[0]} there, and it was asked for on {request.not_before} at the earliest."
        yield Flaw(Code.RULE_BROKEN, "CALL-BACK", sentence)


def rule_flaws(rules: Iterable[Rule], authorised: ContactAuthorised, scenes: Sequence[Scene]) -> Iterator[Flaw]:
    """Every rule that binds was looked at, said yes, and rested on facts that the log bears out."""
    recorded = {each.rule: each for each in authorised.rules}
    for rule in (each for each in recorded.values() if not each.passed):
        yield Flaw(Code.RULE_BROKEN, rule.rule, f"It was allowed though by its own record {rule.rule} forbids it.")
    for rule in binding(rules, scenes[0]):
        if rule.id not in recorded:
            yield Flaw(Code.RULE_LEFT_OUT, rule.id, f"It was not held against {rule.id}: {rule.says}")
            continue
        said, found = recorded[rule.id].facts, [look(rule, scene).facts for scene in scenes]
        for name in sorted(said.keys() & found[0].keys()):
            yield from _contradicted(name, said[name], [str(each[name]) for each in found], rule.id)


def fact_flaws(request: ContactRequested, authorised: ContactAuthorised, scenes: Sequence[Scene]) -> Iterator[Flaw]:
    """Facts that are recorded beside the rules'."""
    said, found, known = authorised.known.facts, [_facts(scene) for scene in scenes], scenes[-1].known
    if authorised.party != scenes[0].party:
        yield from _contradicted("party", authorised.party, [scenes[0].party])
    if strange := authorised.accounts - known.accounts:
        yield from _contradicted("accounts", ", ".join(sorted(strange)), ["none of the customer's"])
    if request.lapses_on < scenes[0].today:
        sentence = f"It was allowed on {scenes[0].today}, and the request lapsed after {request.lapses_on}."
        yield Flaw(Code.AUTHORISATION_OVER, None, sentence)
    for name in sorted(said.keys() & found[0].keys()):
        yield from _contradicted(name, _comparable(name, said[name]), [each[name] for each in found])
    owed = set(str(said.get("accounts", "")).split(",")) - {""}
    if unknown := owed - {account_id for account_id, _ in known.words}:
        yield from _contradicted("accounts", ", ".join(sorted(unknown)), ["none of which arrears were told"])


def _facts(scene: Scene) -> dict[str, str]:
    """As a decision writes them."""
    profile, statuses = scene.known.profile, scene.known.statuses(scene.today)
    own = {"customer_stopped": scene.wishes.stopped, "cease_requested": scene.wishes.ceased}
    return {
        "jurisdiction": profile.jurisdiction if profile else "",
        "time_zone": profile.time_zone if profile else "",
        "last_close": str(scene.close and scene.close.day),
        "statuses": ",".join(sorted(statuses | {name for name, holds in own.items() if holds})),
        "in_plan": ",".join(sorted(scene.known.in_plan)),
    }


def _comparable(name: str, said: str | int) -> str:
    """Without what no event tells of."""
    if name != "statuses":
        return str(said)
    return ",".join(sorted(each for each in str(said).split(",") if each in ON_THE_LOG))


def _contradicted(name: str, said: str | int, right: Sequence[str], rule: str | None = None) -> Iterator[Flaw]:
    """`right`: by the log as it was read, and what it became until the decision was recorded."""
    if str(said) not in right:
        sentence = f"Its {name} was {said or 'empty'}; by the log it was {right[0] or 'empty'}."
        yield Flaw(Code.FACT_CONTRADICTED, rule, sentence)


def business_date(authorised: ContactAuthorised) -> date | None:
    """The one that it was decided for, where it names one that any place on earth had at that moment."""
    for rule in authorised.rules:
        with suppress(ValueError):
            today = date.fromisoformat(str(rule.facts.get("today")))
            if abs(today - authorised.decided_at.astimezone(UTC).date()) <= timedelta(days=1):
                return today
    return None
