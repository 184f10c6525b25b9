"""Where the real data set is, if it is here, and small portfolios."""

from datetime import date
from pathlib import Path

import pytest
from arrears_events.bank.portfolio import Portfolio, from_file, generated

APRIL = date(2026, 4, 1)


@pytest.fixture
def april() -> date:
    return APRIL


@pytest.fixture
def few() -> Portfolio:
    """Forty generated accounts, two of them of one customer each with another."""
    return generated(42, 1, APRIL)


@pytest.fixture(scope="session")
def real_portfolio(real_data: Path) -> Portfolio:
    return from_file(real_data, None, APRIL)
