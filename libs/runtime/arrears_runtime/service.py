"""What a service is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from arrears_events.codec import Topic
from sqlalchemy import MetaData

from arrears_runtime import dead_letters, schema, stream
from arrears_runtime.decider import Decider
from arrears_runtime.projection import View
from arrears_runtime.reaction import Reaction
from arrears_runtime.stops import SKIP, STOP


@dataclass(frozen=True)
class Service:
    """What a service is made of: the topics it writes and reads, its aggregates, read models and reactions."""

    name: str
    topic: Topic[Any]
    settings_topic: Topic[Any]
    reads: Sequence[Topic[Any]]
    metadata: MetaData
    deciders: Sequence[Decider[Any]] = ()
    views: Sequence[View] = ()
    reactions: Sequence[Reaction] = ()

    @property
    def letters(self) -> str:
        return f"{self.name}.dead-letters"

    @cached_property
    def all_views(self) -> tuple[View, ...]:
        return *self.views, *dead_letters.views_of(self.topic, self.settings_topic)

    @cached_property
    def own_views(self) -> tuple[View, ...]:
        """Those that are written inline with their stream."""
        own = (self.topic, self.settings_topic)
        return tuple(view for view in self.all_views if view.topic in own and view.of_a_stream)

    @cached_property
    def following_views(self) -> tuple[View, ...]:
        return tuple(view for view in self.all_views if view not in self.own_views)

    @cached_property
    def by_category(self) -> dict[str, tuple[Decider[Any], Topic[Any]]]:
        found = {decider.category: (decider, self.topic) for decider in (*self.deciders, STOP)}
        return {**found, SKIP.category: (SKIP, self.settings_topic)}

    @cached_property
    def metadatas(self) -> tuple[MetaData, ...]:
        return stream.metadata, self.metadata

    @cached_property
    def fingerprint(self) -> str:
        tables = [table for metadata in self.metadatas for table in metadata.sorted_tables]
        return schema.fingerprint(tables, self.all_views, [decider for decider, _ in self.by_category.values()])
