"""The checkout: its packages, their modules, and its files."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = next(folder for folder in Path(__file__).parents if (folder / "Makefile").is_file())
SERVICES = ("case-service", "contact-service", "plan-service")
PACKAGES = {
    "arrears_events": ROOT / "libs/events/arrears_events",
    "arrears_policy": ROOT / "libs/policy/arrears_policy",
    "arrears_runtime": ROOT / "libs/runtime/arrears_runtime",
    "arrears_local": ROOT / "deploy/local/arrears_local",
    **{name.replace("-", "_"): ROOT / "services" / name / name.replace("-", "_") for name in SERVICES},
}
"""Import name -> folder."""


def package_of(service: str) -> Path:
    return PACKAGES[service.replace("-", "_")]


def modules() -> list[str]:
    """Every module of ours that is installed, by its import name."""
    return sorted(_name(package, path) for package, folder in PACKAGES.items() for path in folder.rglob("*.py"))


def sources() -> list[Path]:
    return sorted(path for folder in PACKAGES.values() for path in folder.rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def files() -> list[Path]:
    """What belongs to the repository: all that .gitignore does not name."""
    ignored = {line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()}
    return sorted(_files(ROOT, ignored))


def pages() -> list[Path]:
    """Texts for people: every README, and docs/."""
    return [path for path in files() if path.suffix == ".md"]


def scripts() -> dict[str, str]:
    """What `arrears` and its parts are made of: command -> module."""
    found: dict[str, str] = {}
    for path in (ROOT / "libs/events", ROOT / "libs/runtime", ROOT / "deploy/local"):
        project = tomllib.loads((path / "pyproject.toml").read_text("utf-8"))["project"]
        found |= project.get("entry-points", {}).get("arrears.commands", {})
    return found


def shown(path: Path) -> str:
    """As a person names it: from the checkout's root."""
    return path.relative_to(ROOT).as_posix()


def texts(path: Path) -> list[str]:
    """The string literals of a file."""
    found = [node.value for node in ast.walk(parsed(path)) if isinstance(node, ast.Constant)]
    return [value for value in found if isinstance(value, str)]


def _files(folder: Path, ignored: set[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name == ".git" or any(path.match(pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _files(path, ignored)
        elif path.is_file():
            yield path


def _name(package: str, path: Path) -> str:
    parts = path.relative_to(PACKAGES[package]).with_suffix("").parts
    return ".".join((package, *(part for part in parts if part != "__init__")))
