"""The language: every event is told, strict and frozen, and has one written form."""

import inspect
import json
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import jsonschema
import pytest
from arrears_events.catalogue.base import Event
from arrears_events.codec import Topic, canonical, encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, PlainSerializer

from tests.architecture.examples import records
from tests.architecture.json_schemas import TOPICS, events_of, of_event
from tests.architecture.openapi import services

EVENTS = [(topic, event) for topic in TOPICS for event in events_of(topic)]
MODELS = sorted({event for _, event in EVENTS}, key=lambda event: event.wire)
STATES = [decider.state for service in services() for decider, _ in service.by_category.values()]
every_event = pytest.mark.parametrize(
    ("topic", "event"), EVENTS, ids=lambda each: getattr(each, "wire", "") or each.name
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.wire)
def test_an_event_says_what_it_means(model: type[Event]):
    assert model.__doc__, f"{model.__name__} has no docstring of its own"
    assert inspect.getdoc(model) == inspect.cleandoc(model.__doc__)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.wire)
def test_an_event_and_all_in_it_is_strict_and_frozen_and_takes_nothing_unknown(model: type[Event]):
    for each in {model, *_within(model)}:
        if issubclass(each, BaseModel):
            said = each.model_config
            assert (said.get("frozen"), said.get("strict"), said.get("extra")) == (True, True, "forbid"), each
        elif is_dataclass(each):
            assert vars(each)["__dataclass_params__"].frozen, each


@pytest.mark.parametrize("root", [*MODELS, *STATES], ids=lambda root: root.__name__)
def test_a_set_is_written_in_order(root: type[Any]):
    """Else the same event or state had other bytes in the next process."""
    for owner in {root, *_within(root)}:
        for name, hint in _hints(owner).items():
            assert not _bare_sets(hint), f"{owner.__name__}.{name}: write it as catalogue.base.Ids"


def test_a_wire_name_is_of_one_event():
    names = [event.wire for event in MODELS]
    assert len(set(names)) == len(names)


@every_event
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_was_read_is_written_again_byte_for_byte(topic: Topic[Any], event: type[Event], data: st.DataObject):
    written = encode(data.draw(records(topic, event)))
    read = topic.decode(written)
    assert type(read.data) is event
    assert encode(read) == written
    assert canonical(json.loads(written)) == written


@every_event
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_is_written_is_as_its_schema_says(topic: Topic[Any], event: type[Event], data: st.DataObject):
    written = encode(data.draw(records(topic, event)))
    jsonschema.Draft202012Validator(of_event(topic, event)).validate(json.loads(written))


def _hints(owner: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(owner, include_extras=True)
    if is_dataclass(owner):
        return {each.name: hints[each.name] for each in fields(owner)}
    return {name: hint for name, hint in hints.items() if name in getattr(owner, "model_fields", {})}


def _within(root: type[Any]) -> set[type[Any]]:
    """The models and dataclasses that stand in one, however deep."""
    found: set[type[Any]] = set()
    left = [root]
    while left:
        for hint in _hints(left.pop()).values():
            new = {each for each in _classes(hint) if is_dataclass(each) or issubclass(each, BaseModel)} - found
            found |= new
            left += new
    return found


def _classes(hint: Any) -> set[type[Any]]:
    if isinstance(hint, type) and not get_args(hint):
        return {hint}
    return {each for inner in get_args(hint) for each in _classes(inner)}


def _bare_sets(hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        inner, *told = get_args(hint)
        return _bare_sets(inner) and not any(isinstance(each, PlainSerializer) and each.func is sorted for each in told)
    return get_origin(hint) in (set, frozenset) or hint in (set, frozenset) or any(map(_bare_sets, get_args(hint)))
