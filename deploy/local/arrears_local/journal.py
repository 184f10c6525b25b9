"""What a part keeps of what it received: a file to which lines of JSON are added, and with which nothing else is done.

A record is in the system's hands when `append` returns: it outlives a kill -9 of the process, not a loss of power.
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


class Journal:
    def __init__(self, path: Path) -> None:
        _cut_what_was_not_finished(path)
        self._file = path.open("ab", buffering=0)

    def append(self, kind: str, record: Mapping[str, object]) -> None:
        told = json.dumps({"kind": kind, **record}, ensure_ascii=False)
        line = told.encode(errors="backslashreplace") + b"\n"  # of a lone surrogate this makes JSON's own escape
        assert self._file.write(line) == len(line), "the disk is full"


def records(path: Path) -> Iterator[dict[str, Any]]:
    """In the order in which they came, without a last one that is just being written. None before the first start."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield json.loads(line)


def _cut_what_was_not_finished(path: Path) -> None:
    """A line that a kill left without its end was never acknowledged to anybody."""
    if path.exists():
        whole = path.read_bytes()
        os.truncate(path, whole.rfind(b"\n") + 1)
