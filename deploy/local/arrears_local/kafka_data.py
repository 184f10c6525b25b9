"""Kafka's data folder: the history itself. Made once, never replaced."""

import base64
import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path

from arrears_local import java
from arrears_local.errors import StackError
from arrears_local.home import write_whole
from arrears_local.program import environment

DATA = "data"  # in the broker's working folder, so that a checkout can be moved
BEGUN = "data.begun"


def ensure_formatted(folder: Path, properties: Mapping[str, object]) -> None:
    """Under another name until it is whole. A history that lost its identity is for a person to mend."""
    data, begun = folder / DATA, folder / BEGUN
    if (data / "meta.properties").exists():
        return
    if _holds_history(data):
        raise StackError(
            f"Kafka's data folder {data} holds a history but no meta.properties, so it cannot be opened. "
            "Put that file back from a copy, or give up the history with `arrears stack clean`."
        )
    for unfinished in (begun, data):
        shutil.rmtree(unfinished, ignore_errors=True)
    _format(folder, {**properties, "log.dirs": BEGUN})
    begun.rename(data)


def _holds_history(data: Path) -> bool:
    return any(path.stat().st_size for path in data.glob("*/*.log"))


def _format(folder: Path, properties: Mapping[str, object]) -> None:
    configuration = folder / "format.properties"
    write_whole(configuration, "".join(f"{name}={value}\n" for name, value in properties.items()))
    words = ("format", f"--cluster-id={_cluster_id()}", "--config", configuration.name)
    told = subprocess.run(
        java.command("kafka.tools.StorageTool", *words),
        cwd=folder,
        env=environment(java.ENVIRONMENT),
        capture_output=True,
        text=True,
        check=False,
    )
    configuration.unlink()
    if told.returncode != 0:
        raise StackError(f"Kafka's data folder could not be made: {told.stdout}{told.stderr}")


def _cluster_id() -> str:
    """May begin with a dash, which a command line must not take for an option."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
