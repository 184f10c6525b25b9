"""The log that each test begins with, and a customer on it."""

import pytest

from .past import Past
from .person import Person


@pytest.fixture
def past() -> Past:
    return Past()


@pytest.fixture
def person(past: Past) -> Person:
    return Person(past)
