"""Words that have no place in the repository, each with what stands in its place."""

import ast
import re

import pytest

from tests.architecture.packages import files, parsed, shown, sources

ANYWHERE = {
    r"pypi\.org|pythonhosted\.org": "no host of a registry: the reader's pip knows where its packages come from",
    r"registry\.npmjs": "no host of a registry",
    r"repo1?\.maven|maven\.org": "no host of a registry: jgo's own settings name one",
    r"(?<![\w.$}~-])/(work|root|home/\w+|Users)/": "no path of one machine: begin at the checkout, or at a setting",
    r"\bFIX" + r"ME\b|\bTO" + r"DO\b": "do it, or leave it out",
    r"-----BEGIN [A-Z ]*PRIVATE KEY": "no secret in the repository",
}
UNREAD = {"requirements.txt", "test_words.py"}
"""Made by a tool; and this list."""
NAMES = {"utils", "util", "helpers", "helper", "common", "models", "schemas", "types", "misc", "manager"}
"""As a module's name: name it by what is in it."""
ENDINGS = ("Manager", "Helper", "Util", "Utils", "Impl")
"""As a class's: name it by what it is."""


@pytest.mark.parametrize("pattern", ANYWHERE)
def test_no_file_has_a_banned_word(pattern: str):
    found = [
        f"{shown(path)}:{number}"
        for path in files()
        if path.name not in UNREAD
        for number, line in enumerate((_text_of(path) or "").splitlines(), start=1)
        if re.search(pattern, line)
    ]
    assert not found, f"{', '.join(found)}: {ANYWHERE[pattern]}"


def test_modules_are_named_by_what_is_in_them():
    assert [shown(path) for path in sources() if path.stem.lower() in NAMES] == []


def test_classes_are_named_by_what_they_are():
    found = [
        f"{shown(path)}: {node.name}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(ENDINGS)
    ]
    assert found == []


def _text_of(path) -> str | None:
    """None for what is no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None
