"""Rules that no pack of ours has, for what the guard makes of them."""

from typing import Any

from arrears_policy.rule_pack import EVERYWHERE, RulePack, parse
from arrears_policy.rules import Rule

from .asking import MEDIA, PURPOSES

HEAD = {"says": "-", "clause": "-", "source": "-", "grade": "default", "purposes": [*PURPOSES], "media": [*MEDIA]}


def rule(id_: str, **fields: Any) -> dict[str, Any]:
    return HEAD | {"id": id_} | fields


def window(hours: str | dict[str, str], id_: str = "XX-01", **fields: Any) -> dict[str, Any]:
    by_day = {"every": hours} if isinstance(hours, str) else hours
    ends = {"opens": "included", "closes": "excluded"}
    return rule(id_, type="window", hours=by_day, **ends | fields)


def count(at_most: int, id_: str = "XX-02", **fields: Any) -> dict[str, Any]:
    usual = {"counts": "contact", "by": "person", "over": "calendar_day"}
    return rule(id_, type="count", at_most=at_most, **usual | fields)


def rules(*written: dict[str, Any]) -> tuple[RulePack, ...]:
    """As the whole law of the place `cn`."""
    harmless = rule("XX-99", type="gate", condition="point_not_barred")
    place = {"jurisdiction": "cn", "rules": [*written, harmless]}
    everywhere = {"jurisdiction": EVERYWHERE, "rules": [harmless | {"id": "YY-99"}]}
    return parse(place), parse(everywhere)


def only(*written: Rule) -> tuple[RulePack, ...]:
    [_, everywhere] = rules()
    return RulePack("cn", written), everywhere
