"""docs/reference/topics.md, from log/topics.toml."""

import re
import tomllib
from typing import Any

from tests.architecture import markdown
from tests.architecture.packages import PACKAGES

SOURCE = PACKAGES["arrears_events"] / "log/topics.toml"
INTRODUCTION = """\
# Topics

Each has one owner, who alone may write it. All but the settings are keyed by `customer_id`, and a record lies in the
partition of murmur2(key), as Kafka's Java client has it. `arrears topics apply` makes what is missing and mends
settings that differ; a service that finds them different is not ready and says how. From
[topics.toml](../../libs/events/arrears_events/log/topics.toml)."""
_OWNERS = {"bank": "the bank's core"}
_WHY = re.compile(r"^\[kinds\.(\w+)\]\s*#\s*(.+)$", re.MULTILINE)


def document() -> str:
    text = SOURCE.read_text("utf-8")
    data = tomllib.loads(text)
    return markdown.page(INTRODUCTION, _topics(data), _kinds(data, dict(_WHY.findall(text))))


def _topics(data: dict[str, Any]) -> str:
    rows = [
        (markdown.code(name), owner_of(name), topic["kind"], str(topic.get("partitions", data["partitions"])))
        for name, topic in data["topics"].items()
    ]
    return markdown.table(("topic", "written by", "kind", "partitions"), rows) + (
        f"\n\nReplication factor: {data['replication_factor']}."
    )


def owner_of(topic: str) -> str:
    """Who alone may write it."""
    owner = topic.partition(".")[0]
    return _OWNERS.get(owner, f"{owner}-service")


def _kinds(data: dict[str, Any], why: dict[str, str]) -> str:
    told = [
        f"### {name}\n\n{why[name].capitalize()}.\n\n"
        + markdown.table(("setting", "value"), [(markdown.code(each), value) for each, value in settings.items()])
        for name, settings in data["kinds"].items()
    ]
    return "\n\n".join(("## Kinds", *told))
