"""contact-service over its own PostgreSQL, without the log: what others said is folded by hand."""

from collections.abc import AsyncIterator, Callable

import pytest

from .contacting import Contacting, contacting


@pytest.fixture
async def contact(database: Callable[[], str]) -> AsyncIterator[Contacting]:
    async for each in contacting(database):
        yield each
