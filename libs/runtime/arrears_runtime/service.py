"""What a service is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic
from sqlalchemy import MetaData

from arrears_runtime import dead_letters, keys, policies, schema, stream
from arrears_runtime.decider import Decider
from arrears_runtime.latest import Latest
from arrears_runtime.policies import Need
from arrears_runtime.projection import View
from arrears_runtime.publication import POLICY
from arrears_runtime.reaction import Reaction
from arrears_runtime.stops import SKIP, STOP


@dataclass(frozen=True)
class Service:
    """What a service is made of: the topics it writes and reads, its aggregates, read models and reactions.

    `policies`: by name, what it needs of each without which it decides nothing and is not ready. `keys_topic`: where
    the keys of the texts that it seals are kept; at an event of `shreds_on` those of its customer are destroyed.
    `latest`: what it keeps, sealed, of a compacted topic.
    """

    name: str
    topic: Topic[Any]
    settings_topic: Topic[Any]
    reads: Sequence[Topic[Any]]
    metadata: MetaData
    deciders: Sequence[Decider[Any]] = ()
    views: Sequence[View] = ()
    reactions: Sequence[Reaction] = ()
    policies: Mapping[str, Need] = field(default_factory=dict[str, Need])
    keys_topic: str | None = None
    shreds_on: Sequence[type[Event]] = ()
    latest: Latest | None = None

    def __post_init__(self) -> None:
        asked = {reaction.policy for reaction in self.reactions if reaction.policy}
        assert asked <= self.policies.keys(), f"{self.name}: a reaction asks for a policy that is not among its own"

    @property
    def followed(self) -> tuple[str, ...]:
        """The topics that it follows, by name."""
        return tuple(topic.name for topic in (*self.reads, *((self.latest.topic,) if self.latest else ())))

    @property
    def written(self) -> frozenset[str]:
        """The topics that it alone writes, by name."""
        keys_topic = (self.keys_topic,) if self.keys_topic else ()
        return frozenset((self.topic.name, self.settings_topic.name, self.letters, *keys_topic))

    @property
    def topics(self) -> frozenset[str]:
        """All that it reads and writes."""
        return self.written.union(self.followed)

    @property
    def letters(self) -> str:
        return f"{self.name}.dead-letters"

    @cached_property
    def all_views(self) -> tuple[View, ...]:
        return (
            *self.views,
            *dead_letters.views_of(self.topic, self.settings_topic),
            policies.view_of(self.settings_topic),
            *keys.views_of((self.topic, *self.reads), self.shreds_on),
        )

    @property
    def own_topics(self) -> tuple[Topic[Any], ...]:
        """Those that hold its events."""
        return self.settings_topic, self.topic

    @cached_property
    def own_views(self) -> tuple[View, ...]:
        """Those that are written inline with their stream."""
        return tuple(view for view in self.all_views if view.topic in self.own_topics and view.of_a_stream)

    @cached_property
    def following_views(self) -> tuple[View, ...]:
        return tuple(view for view in self.all_views if view not in self.own_views)

    @cached_property
    def by_category(self) -> dict[str, tuple[Decider[Any], Topic[Any]]]:
        found = {decider.category: (decider, self.topic) for decider in (*self.deciders, STOP)}
        return {**found, **{decider.category: (decider, self.settings_topic) for decider in (SKIP, POLICY)}}

    @cached_property
    def metadatas(self) -> tuple[MetaData, ...]:
        return stream.metadata, self.metadata

    @cached_property
    def fingerprint(self) -> str:
        tables = [table for metadata in self.metadatas for table in metadata.sorted_tables]
        return schema.fingerprint(tables, self.all_views, [decider for decider, _ in self.by_category.values()])
