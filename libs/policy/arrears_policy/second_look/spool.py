"""The records of one partition number, put aside on disk until they can be taken customer by customer.

Only those who were ever to be contacted are kept. SQLite holds some of it in memory, the rest where TMPDIR says.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from types import TracebackType

from arrears_events.log.reader import Record

CACHE_KIB = 65_536


class Spool:
    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        for pragma in (f"cache_size=-{CACHE_KIB}", "journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
            self._file.execute(f"PRAGMA {pragma}")
        self._file.execute(
            "CREATE TABLE put (customer BLOB, topic TEXT, part INTEGER, at INTEGER, logged INTEGER, value BLOB)"
        )
        self._file.execute("BEGIN")
        self.customers: set[bytes] = set()

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._file.close()

    def put(self, records: Iterable[Record], *, anybody: bool) -> None:
        """`anybody`: of new customers too; else only of those of whom there is something already."""
        kept = [each for each in records if each.key is not None and (anybody or each.key in self.customers)]
        if anybody:
            self.customers.update(each.key for each in kept if each.key is not None)
        rows = ((each.key, each.topic, each.partition, each.offset, each.timestamp, each.value) for each in kept)
        self._file.executemany("INSERT INTO put VALUES (?, ?, ?, ?, ?, ?)", rows)

    def by_customer(self) -> Iterator[tuple[str, Iterator[Record]]]:
        """Each customer with their records, topic after topic, in the order in which they lie."""
        self._file.execute("CREATE INDEX put_by_customer ON put (customer, topic, at)")
        rows = self._file.execute("SELECT * FROM put ORDER BY customer, topic, at")
        for key, of_customer in groupby(rows, lambda row: row[0]):
            yield key.decode(errors="replace"), (_record(*row) for row in of_customer)


def _record(key: bytes, topic: str, partition: int, offset: int, timestamp: int, value: bytes) -> Record:
    return Record(topic, partition, offset, key, value, timestamp)
