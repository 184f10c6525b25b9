"""How long a function and a file may be; what is longer says here why."""

import ast

from tests.architecture.packages import parsed, shown, sources

FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 300
LONGER = {
    "libs/runtime/arrears_runtime/follower.py": "one record's way in, from sorting to catching up a resumed customer",
    "libs/runtime/arrears_runtime/store.py": "append and the two statements that must be read beside it",
    "libs/runtime/arrears_runtime/service.py": "what a service is, and how its one leader begins and ends",
    "libs/runtime/arrears_runtime/dead_letters.py": "two small aggregates with their five tables",
}
"""File -> why it stays in one piece."""


def test_a_file_is_read_at_one_sitting():
    long = {shown(path): count for path in sources() if (count := _lines(path.read_text("utf-8"))) > FILE_LINES_MAX}
    assert {name: count for name, count in long.items() if name not in LONGER} == {}
    assert set(LONGER) - set(long) == set(), "no longer long: strike them out"


def test_a_function_is_seen_on_one_screen():
    found = [
        f"{shown(path)}:{node.lineno} {node.name}: {lines} lines"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert found == []


def _lines(text: str) -> int:
    return len(text.splitlines())
