"""Where a process spends its CPU time: a look at its stack for every millisecond of it."""

import signal
from collections import Counter
from pathlib import PurePath
from types import FrameType
from typing import Any

EVERY_SECONDS = 0.001

PLACES = {
    ("codec.py", "decode"): "decode",
    ("codec.py", "digest"): "hash",
    ("projection.py", "fold"): "fold rows",
    ("store.py", "take"): "fold streams",
    ("store.py", "row"): "state to and from JSON",
    ("store.py", "__init__"): "state to and from JSON",
}
ROOMS = {
    "asyncpg": "PostgreSQL client",
    "aiokafka": "Kafka client",
    "log": "Kafka client",
    "arrears_runtime": "the harness's own steps",
}
"""By folder, for what is in no place above."""
ELSEWHERE = "event loop, answers of PostgreSQL"


class Samples:
    """Counts while it is open. Of a stack the innermost place counts."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()

    def __enter__(self) -> "Samples":
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def shares(self, seconds: float) -> dict[str, float]:
        """Of `seconds` of the process's CPU time."""
        many = self.found.total()
        return {place: seconds * count / many for place, count in self.found.most_common()}

    def _look(self, _: int, frame: FrameType | None) -> None:
        self.found[_place_of(frame)] += 1


def _place_of(frame: Any) -> str:
    while frame is not None:
        file = PurePath(frame.f_code.co_filename)
        found = PLACES.get((file.name, frame.f_code.co_name)) or next(
            filter(None, map(ROOMS.get, file.parts[-2:])), None
        )
        if found:
            return found
        frame = frame.f_back
    return ELSEWHERE
