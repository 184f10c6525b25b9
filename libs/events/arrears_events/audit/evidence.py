"""What must be compared across the whole history: ids, causes, commands. In a temporary file, so memory stays small.

SQLite keeps at most CACHE_KIB of it in memory and the rest on disk (in TMPDIR), where it sorts too.
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
    CREATE TABLE met (id, source TEXT, hash BLOB, late INTEGER, lane INTEGER, offset INTEGER,
                      stream INTEGER, version INTEGER, entry TEXT);
    CREATE TABLE later (id);
    CREATE TABLE causes (id, lane INTEGER, offset INTEGER, stream INTEGER, version INTEGER);
    CREATE TABLE commands (id BLOB, topic TEXT, lane INTEGER, offset INTEGER, stream INTEGER, version INTEGER);
"""
_INDEXES = """
    CREATE INDEX met_by_id ON met (id, source, late);
    CREATE INDEX later_by_id ON later (id);
    CREATE INDEX causes_by_id ON causes (id);
    CREATE INDEX commands_by_id ON commands (id, topic);
"""
_MET_AGAIN = """
    SELECT met.id, met.source, met.hash, met.late, met.lane, met.offset, s.streamid, met.version, met.entry
      FROM (SELECT id, source FROM met GROUP BY id, source HAVING count(*) > 1 OR max(late)) twice
      JOIN met ON met.id = twice.id AND met.source = twice.source
      LEFT JOIN streams s ON s.stream = met.stream
     ORDER BY met.id, met.source, met.lane, met.offset
"""
_CAUSES_MISSING = """
    SELECT causes.id, causes.lane, causes.offset, s.streamid, causes.version
      FROM (SELECT id FROM causes GROUP BY id) once CROSS JOIN causes ON causes.id = once.id
      JOIN streams s ON s.stream = causes.stream
     WHERE NOT EXISTS (SELECT 1 FROM met WHERE met.id = once.id)
       AND NOT EXISTS (SELECT 1 FROM later WHERE later.id = once.id)
     ORDER BY causes.lane, causes.offset
"""
_COMMANDS_SPLIT = """
    SELECT commands.id, commands.topic, commands.lane, commands.offset, s.streamid, commands.version
      FROM (SELECT id, topic FROM commands GROUP BY id, topic HAVING count(*) > 1) split
      JOIN commands ON commands.id = split.id AND commands.topic = split.topic
      JOIN streams s ON s.stream = commands.stream
     ORDER BY commands.id, commands.topic, commands.lane, commands.offset
"""


class Met(NamedTuple):
    """An id where it was met. `late`: its version was not above what had been read of its stream."""

    id: bytes | str
    source: str
    hash: bytes
    late: bool
    lane: int
    offset: int
    streamid: str | None
    version: int | None
    entry: str | None


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
        self._add("met", (id_of(id_), source, hash_, False, lane, offset, None, None, entry))

    def event(
        self, id_: UUID, topic: str, hash_: bytes, late: bool, lane: int, offset: int, stream: int, version: int
    ) -> None:
        """An event of ours. Two services may have streams of the same name, so its topic stands for its source."""
        self._add("met", (id_.bytes, topic, hash_, late, lane, offset, stream, version, None))

    def later(self, id_: str) -> None:
        """An id that came on the log after what is audited: it may be a cause, no more."""
        self._add("later", (id_of(id_),))

    def cause(self, id_: str, lane: int, offset: int, stream: int, version: int) -> None:
        self._add("causes", (id_of(id_), lane, offset, stream, version))

    def command(self, id_: UUID, topic: str, lane: int, offset: int, stream: int, version: int) -> None:
        """Where a command's events begin. One caller may use one Idempotency-Key with two services: so by topic."""
        self._add("commands", (id_.bytes, topic, lane, offset, stream, version))

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
        self._file.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)  # noqa: S608
