"""`arrears topics apply`: what is missing is made, what differs is mended, and what nothing mends is told."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError
from arrears_events.command import main
from arrears_events.log import topics
from click.testing import CliRunner, Result

TOPIC = ConfigResourceType.TOPIC
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Broker:
    """A broker without a topic of the installation `prefix`."""

    bootstrap: str
    prefix: str

    async def apply(self) -> Result:
        """The command."""
        env = {"ARREARS_KAFKA_BOOTSTRAP": self.bootstrap, "ARREARS_TOPIC_PREFIX": self.prefix}
        return await asyncio.to_thread(CliRunner().invoke, main, ["topics", "apply"], env=env)

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[AIOKafkaAdminClient]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            yield admin
        finally:
            await admin.close()

    async def make(self, topic: str, partitions: int) -> None:
        """Known to the broker on return."""
        async with self.admin() as admin, asyncio.timeout(15):
            await admin.create_topics([NewTopic(self.prefix + topic, partitions, 1)])
            while self.prefix + topic not in await admin.list_topics():
                await asyncio.sleep(0.02)

    async def change(self, topic: str, settings: dict[str, str]) -> None:
        """These, and all others as they must be."""
        [spec] = [spec for spec in topics.specs() if spec.name == topic]
        asked = ConfigResource(TOPIC, self.prefix + topic, spec.settings | settings)
        async with self.admin() as admin:
            [answer] = await admin.alter_configs([asked])
        assert [each[:2] for each in answer.resources] == [(0, None)]
        await self.has(topic, settings)

    async def has(self, topic: str, settings: dict[str, str]) -> None:
        """Waits: the broker takes a moment to say what it was told."""
        async with self.admin() as admin, asyncio.timeout(15):
            while True:
                [found] = await admin.describe_configs([ConfigResource(TOPIC, self.prefix + topic)])
                [(_, _, _, _, entries)] = found.resources
                if settings.items() <= {entry[0]: entry[1] for entry in entries}.items():
                    return
                await asyncio.sleep(0.02)


@pytest.fixture
async def broker(addresses) -> AsyncIterator[Broker]:
    made = Broker(addresses.kafka, f"applied{next(_numbers)}.")
    yield made
    await topics.remove(made.bootstrap, made.prefix)


async def test_topics_that_are_missing_are_made_and_the_second_time_all_is_well(broker: Broker):
    first = await broker.apply()
    assert (first.exit_code, len(first.output.splitlines())) == (0, len(topics.specs()))
    assert f"{broker.prefix}plan.events: made with 8 partitions" in first.output
    second = await broker.apply()
    assert (second.exit_code, second.output) == (0, "All topics are as they must be.\n")


async def test_a_setting_that_differs_is_mended_and_another_that_somebody_set_stays(broker: Broker):
    await topics.apply(broker.bootstrap, broker.prefix)
    await broker.change("plan.events", {"retention.ms": "1000", "compression.type": "lz4"})
    told = await broker.apply()
    assert (told.exit_code, told.output) == (0, f"{broker.prefix}plan.events has retention.ms=1000, not -1: mended\n")
    await broker.has("plan.events", {"retention.ms": "-1", "compression.type": "lz4"})
    await topics.check(broker.bootstrap, ["plan.events"], broker.prefix)


async def test_partitions_that_differ_are_told_each_time_and_are_exit_1(broker: Broker):
    await broker.make("plan.events", 3)
    for _ in range(2):
        told = await broker.apply()
        assert told.exit_code == 1
        assert f"{broker.prefix}plan.events: made" not in told.output
        assert f"{broker.prefix}plan.events has 3 partitions, not 8: nothing mends it" in told.output
        assert "can be deleted and made anew" in told.output
    with pytest.raises(topics.TopicsDiffer, match="has 3 partitions, not 8: nothing mends it"):
        await topics.check(broker.bootstrap, ["plan.events"], broker.prefix)


async def test_a_topic_that_somebody_else_makes_meanwhile_is_not_called_made(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
):
    """Two run `apply` at once: both see no topic, one of them makes it."""
    await broker.make("plan.events", 3)
    async with broker.admin() as admin:
        known = await admin.list_topics()

    async def before_it_was_made(_self) -> list[str]:
        return [name for name in known if not name.startswith(broker.prefix)]

    monkeypatch.setattr(AIOKafkaAdminClient, "list_topics", before_it_was_made)
    applied = await topics.apply(broker.bootstrap, broker.prefix)
    monkeypatch.undo()
    assert f"{broker.prefix}case.events: made with 8 partitions" in applied.done
    assert not any(f"{broker.prefix}plan.events: made" in line for line in applied.done)
    assert [line.split(":")[0] for line in applied.left] == [f"{broker.prefix}plan.events has 3 partitions, not 8"]


async def test_what_the_broker_refuses_is_an_error_that_names_the_topic(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
):
    wanted = topics.TopicSpec("plan.events", 8, 3, {})  # three replicas on one broker
    monkeypatch.setattr(topics, "specs", lambda: [wanted])
    with pytest.raises(KafkaError, match=rf"InvalidReplicationFactorError: {broker.prefix}plan.events: "):
        await topics.apply(broker.bootstrap, broker.prefix)
