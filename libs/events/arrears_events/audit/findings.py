"""What an auditor says of a record: where it lies, what is wrong there, and whether that breaks the proof."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Stable for ever: scripts of a bank's revision go by them."""

    HISTORY_DELETED = "history-deleted"
    OFFSETS_MISSING = "offsets-missing"
    UNDECODABLE = "undecodable"
    NOT_CANONICAL = "not-canonical"
    WRONG_ID = "wrong-id"
    WRONG_KEY = "wrong-key"
    WRONG_PARTITION = "wrong-partition"
    WRONG_CLOSE = "wrong-close"
    GAP = "gap"
    WRONG_HASH = "wrong-hash"
    OUT_OF_ORDER = "out-of-order"
    FORK = "fork"
    ID_REUSED = "id-reused"
    CAUSE_MISSING = "cause-missing"
    CAUSE_AFTER = "cause-after"
    COMMAND_SPLIT = "command-split"
    TOTALS_DIFFER = "totals-differ"
    AGAIN = "again"
    TIME_BACKWARDS = "time-backwards"
    CLOSE_UNANNOUNCED = "close-unannounced"
    OFFSETS_SKIPPED = "offsets-skipped"


NOTES = frozenset({Code.AGAIN, Code.TIME_BACKWARDS, Code.CLOSE_UNANNOUNCED, Code.OFFSETS_SKIPPED})
"""What every reader of the log copes with: worth knowing, no fault of the history."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing at one record. `streamid` and `streamversion` are absent where the record has none to trust."""

    code: Code
    topic: str
    partition: int
    offset: int
    sentence: str
    streamid: str | None = None
    streamversion: int | None = None

    @property
    def level(self) -> str:
        return "note" if self.code in NOTES else "error"

    def as_json(self) -> dict[str, Any]:
        return {"level": self.level} | asdict(self)


Report = Callable[[Finding], None]
