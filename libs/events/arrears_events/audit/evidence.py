"""What must be compared across the whole history: ids, causes, commands. In a temporary file, so memory stays small.

SQLite keeps about twice CACHE_KIB in memory, the rest on disk (where TMPDIR says): some 200 bytes an event,
and as much again while it sorts. Measured with 1 and with 3 million events: 135 and 146 MB for the whole process.
"""

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Any, NamedTuple
from uuid import UUID

CACHE_KIB = 65_536
ROWS_AT_ONCE = 5_000
_UUID_LENGTH = 36

_TABLES = """
    CREATE TABLE streams (stream INTEGER PRIMARY KEY, streamid TEXT);
    CREATE TABLE met (id, source TEXT, hash BLOB, late INTEGER, lane INTEGER, offset INTEGER, entry TEXT,
                      stream INTEGER, version INTEGER, cause, command BLOB);
    CREATE TABLE later (id);
"""
_INDEXES = """
    CREATE INDEX met_by_id ON met (id, source, late);
    CREATE INDEX met_by_cause ON met (cause) WHERE cause IS NOT NULL;
    CREATE INDEX met_by_command ON met (command, source) WHERE command IS NOT NULL;
    CREATE INDEX later_by_id ON later (id);
"""
_MET_AGAIN = """
    SELECT met.id, met.source, met.hash, met.late, met.lane, met.offset, met.entry, streams.streamid, met.version
      FROM (SELECT id, source FROM met GROUP BY id, source HAVING count(*) > 1 OR max(late)) twice
      JOIN met ON met.id = twice.id AND met.source = twice.source
      LEFT JOIN streams USING (stream)
     ORDER BY met.id, met.source, met.lane, met.offset
"""
_CAUSES_MISSING = """
    SELECT met.cause, met.lane, met.offset, streams.streamid, met.version
      FROM (SELECT cause FROM met WHERE cause IS NOT NULL GROUP BY cause) once
     CROSS JOIN met ON met.cause = once.cause
      JOIN streams USING (stream)
     WHERE NOT EXISTS (SELECT 1 FROM met WHERE met.id = once.cause)
       AND NOT EXISTS (SELECT 1 FROM later WHERE later.id = once.cause)
     ORDER BY met.lane, met.offset
"""
_CAUSES_AFTER = """
    SELECT met.cause, met.lane, met.offset, streams.streamid, met.version
      FROM met JOIN streams USING (stream)
     WHERE EXISTS (SELECT 1 FROM met c WHERE c.id = met.cause)
       AND NOT EXISTS (SELECT 1 FROM met c WHERE c.id = met.cause AND (c.lane <> met.lane OR c.offset < met.offset))
     ORDER BY met.lane, met.offset
"""
_COMMANDS_SPLIT = """
    SELECT met.command, met.source, met.lane, met.offset, streams.streamid, met.version
      FROM (SELECT command, source FROM met WHERE command IS NOT NULL
             GROUP BY command, source HAVING count(*) > 1) split
      JOIN met ON met.command = split.command AND met.source = split.source
      JOIN streams USING (stream)
     ORDER BY met.command, met.source, met.lane, met.offset
"""


class Met(NamedTuple):
    """An id where it was met. `late`: its version was not above what had been read of its stream."""

    id: bytes | str
    source: str
    hash: bytes
    late: bool
    lane: int
    offset: int
    entry: str | None
    streamid: str | None
    version: int | None


class Caused(NamedTuple):
    cause: bytes | str
    lane: int
    offset: int
    streamid: str
    version: int


class Run(NamedTuple):
    """Where a command's events begin in a stream, version after version."""

    command: bytes
    topic: str
    lane: int
    offset: int
    streamid: str
    version: int


def id_of(text: str) -> bytes | str:
    """An id as the evidence holds it: 16 bytes of a UUID in its one written form, else its text."""
    if len(text) != _UUID_LENGTH:
        return text
    try:
        uuid = UUID(text)
    except ValueError:
        return text
    return uuid.bytes if str(uuid) == text else text


def text_of(id_: bytes | str) -> str:
    return id_ if isinstance(id_, str) else str(UUID(bytes=id_))


class Evidence:
    """Rows are only added until the first question; what was never asked for is gone with the object."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        for pragma in (f"cache_size=-{CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.executescript(_TABLES)
        self._file.execute("BEGIN")
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self._streams = 0

    def __enter__(self) -> "Evidence":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def stream(self, streamid: str) -> int:
        """The number by which the rows of a stream name it."""
        self._streams += 1
        self._add("streams", (self._streams, streamid))
        return self._streams

    def fact(self, id_: str, source: str, hash_: bytes, lane: int, offset: int, entry: str) -> None:
        """A fact of a source; `entry` is what it adds to the control totals."""
        self._add("met", (id_of(id_), source, hash_, False, lane, offset, entry, None, None, None, None))

    def event(
        self,
        at: tuple[int, int, int, int],
        id_: UUID,
        topic: str,
        hash_: bytes,
        late: bool,
        cause: str | None,
        command: UUID | None,
    ) -> None:
        """An event of ours, `at` lane, offset, number of the stream, version; its `command` where its events begin.

        The topic stands for its source: two services may have streams of one name, and one caller may send both a
        command with the same Idempotency-Key.
        """
        lane, offset, stream, version = at
        ours = (stream, version, cause and id_of(cause), command and command.bytes)
        self._add("met", (id_.bytes, topic, hash_, late, lane, offset, None, *ours))

    def later(self, id_: str) -> None:
        """An id that came on the log after what is audited: it may be a cause, no more."""
        self._add("later", (id_of(id_),))

    def sort(self) -> None:
        """No row is added from here on."""
        for table in list(self._rows):
            self._flush(table)
        self._file.execute("COMMIT")
        self._file.executescript(_INDEXES)

    def met_again(self) -> Iterator[Met]:
        """Every meeting with an id that was met twice or late, in the order of ids, and of the log."""
        return map(Met._make, self._file.execute(_MET_AGAIN))

    def causes_missing(self) -> Iterator[Caused]:
        return map(Caused._make, self._file.execute(_CAUSES_MISSING))

    def causes_after(self) -> Iterator[Caused]:
        """Causes in the partition of what they caused, and not before it. Of two partitions nobody can tell."""
        return map(Caused._make, self._file.execute(_CAUSES_AFTER))

    def commands_split(self) -> Iterator[Run]:
        """All runs of the commands that have more than one."""
        return map(Run._make, self._file.execute(_COMMANDS_SPLIT))

    def _add(self, table: str, row: tuple[Any, ...]) -> None:
        rows = self._rows.setdefault(table, [])
        rows.append(row)
        if len(rows) == ROWS_AT_ONCE:
            self._flush(table)

    def _flush(self, table: str) -> None:
        rows = self._rows.pop(table)
        self._file.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
