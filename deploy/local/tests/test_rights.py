"""On the broker each is a user of its own, who writes their own topics, reads what they must, and no more."""

from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaTimeoutError,
    TopicAuthorizationFailedError,
)
from arrears_events.log import topics
from arrears_events.log.reader import Reader
from arrears_events.log.writer import Writer
from arrears_local import kafka as broker
from arrears_local.home import Home
from arrears_runtime.replay_check import installed
from arrears_runtime.rights import by_user

OWN = {"case-service": "case.", "contact-service": "contact.", "plan-service": "plan.", "bank": "bank.", "auditor": "-"}
"""How the topics begin that each alone writes."""
As = Callable[[str], str]


@pytest.fixture
async def as_user(kafka: Any, addresses: Any, monkeypatch: pytest.MonkeyPatch) -> As:
    """From here on this process is that service to the broker; gives where it comes in."""
    await topics.grant(kafka.bootstrap, by_user(installed(), kafka.prefix))

    def come_in(user: str) -> str:
        told = broker.settings_of(user, Home(addresses.home))
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        return told["ARREARS_KAFKA_BOOTSTRAP"]

    return come_in


async def writes(door: str, topic: str) -> bool:
    try:
        async with Writer(door) as writer:
            await (await writer.send(topic, b"C-1", b"{}", 0))
    except (TopicAuthorizationFailedError, ClusterAuthorizationFailedError):  # who may write nothing is no producer
        return False
    return True


async def reads(door: str, prefix: str, topic: str) -> bool:
    async with Reader(door, prefix) as reader:
        try:
            await reader.ends([(topic, 0)])
            reader.read_from({(topic, 0): 0})
            await reader.batch(100, 10)
        except KafkaTimeoutError:  # a topic that one may not see is not there
            return False
    return True


@pytest.mark.parametrize("user", OWN)
async def test_each_writes_their_own_topics_and_no_others(kafka: Any, as_user: As, user: str):
    door, every = as_user(user), {spec.name for spec in topics.specs()}
    written = {topic for topic in every if await writes(door, kafka.prefix + topic)}
    assert written == {topic for topic in every if topic.startswith(OWN[user])}


async def test_who_customers_are_the_bank_and_contact_service_read_alone(kafka: Any, as_user: As):
    for name, persons in (("auditor", False), ("case-service", False), ("contact-service", True), ("bank", True)):
        door = as_user(name)
        assert await reads(door, kafka.prefix, "bank.events")
        assert await reads(door, kafka.prefix, "bank.customers") is persons


async def test_a_service_keeps_its_own_group_alone(kafka: Any, as_user: As):
    door, at = as_user("case-service"), [("bank.events", 0)]
    async with Reader(door, kafka.prefix, group=f"{kafka.prefix}case-service") as reader:
        reader.read_from({at[0]: 0})
        await reader.commit({at[0]: 0})
    with pytest.raises(GroupAuthorizationFailedError):
        async with Reader(door, kafka.prefix, group=f"{kafka.prefix}plan-service") as reader:
            await reader.committed(at)


async def test_who_has_not_the_password_does_not_come_in(as_user: As, monkeypatch: pytest.MonkeyPatch):
    door = as_user("case-service")
    monkeypatch.setenv("ARREARS_KAFKA_PASSWORD", "guessed")
    with pytest.raises(KafkaConnectionError):
        async with Writer(door):
            pass
