"""The topics as they must be, made and checked."""

import asyncio
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

KNOWN_SECONDS_MAX = 15


class TopicsDiffer(RuntimeError):
    """Topics of the broker are not as they must be; each difference names topic, setting, and both values."""

    def __init__(self, differences: list[str]) -> None:
        super().__init__("; ".join(differences) + ". `arrears topics apply` makes what is missing and mends settings.")
        self.differences = differences


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


async def apply(bootstrap: str, prefix: str = "") -> list[str]:
    """Make the topics that are missing and mend settings that differ; says what it did. Never deletes anything."""
    async with _admin(bootstrap) as admin:
        existing = set(await admin.list_topics())
        missing = [spec for spec in specs() if prefix + spec.name not in existing]
        if missing:
            await admin.create_topics([_new(spec, prefix) for spec in missing])
            await _until_known(admin, [prefix + spec.name for spec in missing])
        made = [f"{prefix}{spec.name}: made with {spec.partitions} partitions" for spec in missing]
        wrong = await _settings_that_differ(admin, [spec for spec in specs() if spec not in missing], prefix)
        for spec in {spec.name: spec for spec, _ in wrong}.values():
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, prefix + spec.name, spec.settings)])
        return made + [f"{difference}: mended" for _, difference in wrong]


async def _until_known(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """A topic that was just made is not known to a broker at once, nor has each partition its leader."""
    async with asyncio.timeout(KNOWN_SECONDS_MAX):
        while True:
            described: list[dict[str, Any]] = await admin.describe_topics(names)
            if not any(each["error_code"] for topic in described for each in (topic, *topic["partitions"])):
                return
            await asyncio.sleep(0.02)


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
        described = {topic["topic"]: topic for topic in await admin.describe_topics([prefix + s.name for s in chosen])}
        found = {name: len(topic["partitions"]) for name, topic in described.items() if not topic["error_code"]}
        differences = [
            f"{prefix}{spec.name} has {found.get(prefix + spec.name, 0)} partitions, not {spec.partitions}"
            for spec in chosen
            if found.get(prefix + spec.name, 0) != spec.partitions
        ]
        existing = [spec for spec in chosen if prefix + spec.name in found]
        differences += [difference for _, difference in await _settings_that_differ(admin, existing, prefix)]
    if differences:
        raise TopicsDiffer(differences)


def _admin(bootstrap: str) -> "_Admin":
    return _Admin(bootstrap)


class _Admin:
    """aiokafka's admin client as a context."""

    def __init__(self, bootstrap: str) -> None:
        self._client = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=15_000)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        await self._client.start()
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()


def _new(spec: TopicSpec, prefix: str) -> NewTopic:
    return NewTopic(prefix + spec.name, spec.partitions, spec.replication_factor, topic_configs=spec.settings)


async def _settings_that_differ(
    admin: AIOKafkaAdminClient, chosen: list[TopicSpec], prefix: str
) -> list[tuple[TopicSpec, str]]:
    if not chosen:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, prefix + spec.name) for spec in chosen]
    found: dict[str, dict[str, str | None]] = {}
    for response in await admin.describe_configs(asked):
        for _, _, _, name, entries in response.resources:
            found[name] = {entry[0]: entry[1] for entry in entries}
    return [
        (spec, f"{prefix}{spec.name} has {setting}={found[prefix + spec.name].get(setting)}, not {value}")
        for spec in chosen
        for setting, value in spec.settings.items()
        if found[prefix + spec.name].get(setting) != value
    ]
