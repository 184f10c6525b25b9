"""Limits as the policies that plan-service brings have them; a test names the number that it is about."""

from functools import cache
from importlib.resources import files

from arrears_events.catalogue.base import PolicyRef
from arrears_policy.policy import Policy, load
from arrears_policy.values import IntegerValue, Values
from plan_service.domain.limits import Limits


def text_of(policy: str) -> str:
    return files("plan_service").joinpath(f"policies/{policy}.yaml").read_text("utf-8")


def ref(policy: str) -> PolicyRef:
    """Version 1 of the text that plan-service brings."""
    return PolicyRef(name=policy, version=1, sha256=brought(policy).sha256)


@cache
def brought(policy: str) -> Policy:
    return load(text_of(policy))


def limits(policy: str, **numbers: int) -> Limits:
    values = brought(policy).content
    assert isinstance(values, Values)
    named = {name: IntegerValue(type="integer", value=number, unit="x", why="x") for name, number in numbers.items()}
    return Limits(Values({**values.named, **named}), ref(policy))


def promise_limits(**numbers: int) -> Limits:
    return limits("promises", **numbers)


def plan_limits(**numbers: int) -> Limits:
    return limits("instalments", **numbers)
