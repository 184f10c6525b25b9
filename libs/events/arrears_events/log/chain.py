"""The chain of a stream: versions 1, 2, 3 … without a gap, each with the hash of the one before."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from arrears_events.envelope import StreamEvent


@dataclass(frozen=True, slots=True)
class Head:
    """The last record that was read of a stream: its version and the SHA-256 (hex) of its bytes."""

    version: int
    hash: str


class Follows(Enum):
    NEXT = "next"
    SEEN = "seen"
    GAP = "gap"
    FORK = "fork"


def follow(head: Head | None, event: StreamEvent[Any], hash_: str) -> Follows:
    """What a record is to a reader that stands at `head`.

    SEEN is a version that was read before; when it is the head's own, its bytes must be the same, else it is a FORK.
    A reader keeps the head's hash alone: a forged record of a version below it is SEEN, harms nobody who has read the
    right one, and is noticed by `arrears audit verify`, which compares all.
    """
    version, known = event.streamversion, head.version if head else 0
    if version == known + 1:
        return Follows.NEXT if event.prevhash == (head.hash if head else None) else Follows.FORK
    if version > known:
        return Follows.GAP
    if head and version == known and hash_ != head.hash:
        return Follows.FORK
    return Follows.SEEN
