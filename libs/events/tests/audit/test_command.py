"""`arrears audit` on a real Kafka: what it prints, and how it ends."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from arrears_events.audit.command import audit
from arrears_events.ids import case_id
from click.testing import CliRunner, Result

from .history import History

CASE_ID = str(case_id("UCI-1", "UCI-1/missed/2026-04-21"))


def run(kafka: Any, *arguments: str) -> Result:
    env = {"ARREARS_KAFKA_BOOTSTRAP": kafka.bootstrap, "ARREARS_TOPIC_PREFIX": kafka.prefix}
    return CliRunner().invoke(audit, arguments, env=env)


@pytest.fixture
async def published(history: History, kafka: Any) -> Any:
    """A case of customer C-1 with three events."""
    history.opened("UCI-1", history.missed("UCI-1", "2026-04-21"))
    history.staged("UCI-1")
    history.staged("UCI-1")
    for partition in range(8):
        history.close("2026-04-21", partition)
    await history.publish(kafka.bootstrap, kafka.prefix)
    return kafka


async def test_a_whole_history_ends_with_0(published: Any):
    result = await asyncio.to_thread(run, published, "verify")
    assert result.exit_code == 0, result.output
    assert "The history is whole: 0 errors, 0 notes." in result.output
    assert "case.events                 3 records            1 streams" in result.output


async def test_a_broken_history_ends_with_1_and_names_the_place(published: Any, history: History):
    fork = replace(history.records[2], value=history.records[2].value.replace(b'"lin"', b'"mei"'))
    planted = History()
    planted.put(fork.topic, fork.partition, fork.key, fork.value)
    await planted.publish(published.bootstrap, published.prefix)
    result = await asyncio.to_thread(run, published, "verify", "--json")
    assert result.exit_code == 1, result.output
    told = json.loads(result.output)
    [found] = told["findings"]
    assert (found["code"], found["topic"], found["partition"], found["offset"]) == (
        "fork",
        "case.events",
        fork.partition,
        3,
    )
    assert (found["streamid"], found["streamversion"], found["level"]) == ("account/UCI-1", 2, "error")
    assert told["summary"]["errors"] == 1


@pytest.mark.parametrize(
    "whose",
    [
        ("--account", "UCI-1"),
        ("--case", CASE_ID),
        ("--case", CASE_ID.upper(), "--customer", "C-1"),
        ("--customer", "C-1"),
    ],
)
async def test_the_story_is_told_from_kafka_alone(published: Any, whose: tuple[str, ...]):
    result = await asyncio.to_thread(run, published, "timeline", *whose)
    assert result.exit_code == 0, result.output
    assert "because of #1 PaymentMissed UCI-1/missed/2026-04-21" in result.output
    lines = json.loads((await asyncio.to_thread(run, published, "timeline", *whose, "--json")).output)
    assert [line["event"] for line in lines] == ["PaymentMissed", "CaseOpened", "StageChanged", "StageChanged"]


async def test_what_is_not_on_the_log_ends_with_2(published: Any):
    for arguments in (("--account", "UCI-9"), ("--customer", "C-9"), ("--case", CASE_ID[::-1]), ()):
        assert (await asyncio.to_thread(run, published, "timeline", *arguments)).exit_code == 2


@pytest.mark.parametrize("command", ["verify", "timeline --account UCI-1"])
def test_a_kafka_that_does_not_answer_ends_with_2(command: str):
    result = CliRunner().invoke(audit, command, env={"ARREARS_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    assert result.exit_code == 2
    assert "Kafka does not answer" in result.output
