"""Decisions, folds and reactions read no clock, make no random and reach nothing outside."""

import ast
from pathlib import Path

import pytest

from tests.architecture.packages import PACKAGES, SERVICES, package_of, parsed, shown

CALLS = {
    "now": "the command brings its time",
    "utcnow": "the command brings its time",
    "today": "the command brings its date",
    "monotonic": "the command brings its time",
    "perf_counter": "the command brings its time",
    "time_ns": "the command brings its time",
    "uuid1": "an id is made from what it names: arrears_events.ids",
    "uuid4": "an id is made from what it names: arrears_events.ids",
    "urandom": "no random in a decision",
    "getenv": "settings.py alone reads the environment",
}
MODULES = {"random", "secrets", "time", "os", "asyncio", "socket", "subprocess", "logging"}
"""What a domain, a view or a reaction has no use for."""
OUTSIDE = {"sqlalchemy", "asyncpg", "fastapi", "starlette", "httpx", "aiokafka", "pydantic_settings", "arrears_runtime"}
"""What a domain has no use for."""
PURE = [
    path
    for name in SERVICES
    for room in ("domain", "reactions", "views")
    for path in (package_of(name) / room).glob("*.py")
]
DOMAINS = [path for path in PURE if path.parent.name == "domain"]


@pytest.mark.parametrize("path", PURE, ids=shown)
def test_nothing_reads_a_clock_or_makes_a_random(path: Path):
    called = {_last_name(node.func): node.lineno for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)}
    found = {f"line {line}: {name}: {CALLS[name]}" for name, line in called.items() if name in CALLS}
    assert not found
    assert _imported(path) & MODULES == set()


@pytest.mark.parametrize("path", DOMAINS, ids=shown)
def test_a_domain_knows_nothing_but_events_and_itself(path: Path):
    assert _imported(path) & OUTSIDE == set()


@pytest.mark.parametrize("path", sorted((PACKAGES["arrears_events"] / "catalogue").glob("*.py")), ids=shown)
def test_the_catalogue_has_no_behaviour(path: Path):
    assert _imported(path) & (OUTSIDE | MODULES) == set()


def test_settings_alone_read_the_environment():
    found = [
        shown(path)
        for name in SERVICES
        for path in package_of(name).rglob("*.py")
        if "environ" in path.read_text("utf-8").replace("environment", "") and path.name != "settings.py"
    ]
    assert found == []


def _imported(path: Path) -> set[str]:
    """The packages that a file imports."""
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""
