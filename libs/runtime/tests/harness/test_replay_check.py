"""`arrears replay-check`: a row that the log does not account for is named, by its table and key."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from arrears_events.command import main
from arrears_runtime import replay_check
from click.testing import CliRunner, Result

from .tally import SERVICE
from .test_own_log import first_records_gone

Compare = Callable[[str], Awaitable[Result]]


@pytest.fixture
def compare(kafka, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compare:
    """The command, where the small service is the one that is installed."""
    told = {"KAFKA_BOOTSTRAP": kafka.bootstrap, "TOPIC_PREFIX": kafka.prefix, "HOME": str(tmp_path)}
    told |= {"PORT": "1", "ISSUER": "none", "CURSOR_KEY": "k" * 32}
    for name, value in told.items():
        monkeypatch.setenv(f"ARREARS_{name}", value)
    monkeypatch.setattr(replay_check, "installed", lambda: {"plan-service": SERVICE})

    async def ask(url: str) -> Result:
        monkeypatch.setenv("ARREARS_DATABASE_URL", url)
        return await asyncio.to_thread(CliRunner().invoke, main, ["replay-check"])

    return ask


async def test_rows_that_were_changed_by_hand_are_named_by_table_and_key(running, database, bank, compare: Compare):
    url = database()
    async with running(url) as service:
        await bank.open("C-1", "C-2")
        await bank.pay("C-1", 1, 10)
        await bank.close()
        await service.settled()
        clean = await compare(url)
        assert (clean.exit_code, clean.output.endswith(" 0 differences\n")) == (0, True), clean.output
        await service.db.pool.execute("UPDATE tallies SET total = total + 1 WHERE customer_id = 'C-1'")
        await service.db.pool.execute("DELETE FROM accounts WHERE account_id = 'A-C-2'")
        changed = await compare(url)
    assert (changed.exit_code, changed.output.splitlines()[0].endswith(" 3 differences")) == (1, True), changed.output
    assert sorted(changed.output.splitlines()[1:]) == [
        "  accounts A-C-2: only in the log's fold",
        "  tallies C-1: only in the log's fold",
        "  tallies C-1: only in the service",
    ]


@pytest.mark.parametrize("topic", ["plan.events", "bank.events"])
async def test_a_topic_whose_first_records_are_gone_is_told_in_one_line(
    running, database, bank, kafka, compare: Compare, topic: str
):
    url = database()
    gone = await first_records_gone(running, url, bank, kafka, topic)
    told = await compare(url)
    assert (told.exit_code, told.output) == (1, f"Error: {gone}\n")


async def test_a_database_that_is_gone_is_told_with_what_to_do(database, compare: Compare):
    gone = await compare(f"{database()}-gone")
    assert gone.exit_code == 1
    assert gone.output.startswith(
        "Error: The tables of plan-service cannot be compared: InvalidCatalogNameError. Its database must be there"
    )


async def test_a_database_without_the_tables_is_told_the_same(database, compare: Compare):
    empty = await compare(database())
    assert (empty.exit_code, "cannot be compared: UndefinedTableError" in empty.output) == (1, True), empty.output
