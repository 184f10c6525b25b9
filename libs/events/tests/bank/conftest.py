"""Where the real data set is, if it is here, and small portfolios."""

import os
from datetime import date
from pathlib import Path

import pytest
from arrears_events.bank.portfolio import Portfolio, from_file, generated

REAL = "default-of-credit-card-clients.csv.gz"
APRIL = date(2026, 4, 1)


@pytest.fixture
def april() -> date:
    return APRIL


@pytest.fixture
def few() -> Portfolio:
    """Forty generated accounts, two of them of one customer each with another."""
    return generated(42, 1, APRIL)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The file named or in the folder ARREARS_REAL_DATA, or ../shared/data beside the checkout."""
    checkout = next(folder for folder in Path(__file__).parents if (folder / "Makefile").is_file())
    named = Path(os.environ.get("ARREARS_REAL_DATA") or checkout.parent / "shared" / "data")
    path = named if named.is_file() else named / REAL
    if not path.is_file():
        pytest.skip(f"the real data set is not here: {REAL} of UCI data set 350, named by ARREARS_REAL_DATA")
    return path


@pytest.fixture(scope="session")
def real_portfolio(real_data: Path) -> Portfolio:
    return from_file(real_data, None, APRIL)
