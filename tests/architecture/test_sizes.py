"""How long a function and a file may be."""

import ast

from tests.architecture.packages import parsed, shown, sources

FUNCTION_LINES_MAX = 40
FILE_LINES_MAX = 300


def test_a_file_is_read_at_one_sitting():
    long = {shown(path): count for path in sources() if (count := _lines(path.read_text("utf-8"))) > FILE_LINES_MAX}
    assert long == {}


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
