"""The checker finds a contact that was lost, doubled, or never came to an end."""

from collections import Counter
from uuid import UUID

import pytest

from tests.chaos.contacts import Contacts, wrong_contacts

ONE = UUID(int=1)


def found(steps: str, out: int) -> list[str]:
    return [*wrong_contacts(Contacts({ONE: steps.split()}), Counter({ONE: out} if out else {}))]


@pytest.mark.parametrize(
    ("steps", "out"),
    [
        ("requested refused", 0),
        ("requested waiting waiting", 0),
        ("requested waiting authorised expired", 0),
        ("requested authorised attempted sent delivered", 1),
        ("requested authorised attempted unknown", 0),
        ("requested authorised attempted unknown", 1),
        ("requested authorised attempted unknown delivered", 1),
        ("requested authorised attempted failed", 0),
        ("requested authorised attempted made", 1),
    ],
)
def test_a_contact_that_came_to_a_known_end(steps: str, out: int):
    assert found(steps, out) == []


@pytest.mark.parametrize(
    ("steps", "out", "words"),
    [
        ("requested", 0, "no end"),
        ("requested authorised", 0, "no end"),
        ("requested authorised attempted", 1, "no end"),
        ("requested requested refused", 0, "a step twice"),
        ("requested refused authorised attempted sent", 1, "decided more than once"),
        ("requested refused expired", 0, "decided more than once"),
        ("authorised expired", 0, "without a request"),
        ("requested authorised attempted sent sent", 1, "a step twice"),
        ("requested attempted sent", 1, "nothing allowed it"),
        ("requested authorised attempted sent", 0, "nobody received it"),
        ("requested authorised attempted sent", 2, "came out 2 times"),
        ("requested authorised expired", 1, "came out 1 times"),
    ],
)
def test_a_contact_that_did_not(steps: str, out: int, words: str):
    [finding] = found(steps, out)
    assert words in finding


def test_a_message_of_which_nothing_is_known():
    [finding] = wrong_contacts(Contacts(), Counter({ONE: 1}))
    assert "nothing on the log tells of it" in finding
