"""The usual way to a read model: FastStream hands over an event, SQLAlchemy writes it in a transaction of its own.

As their documents have it: a subscriber with a pydantic model, an async session, INSERT … ON CONFLICT. It keeps the ids
it has seen and one row a case, which is the least that is right; nothing is logged.
"""

import json
import os
from datetime import date
from time import perf_counter
from uuid import UUID, uuid4

import uvloop
from faststream import FastStream
from faststream.kafka import KafkaBroker
from pydantic import BaseModel
from sqlalchemy import Column, Date, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

broker = KafkaBroker(os.environ["BENCH_KAFKA"], logger=None)
app = FastStream(broker, logger=None)
engine = create_async_engine(os.environ["BENCH_DATABASE_URL"].replace("://", "+asyncpg://"))
metadata = MetaData()
seen = Table("seen", metadata, Column("id", Text, primary_key=True))
columns = [Column("type", Text), Column("case_id", Uuid), Column("as_of", Date)]
cases = Table("cases", metadata, Column("account_id", Text, primary_key=True), *columns)
moments = list[float]()


class Data(BaseModel):
    account_id: str | None = None
    case_id: UUID | None = None
    as_of: date | None = None


class Event(BaseModel):
    id: str
    type: str
    data: Data


@broker.subscriber(os.environ["BENCH_TOPIC"], group_id=str(uuid4()), auto_offset_reset="earliest")
async def project(event: Event) -> None:
    moments.append(perf_counter())
    async with AsyncSession(engine) as session, session.begin():
        new = await session.execute(insert(seen).values(id=event.id).on_conflict_do_nothing().returning(seen.c.id))
        if new.first() and event.data.account_id:
            put = insert(cases).values(row := {"type": event.type, **event.data.model_dump()})
            await session.execute(put.on_conflict_do_update(index_elements=["account_id"], set_=row))
    if len(moments) == int(os.environ["BENCH_RECORDS"]):
        print(json.dumps({"seconds": perf_counter() - moments[0]}), flush=True)
        app.exit()


@app.on_startup
async def make_tables() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)


uvloop.run(app.run())
