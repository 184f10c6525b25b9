"""A policy is put in force by two people, from a day on that is not closed yet."""

from datetime import date
from hashlib import sha256

from arrears_events.catalogue.base import PolicyProposed, PolicyPublished, PolicyRef
from arrears_runtime.publication import (
    ApprovePolicy,
    ProposePolicy,
    Publication,
    Version,
    decide,
    evolve,
    in_force_on,
)
from arrears_runtime.testing.specification import Specification
from hypothesis import given as for_all
from hypothesis import strategies as st

publications = Specification[Publication](decide, evolve)
given = publications.given
MARCH, APRIL, MAY = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def propose(text: str = "a", on: date = MARCH, *, by: str = "lin", closed: date | None = None) -> ProposePolicy:
    return ProposePolicy("limits", text, on, earliest=MARCH, last_close=closed, by=by)


def approve(text: str = "a", on: date = MARCH, *, by: str = "wei", closed: date | None = None) -> ApprovePolicy:
    return ApprovePolicy(hash_of(text), on, last_close=closed, by=by)


def proposed(text: str = "a", on: date = MARCH, *, version: int = 1, by: str = "lin") -> PolicyProposed:
    policy = PolicyRef(name="limits", version=version, sha256=hash_of(text))
    return PolicyProposed(policy=policy, body=text, effective_from=on, proposed_by=by)


def published(text: str = "a", on: date = MARCH, *, version: int = 1) -> PolicyPublished:
    policy = PolicyRef(name="limits", version=version, sha256=hash_of(text))
    return PolicyPublished(policy=policy, body=text, effective_from=on, proposed_by="lin", approved_by="wei")


def test_a_text_is_proposed_as_the_next_version():
    given().when(propose("a")).then(proposed("a"))
    given(proposed("a"), published("a")).when(propose("b", APRIL)).then(proposed("b", APRIL, version=2))


def test_another_person_puts_the_proposed_text_in_force():
    given(proposed("a")).when(approve("a")).then(published("a"))


def test_the_proposer_does_not_approve():
    given(proposed("a", by="lin")).when(approve("a", by="lin")).then_refused("same-person")


def test_what_is_approved_is_the_very_text_and_day_that_were_proposed():
    given(proposed("b")).when(approve("a")).then_refused("not-proposed", proposed=hash_of("b"))
    given(proposed("a", APRIL)).when(approve("a", MAY)).then_refused("not-proposed", effective_from=APRIL)
    given().when(approve("a")).then_refused("not-proposed", proposed=None)


def test_a_later_proposal_takes_the_place_of_the_one_that_waits():
    given(proposed("a")).when(propose("b")).then(proposed("b"))
    given(proposed("a"), proposed("b")).when(approve("a")).then_refused("not-proposed", proposed=hash_of("b"))


def test_the_same_again_is_no_event():
    given(proposed("a")).when(propose("a", by="anna")).then()
    given(proposed("a"), published("a")).when(propose("a")).then()
    given(proposed("a"), published("a")).when(propose("a", APRIL)).then()
    given(proposed("a"), published("a")).when(approve("a")).then()


def test_a_text_that_was_replaced_may_come_back():
    (
        given(proposed("a"), published("a"), proposed("b", APRIL, version=2), published("b", APRIL, version=2))
        .when(propose("a", MAY))
        .then(proposed("a", MAY, version=3))
    )


def test_a_text_in_force_later_may_be_brought_forward():
    given(proposed("a", MAY), published("a", MAY)).when(propose("a", APRIL)).then(proposed("a", APRIL, version=2))


def test_a_closed_day_keeps_its_policy():
    given().when(propose(on=APRIL, closed=APRIL)).then_refused("effective-from-too-early", earliest=date(2026, 5, 1))
    given().when(propose(on=MAY, closed=APRIL)).then(proposed(on=MAY))
    given(proposed(on=APRIL)).when(approve(on=APRIL, closed=APRIL)).then_refused(
        "effective-from-too-early", earliest=date(2026, 5, 1)
    )


def test_a_text_is_not_in_force_before_it_says():
    given().when(propose(on=date(2026, 3, 30))).then_refused("effective-from-too-early", earliest=MARCH)


def test_the_version_whose_day_came_last_is_in_force():
    first, second, forward = Version(1, "a", MARCH), Version(2, "b", MAY), Version(3, "c", APRIL)
    assert in_force_on([], MAY) is None
    assert in_force_on([first], date(2026, 3, 30)) is None
    assert in_force_on([first, second, forward], MARCH) == first
    assert in_force_on([first, second, forward], date(2026, 5, 30)) == forward
    assert in_force_on([first, second, forward], MAY) == second


def test_of_two_versions_of_one_day_the_later_is_in_force():
    assert in_force_on([Version(2, "b", MARCH), Version(1, "a", MARCH)], MAY) == Version(2, "b", MARCH)


TEXTS, DAYS, PEOPLE = st.sampled_from("abc"), st.sampled_from([MARCH, APRIL, MAY]), st.sampled_from(["lin", "wei"])
COMMANDS = st.one_of(
    st.builds(propose, TEXTS, DAYS, by=PEOPLE, closed=st.none() | DAYS),
    st.builds(approve, TEXTS, DAYS, by=PEOPLE, closed=st.none() | DAYS),
)


@for_all(st.lists(COMMANDS, max_size=12))
def test_the_same_command_twice_adds_nothing_and_versions_have_no_gap(commands: list[ProposePolicy | ApprovePolicy]):
    known = publications.same_again_adds_nothing(*commands)
    versions = known.published if known else ()
    assert [each.version for each in versions] == list(range(1, len(versions) + 1))


@for_all(st.lists(COMMANDS, max_size=12))
def test_nothing_is_in_force_that_two_people_did_not_agree_on(commands: list[ProposePolicy | ApprovePolicy]):
    state = None
    for command in commands:
        state, events = publications.run(state, command)
        for event in events:
            if isinstance(event, PolicyPublished):
                assert event.proposed_by != event.approved_by
                assert event.policy.sha256 == hash_of(event.body)
