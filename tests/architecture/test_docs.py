"""What the pages name is there: commands, targets, settings, files, and the code they show."""

import re
import shlex
from pathlib import Path

import click
import pytest
from arrears_events.command import main

from tests.architecture import settings_page
from tests.architecture.packages import ROOT, pages, shown

MADE = "docs/reference/"
"""Their text comes from the code; their links are looked at all the same."""
FENCE = re.compile(r"^```(\w*)(?: (\S+))?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`")
LINK = re.compile(r"\[[^\]]*\]\((?!https?://|#)([^)#\s]+)")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
PAGES = {shown(path): path.read_text("utf-8") for path in pages()}
every_page = pytest.mark.parametrize("name", PAGES)


@every_page
def test_each_make_that_is_named_is_a_target(name: str):
    targets = set(TARGET.findall((ROOT / "Makefile").read_text("utf-8")))
    asked = {words[1] for words in _commands(PAGES[name]) if words[0] == "make" and words[1:]}
    assert {word for word in asked if re.fullmatch(r"[a-z-]+", word)} - targets == set()


@every_page
def test_each_command_of_ours_that_is_named_is_one(name: str):
    for words in _commands(PAGES[name]):
        if words[0] == "arrears":
            _check(words[1:])


@every_page
def test_each_setting_that_is_named_is_one(name: str):
    named = set(re.findall(r"\bARREARS_[A-Z_]*[A-Z]\b", PAGES[name]))
    assert named - settings_page.names() - TESTS == set()


TESTS = {"ARREARS_REAL_DATA"}
"""Read by tests alone."""


@every_page
def test_each_link_leads_to_a_file(name: str):
    assert [to for to in LINK.findall(PAGES[name]) if not (ROOT / name).parent.joinpath(to).exists()] == []


@every_page
def test_the_code_that_is_shown_is_code_that_a_test_ran(name: str):
    """A fence that names `file#region` holds that region of the file."""
    for _, source, body in FENCE.findall(PAGES[name]):
        if source:
            path, _, region = source.partition("#")
            assert body == _region(ROOT / path, region), f"{name} shows another {source} than there is"


def _commands(text: str) -> list[list[str]]:
    """Commands in code spans and in fences: words, as far as they are commands and options."""
    shell = [body for language, _, body in FENCE.findall(text) if language in ("sh", "console")]
    lines = [line.removeprefix("$ ") for body in shell for line in body.splitlines()]
    found = [*SPAN.findall(FENCE.sub("", text)), *lines, *re.findall(r"\$\(([^)]*)\)", "\n".join(lines))]
    return [words for each in found if (words := _words(each)) and words[0] in ("arrears", "make")]


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return []
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    return words


def _check(words: list[str]) -> None:
    """Walk down the commands, ask the last for help, and look for the options among its own."""
    command: click.Command = main
    path: list[str] = []
    while isinstance(command, click.Group) and (words := _after_options(words)):
        context = click.Context(command)
        found = command.get_command(context, words[0])
        if found is None:
            assert not re.fullmatch(r"[a-z][a-z-]*", words[0]), f"there is no `arrears {' '.join([*path, words[0]])}`"
            break
        path, command, words = [*path, words[0]], found, words[1:]
    assert command.get_help(click.Context(command, info_name=" ".join(path)))
    options = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert options <= {option for each in command.params for option in each.opts} | {"--help"}, f"{path}: {options}"


def _after_options(words: list[str]) -> list[str]:
    """Past the options of a group and their values."""
    while words and words[0].startswith("--"):
        words = words[1:] if words[0] == "--help" else words[2:]
    return words


def _region(path: Path, name: str) -> str:
    """The lines between `# region name` and `# endregion`."""
    lines = path.read_text("utf-8").splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.strip() == f"# region {name}")
    end = next(n for n, line in enumerate(lines) if n > start and line.strip() == "# endregion")
    return "".join(lines[start + 1 : end])
