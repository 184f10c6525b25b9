"""Playing day by day: the next step waits until every service is done with the last."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, pairwise
from typing import Any

import pytest
from arrears_events.bank.play import play, publisher_of
from arrears_events.bank.portfolio import Portfolio
from arrears_events.bank.settled import Services
from arrears_events.catalogue.bank import BANK
from arrears_events.errors import NotSettled
from arrears_events.log.reader import Reader
from arrears_events.log.writer import Writer


@dataclass
class FakeService:
    """Reads the bank's topic only when it is asked for its readiness, and notes the ends that it saw."""

    reader: Reader
    answer: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found
    positions: list[int] = field(default_factory=lambda: [0] * 8)
    seen: list[int] = field(default_factory=list)

    async def respond(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        while (await reading.readuntil(b"\r\n\r\n")) if not reading.at_eof() else b"":
            found = {"ready": True, "lag": 0, "outbox": 0, "positions": {BANK.name: self.positions}}
            body = json.dumps(self.answer(found)).encode()
            writing.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
            await writing.drain()
            ends = await self.reader.ends([(BANK.name, partition) for partition in range(8)])
            self.positions = [ends[BANK.name, partition] for partition in range(8)]
            if not self.seen or self.seen[-1] != sum(self.positions):
                self.seen.append(sum(self.positions))


@asynccontextmanager
async def running(kafka: Any, **settings: Any) -> AsyncIterator[tuple[FakeService, dict[str, str]]]:
    async with Reader(kafka.bootstrap, kafka.prefix) as reader:
        service = FakeService(reader, **settings)

        async def respond(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
            try:
                await service.respond(reading, writing)
            except (asyncio.IncompleteReadError, ConnectionError):
                writing.close()

        server = await asyncio.start_server(respond, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield service, {"fake-service": f"http://127.0.0.1:{port}"}
        server.close()


async def test_the_facts_of_a_day_are_done_before_its_close_and_that_before_the_next_day(kafka, few: Portfolio):
    days: list[date] = []

    async def after_day(day: date) -> None:
        days.append(day)

    async with running(kafka) as (service, urls), publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        assert await play(few, bank, urls, after_day) == 184
    assert service.seen == _ends_after_each_step(few)
    assert days[:4] == [date(2026, 3, 31), date(2026, 4, 14), date(2026, 4, 15), date(2026, 4, 20)]
    assert days[-1] == date(2026, 9, 30)


def _ends_after_each_step(portfolio: Portfolio) -> list[int]:
    """Records on the topic after the facts of each day with some, after its close, and before the next such day."""
    per_day = [sum(len(facts) for facts in portfolio.facts_on(day)) for day in portfolio.fact_days]
    quiet = [(after - before).days - 1 for before, after in pairwise(portfolio.fact_days)]
    steps = [(facts, 8, 8 * closes) for facts, closes in zip(per_day, [*quiet, 0], strict=True)]
    return list(accumulate(step for three in steps for step in three if step))


async def test_play_goes_on_after_the_last_day_that_was_closed(kafka, few: Portfolio):
    class Stopped(Exception):
        pass

    async def stop_in_may(day: date) -> None:
        if day >= date(2026, 5, 15):
            raise Stopped

    async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        with pytest.raises(Stopped):
            await play(few, bank, {}, stop_in_may, each_day=True)
    async with publisher_of(few, kafka.bootstrap, kafka.prefix) as bank:
        assert await play(few, bank, {}) == (date(2026, 9, 30) - date(2026, 5, 15)).days


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda found: found | {"outbox": 3}, "fake-service: ready True, lag 0, outbox 3"),
        (lambda found: found | {"ready": False, "lag": 7}, "fake-service: ready False, lag 7"),
        (lambda found: found | {"positions": {BANK.name: [0] * 8}}, "fake-service: ready True"),
        (lambda _: {"status": "up"}, "fake-service: gives no readiness"),
    ],
)
async def test_a_service_that_does_not_come_to_rest_is_named(kafka, answer, told: str):
    async with Writer(kafka.bootstrap) as writer:
        await (await writer.send(kafka.prefix + BANK.name, None, b"{}", 0))
    async with (
        running(kafka, answer=answer) as (_, urls),
        Services(kafka.bootstrap, kafka.prefix, urls) as services,
    ):
        with pytest.raises(NotSettled, match=told):
            await services.settled(patience=timedelta(milliseconds=200))


@asynccontextmanager
async def answering(statuses: dict[str, int], path: str = "/rounds") -> AsyncIterator[str]:
    """A service that answers by who asks: by the Authorization header, "" without one."""

    async def respond(reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        head = (await reading.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        who = next((line.partition(": ")[2] for line in head if line.lower().startswith("authorization:")), "")
        status = statuses[who] if head[0].split()[1] == path else 404
        writing.write(b"HTTP/1.1 %d Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)
        writing.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_round_is_asked_for_with_a_token_and_where_there_is_none_that_is_told(kafka):
    async with answering({"Bearer t": 204, "": 401}) as url, answering({}, "/none") as sends_nothing:
        urls = {"contact-service": url, "plan-service": sends_nothing}
        async with Services(kafka.bootstrap, kafka.prefix, urls, token="t") as services:
            await services.round()
        async with Services(kafka.bootstrap, kafka.prefix, urls) as services:
            with pytest.raises(NotSettled, match=r"/rounds answered 401: export ARREARS_TOKEN=\$\(arrears stack token"):
                await services.round()


async def test_a_service_that_is_not_there_is_named(kafka):
    async with Services(kafka.bootstrap, kafka.prefix, {"case-service": "http://127.0.0.1:1"}) as services:
        with pytest.raises(NotSettled, match=r"case-service: does not answer at http://127\.0\.0\.1:1"):
            await services.settled(patience=timedelta(milliseconds=200))
