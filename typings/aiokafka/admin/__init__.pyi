from collections.abc import Iterable, Sequence
from typing import Any

from aiokafka.admin.config_resource import ConfigResource
from aiokafka.protocol.admin import CreateAclsRequest

class NewTopic:
    def __init__(
        self,
        name: str,
        num_partitions: int,
        replication_factor: int,
        replica_assignments: dict[int, list[int]] | None = ...,
        topic_configs: dict[str, str] | None = ...,
    ) -> None: ...

class _Configs:
    """`resources`: error code, error message, resource type, name, and entries that begin with setting and value."""

    resources: list[tuple[int, str | None, int, str, list[tuple[str, str | None, *tuple[Any, ...]]]]]

class _Created:
    """`topic_errors`: topic, error code (0: none), error message."""

    topic_errors: list[tuple[str, int, str | None]]

class _Altered:
    """`resources`: error code (0: none), error message, resource type, name."""

    resources: list[tuple[int, str | None, int, str]]

class _AclsCreated:
    """`creation_responses`: error code (0: none), error message."""

    creation_responses: list[tuple[int, str | None]]

class AIOKafkaAdminClient:
    def __init__(self, *, bootstrap_servers: str, request_timeout_ms: int = ...) -> None: ...
    async def start(self) -> None: ...
    async def close(self) -> None: ...
    async def list_topics(self) -> list[str]: ...
    async def describe_topics(self, topics: Sequence[str]) -> list[dict[str, Any]]: ...
    async def create_topics(self, new_topics: Iterable[NewTopic]) -> _Created: ...
    async def delete_topics(self, topics: Sequence[str]) -> object: ...
    async def describe_configs(self, config_resources: Sequence[ConfigResource]) -> list[_Configs]: ...
    async def _send_to_controller(self, request: CreateAclsRequest) -> _AclsCreated: ...
    async def alter_configs(self, config_resources: Sequence[ConfigResource]) -> list[_Altered]: ...
