"""The topics as they must be, made and checked."""

import asyncio
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Literal, NamedTuple

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code
from aiokafka.protocol.admin import CreateAclsRequest

from arrears_events.settings import KafkaAccess

KNOWN_SECONDS_MAX = 15
FOR_LIFE = (
    "nothing mends it, since a customer's records would lie in two partitions. A topic that holds nothing can be "
    "deleted and made anew; where it holds records, begin an installation under another ARREARS_TOPIC_PREFIX"
)
_SET_ON_TOPIC = 1  # a setting's source in Kafka's protocol: neither the broker's nor a default


class TopicsDiffer(RuntimeError):
    """Topics of the broker are not as they must be; each difference names topic, setting, and both values."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("; ".join(differences) + ". `arrears topics apply` makes what is missing and mends settings.")
        self.differences = differences


@dataclass(frozen=True)
class Applied:
    """`done`: what was made or mended. `left`: what a person must mend, and how."""

    done: list[str]
    left: list[str]


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it must be. `name` is without the prefix of an installation."""

    name: str
    partitions: int
    replication_factor: int
    settings: dict[str, str] = field(hash=False)


def specs() -> list[TopicSpec]:
    """All topics of the system, from `topics.toml`."""
    data: dict[str, Any] = tomllib.loads(files("arrears_events.log").joinpath("topics.toml").read_text("utf-8"))
    return [
        TopicSpec(
            name, topic.get("partitions", data["partitions"]), data["replication_factor"], data["kinds"][topic["kind"]]
        )
        for name, topic in data["topics"].items()
    ]


async def apply(bootstrap: str, prefix: str = "") -> Applied:
    """Make the topics that are missing and mend settings that differ. Deletes nothing, and changes no partitions.

    Raises KafkaError that names the topic, when the broker refuses.
    """
    async with _admin(bootstrap) as admin:
        existing = set(await admin.list_topics())
        made = await _make(admin, [spec for spec in specs() if prefix + spec.name not in existing], prefix)
        found = [spec for spec in specs() if spec not in made]
        mended = await _mend(admin, found, prefix)
        left = await _partitions_that_differ(admin, found, prefix)
    return Applied([f"{prefix}{spec.name}: made with {spec.partitions} partitions" for spec in made] + mended, left)


async def _make(admin: AIOKafkaAdminClient, missing: list[TopicSpec], prefix: str) -> list[TopicSpec]:
    """Those that were made: a topic that somebody else made meanwhile is as they made it."""
    if not missing:
        return []
    answer = await admin.create_topics([_new(spec, prefix) for spec in missing])
    refused = {topic: (code, why) for topic, code, why in answer.topic_errors if code}
    for topic, (code, why) in refused.items():
        if code != TopicAlreadyExistsError.errno:
            raise for_code(code)(f"{topic}: {why}")
    await _until_known(admin, [prefix + spec.name for spec in missing])
    return [spec for spec in missing if prefix + spec.name not in refused]


async def _mend(admin: AIOKafkaAdminClient, chosen: list[TopicSpec], prefix: str) -> list[str]:
    """What was mended. What else somebody set on a topic stays: the request replaces all that is set."""
    found = await _settings(admin, chosen, prefix)
    for spec in chosen:
        if _differences(spec, found[prefix + spec.name], prefix):
            kept = {name: each.value or "" for name, each in found[prefix + spec.name].items() if each.set_on_topic}
            asked = ConfigResource(ConfigResourceType.TOPIC, prefix + spec.name, {**kept, **spec.settings})
            [answer] = await admin.alter_configs([asked])
            for code, why, _, topic in answer.resources:
                if code:
                    raise for_code(code)(f"{topic}: {why}")
    return [f"{each}: mended" for spec in chosen for each in _differences(spec, found[prefix + spec.name], prefix)]


