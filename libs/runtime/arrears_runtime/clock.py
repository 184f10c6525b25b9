"""The clock as a port: the wall in production; in the demo and tests the bank's own business calendar."""

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    def now(self, partition: int) -> datetime: ...

    def closed(self, partition: int, next_business_date: date) -> None:
        """The bank closed a day in this partition."""
        ...


class WallClock:
    def now(self, partition: int) -> datetime:  # noqa: ARG002
        return datetime.now(UTC)

    def closed(self, partition: int, next_business_date: date) -> None:
        pass


class BusinessClock:
    """10:00, in the bank's zone, of the business date after the last close of the customer's partition.

    Before the first close it is 10:00 of the day `opened`.
    """

    def __init__(self, zone: ZoneInfo, opened: date) -> None:
        self._zone, self._opened = zone, opened
        self._today: dict[int, date] = {}

    def now(self, partition: int) -> datetime:
        return datetime.combine(self._today.get(partition, self._opened), time(10), self._zone)

    def closed(self, partition: int, next_business_date: date) -> None:
        """A day that is closed late sets no clock back."""
        self._today[partition] = max(next_business_date, self._today.get(partition, next_business_date))
