"""The checker finds what it is there to find."""

from collections import Counter
from dataclasses import replace
from uuid import UUID

import pytest

from tests.chaos.history import Answer, History, Request
from tests.chaos.judgement import Log, Place, wrong_answers, wrong_commands, wrong_rows

DONE = Answer(201, id="p", version=2)
REFUSED = Answer(409, "promise-open")


def request(*answers: Answer, unknown: tuple[str, ...] = ()) -> Request:
    body: dict[str, str] = {}
    return Request("anna", "k1", "plan-service", "/promises", body, "promise/C-1", None, [*answers], [*unknown])


def found(asked: Request, *places: tuple[str, int]) -> list[str]:
    log = Log(places={asked.command_id: [Place(*place) for place in places]} if places else {})
    return [*wrong_commands(History([asked]), log)]


def test_an_acknowledged_command_lies_on_the_log_at_the_version_answered():
    assert found(request(DONE), ("promise/C-1", 1), ("promise/C-1", 2)) == []


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ((), "no event of it is on the log"),
        ((("promise/C-1", 2), ("promise/C-1", 2)), "more than once"),
        ((("promise/C-1", 3),), "answered version 2"),
        ((("promise/C-2", 2),), "is of promise/C-1"),
        ((("promise/C-1", 1), ("promise/C-2", 2)), "is of promise/C-1"),
    ],
)
def test_an_acknowledged_command_that_was_lost_doubled_or_moved(places: tuple[tuple[str, int], ...], words: str):
    [finding] = found(request(DONE), *places)
    assert words in finding


def test_a_refused_command_leaves_no_trace():
    assert found(request(REFUSED)) == []
    assert "was refused" in found(request(REFUSED), ("promise/C-1", 1))[0]


def test_an_event_of_a_request_that_nobody_made():
    [finding] = wrong_commands(History(), Log(asked={UUID(int=1)}))
    assert "nobody asked" in finding


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (request(unknown=("503",)), "never answered"),
        (request(DONE, unknown=("500",)), "answered 500"),
        (request(Answer(422, "idempotency-key-reused")), "422 idempotency-key-reused"),
        (request(DONE, Answer(201, id="p", version=3)), "in 2 ways"),
    ],
)
def test_an_answer_that_should_not_be(asked: Request, words: str):
    [finding] = wrong_answers([asked])
    assert words in finding


def test_a_refusal_before_the_acknowledgement_is_no_fault():
    assert [*wrong_answers([request(REFUSED, DONE, DONE)])] == []


@pytest.mark.parametrize(("service", "faults"), [("contact-service", 0), ("plan-service", 1)])
def test_a_service_that_has_not_heard_of_a_customer_yet(service: str, faults: int):
    asked = replace(request(Answer(404, "not-found")), service=service)
    assert len([*wrong_answers([asked])]) == faults


def test_rows_that_did_not_come_back():
    before, after = {"promises": Counter(["a", "b"])}, {"promises": Counter(["a", "c"])}
    assert "1 rows gone, 1 new" in next(wrong_rows(before, after))
    assert [*wrong_rows(before, before)] == []
