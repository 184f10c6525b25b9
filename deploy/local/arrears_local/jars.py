"""The broker's jars: downloaded once into the user's cache, each held against its pinned SHA-256 before every start."""

import fcntl
import hashlib
import os
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from arrears_local.errors import StackError

AT_ONCE = 6
TIMEOUT_SECONDS = 60


def class_path() -> list[Path]:
    """The pinned jars and no other, wherever they are by now; `ensure` sees to it that they are there."""
    return [_place_of(coordinate) for coordinate in _pinned()]


def ensure() -> None:
    """Every pinned jar is in its place, whole and unchanged; what is missing or differs is downloaded anew."""
    if _wrong():
        with _sole_download():
            _download(_wrong())


def downloads() -> Path:
    """Shared by all checkouts of this user, and kept by `arrears stack clean`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "arrears"


@cache
def _pinned() -> dict[str, str]:
    """group:artifact:version -> SHA-256; `pins.py` makes the file."""
    return tomllib.loads(files("arrears_local").joinpath("kafka.toml").read_text())


def _place_of(coordinate: str) -> Path:
    _, artifact, version = coordinate.split(":")
    return downloads() / "jars" / f"{artifact}-{version}.jar"


def _wrong() -> list[str]:
    return [coordinate for coordinate, digest in _pinned().items() if _digest_of(_place_of(coordinate)) != digest]


def _digest_of(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None


def _download(coordinates: list[str]) -> None:
    label = f"Downloading Kafka, once ({len(coordinates)} files)"
    with TemporaryDirectory(dir=downloads()) as begun, ThreadPoolExecutor(AT_ONCE) as pool:
        fetched = pool.map(lambda coordinate: _fetch(coordinate, Path(begun)), coordinates)
        with click.progressbar(fetched, length=len(coordinates), label=label, file=sys.stderr) as shown:
            for coordinate, path in zip(coordinates, shown, strict=True):
                _keep(coordinate, path)


def _fetch(coordinate: str, begun: Path) -> Path:
    """Through Maven: first from the repositories that the user's jgo settings name, then from the public one."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext

    repositories = {**GlobalSettings.load().repositories, "central": MAVEN_CENTRAL_URL}
    maven = MavenContext(repo_cache=begun, local_repos=[], remote_repos=repositories, timeout=TIMEOUT_SECONDS)
    group, artifact, version = coordinate.split(":")
    try:
        return maven.project(group, artifact).at_version(version).artifact().resolve()
    except Exception as failure:
        raise StackError(
            f"Could not download {coordinate}: {failure}\n"
            "The first start needs the network, or a mirror named in jgo's settings. Try again; what arrived is kept."
        ) from failure


def _keep(coordinate: str, path: Path) -> None:
    found, expected = _digest_of(path), _pinned()[coordinate]
    if found != expected:
        raise StackError(
            f"{coordinate} is not the file that was pinned: its SHA-256 is {found}, not {expected}. It was not kept.\n"
            "Ask who runs the repository or the proxy that it came through."
        )
    path.replace(_place_of(coordinate))


@contextmanager
def _sole_download() -> Iterator[None]:
    (downloads() / "jars").mkdir(parents=True, exist_ok=True)
    with (downloads() / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
