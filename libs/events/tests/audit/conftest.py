"""The history that each test begins with."""

import pytest

from .history import History


@pytest.fixture
def history() -> History:
    return History()