async def _until_known(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """A topic that was just made is not known to a broker at once, nor has each partition its leader."""
    async with asyncio.timeout(KNOWN_SECONDS_MAX):
        while True:
            described: list[dict[str, Any]] = await admin.describe_topics(names)
            if not any(each["error_code"] for topic in described for each in (topic, *topic["partitions"])):
                return
            await asyncio.sleep(0.02)


class Right(NamedTuple):
    """Of one user, on one topic or group by its whole name."""

    on: Literal["topic", "group"]
    name: str
    to: Literal["read", "write", "describe_configs"]


async def grant(bootstrap: str, rights: Mapping[str, Iterable[Right]]) -> None:
    """Let each user do this, from wherever; what they may already stays. Raises KafkaError."""
    async with _admin(bootstrap) as admin:
        await asyncio.gather(*(_grant(admin, user, right) for user, each in rights.items() for right in each))


async def _grant(admin: AIOKafkaAdminClient, user: str, right: Right) -> None:
    """aiokafka has a form for what is asked here, and no method."""
    asked = CreateAclsRequest(
        _RESOURCES[right.on], right.name, _LITERAL, f"User:{user}", "*", _OPERATIONS[right.to], _ALLOW
    )
    answer = await admin._send_to_controller(asked)  # type: ignore[reportPrivateUsage]
    [(code, message)] = answer.creation_responses
    if code:
        raise for_code(code)(f"{right.to} on {right.on} {right.name} for {user}: {message}")


_RESOURCES, _OPERATIONS = {"topic": 2, "group": 3}, {"read": 3, "write": 4, "describe_configs": 10}
_LITERAL, _ALLOW = 3, 3
"""Codes of Kafka's protocol."""


async def remove(bootstrap: str, prefix: str) -> None:
    """Delete the topics of a prefix with all they hold: for installations made for a test."""
    assert prefix, "the topics without a prefix are nobody's test"
    async with _admin(bootstrap) as admin:
        found = [name for name in await admin.list_topics() if name.startswith(prefix)]
        await admin.delete_topics(found)


async def check(bootstrap: str, names: Iterable[str], prefix: str = "") -> None:
    """Raises TopicsDiffer unless each of `names` exists, with its partitions and settings."""
    wanted = set(names)
    chosen = [spec for spec in specs() if spec.name in wanted]
    async with _admin(bootstrap) as admin:
        existing = set(await admin.list_topics())
        missing = [spec for spec in chosen if prefix + spec.name not in existing]
        there = [spec for spec in chosen if spec not in missing]
        differences = [f"there is no {prefix}{spec.name}" for spec in missing]
        differences += await _partitions_that_differ(admin, there, prefix)
        settings = await _settings(admin, there, prefix)
        differences += [each for spec in there for each in _differences(spec, settings[prefix + spec.name], prefix)]
    if differences:
        raise TopicsDiffer(differences)


def _admin(bootstrap: str) -> "_Admin":
    return _Admin(bootstrap)


class _Admin:
    """aiokafka's admin client as a context."""

    def __init__(self, bootstrap: str) -> None:
        access = KafkaAccess().of_a_client()
        self._client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=15_000, **access)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        await self._client.start()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()


def _new(spec: TopicSpec, prefix: str) -> NewTopic:
    return NewTopic(prefix + spec.name, spec.partitions, spec.replication_factor, topic_configs=spec.settings)


async def _partitions_that_differ(admin: AIOKafkaAdminClient, chosen: list[TopicSpec], prefix: str) -> list[str]:
    if not chosen:
        return []
    described = await admin.describe_topics([prefix + spec.name for spec in chosen])
    found = {topic["topic"]: len(topic["partitions"]) for topic in described}
    return [
        f"{prefix}{spec.name} has {found[prefix + spec.name]} partitions, not {spec.partitions}: {FOR_LIFE}"
        for spec in chosen
        if found[prefix + spec.name] != spec.partitions
    ]


async def _settings(
    admin: AIOKafkaAdminClient, chosen: list[TopicSpec], prefix: str
) -> dict[str, dict[str, "_Setting"]]:
    """All settings of each topic, by its whole name."""
    if not chosen:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, prefix + spec.name) for spec in chosen]
    return {
        topic: {entry[0]: _Setting(entry[1], entry[3] == _SET_ON_TOPIC) for entry in entries}
        for response in await admin.describe_configs(asked)
        for _, _, _, topic, entries in response.resources
    }


class _Setting(NamedTuple):
    value: str | None
    set_on_topic: bool


def _differences(spec: TopicSpec, found: dict[str, _Setting], prefix: str) -> list[str]:
    return [
        f"{prefix}{spec.name} has {name}={found[name].value if name in found else None}, not {value}"
        for name, value in spec.settings.items()
        if name not in found or found[name].value != value
    ]
