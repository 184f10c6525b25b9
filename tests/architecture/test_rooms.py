"""Three services with the same rooms under the same names, and a table's name in one file."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.architecture.packages import PACKAGES, ROOT, SERVICES, package_of, parsed

ROOMS = {"domain", "reactions", "views", "api"}
MORE_ROOMS = {"policies", "gateways", "effects"}
"""Where there is something to put in them."""
AT_THE_DOOR = {"__init__.py", "main.py", "settings.py", "py.typed"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_rooms_of_the_others(service: str):
    package = package_of(service)
    rooms = {path.name for path in package.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert ROOMS <= rooms <= ROOMS | MORE_ROOMS
    assert {path.name for path in package.iterdir() if path.is_file()} == AT_THE_DOOR


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_stands_alone_with_a_page_about_it(service: str):
    folder = ROOT / "services" / service
    assert (folder / "README.md").is_file()
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert not {name for name in project["dependencies"] if name in SERVICES}
    assert project["entry-points"]["arrears.services"] == {service: f"{package_of(service).name}.main:SERVICE"}


@pytest.mark.parametrize("folder", ["libs/events", "libs/policy", "libs/runtime", "deploy/local"])
def test_a_library_has_a_page_about_it(folder: str):
    assert (ROOT / folder / "README.md").is_file()


@pytest.mark.parametrize("service", SERVICES)
def test_a_tables_name_stands_in_one_file(service: str):
    files = list(package_of(service).rglob("*.py"))
    homes = {name: path for path in files for name in _tables(path)}
    for name, home in homes.items():
        asked = re.compile(rf"\b(FROM|JOIN|INTO|UPDATE|TABLE)\s+{name}\b", re.IGNORECASE)
        elsewhere = {path.name for path in files for text in _texts(path) if path != home and asked.search(text)}
        assert elsewhere == set(), f"{name} is {home.name}'s: ask through its queries"


def test_the_harness_names_no_table_of_a_service():
    tables = {name for service in SERVICES for path in package_of(service).rglob("*.py") for name in _tables(path)}
    words = {
        word for path in PACKAGES["arrears_runtime"].rglob("*.py") for text in _texts(path) for word in _asked(text)
    }
    assert tables & words == set()


def _tables(path: Path) -> list[str]:
    """Those that a file defines."""
    calls = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)]
    made = [node for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Table" and node.args]
    return [str(node.args[0].value) for node in made if isinstance(node.args[0], ast.Constant)]


def _texts(path: Path) -> list[str]:
    """String literals that are no docstrings."""
    told = {id(node.value) for node in ast.walk(parsed(path)) if isinstance(node, ast.Expr)}
    found = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant) and id(node) not in told]
    return [node.value for node in found if isinstance(node.value, str)]


def _asked(text: str) -> list[str]:
    return re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+(\w+)", text)
