"""What a service's user may do on the broker: write its own topics, read what it follows, keep its group; no more."""

import importlib.metadata
from collections.abc import Iterable, Iterator, Mapping

from arrears_events.log.topics import Right

from arrears_runtime.service import Service


def rights_of(service: Service, prefix: str) -> Iterator[Right]:
    """By whole names."""
    for topic in sorted(service.topics):
        yield Right("topic", prefix + topic, "read")
        yield Right("topic", prefix + topic, "describe_configs")  # it starts on topics that are as they must be alone
    yield from (Right("topic", prefix + topic, "write") for topic in sorted(service.written))
    yield Right("group", f"{prefix}{service.name}-service", "read")


def by_user(services: Mapping[str, Service], prefix: str) -> dict[str, Iterable[Right]]:
    """Each service is the user of its name; the others, as the bank's core, are told by their entry points."""
    others = {each.name: each.load()(prefix) for each in importlib.metadata.entry_points(group="arrears.users")}
    return {**{name: rights_of(service, prefix) for name, service in services.items()}, **others}
