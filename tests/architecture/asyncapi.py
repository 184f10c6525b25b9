"""One AsyncAPI 3 document of the whole log, as whoever reads it meets it: topics, their settings, what lies in each."""

import inspect
import json
import tomllib
from typing import Any

from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic
from arrears_events.log import topics

from tests.architecture.json_schemas import TOPICS, events_of
from tests.architecture.packages import ROOT
from tests.architecture.topics_page import owner_of

CONTENT_TYPE = "application/cloudevents+json"
DIALECT = "application/schema+json;version=draft-2020-12"
ABOUT = """\
Every event of the log. Each topic has one owner, who alone may write it, and anybody who may read it receives all that
is on it from the first record on. A record's value is a CloudEvent in structured JSON. A closed day has no key, and is
written to every partition of bank.events."""
BINDING = "0.5.0"


def document() -> str:
    """The same bytes for the same code."""
    project = tomllib.loads((ROOT / "libs/events/pyproject.toml").read_text("utf-8"))["project"]
    told = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "arrears: the log",
            "version": project["version"],
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {f"read.{topic.name}": _reading(topic) for topic in TOPICS},
        "components": {"messages": {_id(topic, each): _message(topic, each) for topic, each in _all()}},
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _all() -> list[tuple[Topic[Any], type[Event]]]:
    return [(topic, event) for topic in TOPICS for event in events_of(topic)]


def _channel(topic: Topic[Any]) -> dict[str, Any]:
    [spec] = (each for each in topics.specs() if each.name == topic.name)
    binding = {"partitions": spec.partitions, "replicas": spec.replication_factor, "bindingVersion": BINDING}
    owner = owner_of(topic.name)
    return {
        "address": topic.name,
        "description": f"Written by {owner} alone. Addresses begin with the installation's prefix, where it has one.",
        "messages": {each.wire: {"$ref": f"#/components/messages/{_id(topic, each)}"} for each in events_of(topic)},
        "bindings": {"kafka": binding},
    }


def _reading(topic: Topic[Any]) -> dict[str, Any]:
    return {"action": "receive", "channel": {"$ref": f"#/channels/{topic.name}"}}


def _message(topic: Topic[Any], event: type[Event]) -> dict[str, Any]:
    schema = {"$ref": f"./schemas/{topic.name}/{event.wire}.json"}
    return {
        "name": topic.type_of(event),
        "title": event.wire,
        "summary": (inspect.getdoc(event) or "").partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "payload": {"schemaFormat": DIALECT, "schema": schema},
        "bindings": {"kafka": {"key": _key(topic), "bindingVersion": BINDING}},
    }


def _key(topic: Topic[Any]) -> dict[str, str]:
    of_a_customer = "customer_id; the partition is murmur2(key), as Kafka's Java client has it"
    of_settings = "the policy's name, or `dead-letters`"
    return {"type": "string", "description": of_settings if topic.name.endswith(".settings") else of_a_customer}


def _id(topic: Topic[Any], event: type[Event]) -> str:
    return f"{topic.name}.{event.wire}"
