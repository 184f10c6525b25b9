"""The endpoint that everybody writes: FastAPI, a token checked as ours is, an SQLAlchemy session, one row inserted.

As their documents have it. No decision, no event, no outbox, no idempotency.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import uvicorn
from arrears_events.money import Money
from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import BaseModel
from sqlalchemy import Column, Date, MetaData, Numeric, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

ISSUER = os.environ["ARREARS_ISSUER"]
KEYS = KeySet.import_key_set(httpx.get(f"{ISSUER}/jwks", trust_env=False).json())
CLAIMS = jwt.JWTClaimsRegistry(iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": "arrears"})
engine = create_async_engine(os.environ["ARREARS_DATABASE_URL"].replace("://", "+asyncpg://"), pool_size=16)
columns = [Column("id", Uuid, primary_key=True), Column("amount", Numeric(18, 3)), Column("due", Date)]
columns += [Column(name, Text) for name in ("customer_id", "currency", "made_by")]
promises = Table("promises", MetaData(), *columns)


class PromiseRequest(BaseModel):
    customer_id: str
    accounts: list[str]
    amount: Money
    due: date


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(promises.metadata.create_all)
    yield


async def caller(sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    token = jwt.decode(sent.credentials, KEYS, algorithms=["RS256"])
    CLAIMS.validate(token.claims)
    return token.claims["sub"]


async def make_promise(ask: PromiseRequest, made_by: Annotated[str, Depends(caller)]) -> dict[str, UUID]:
    row = {"id": uuid4(), "customer_id": ask.customer_id, "due": ask.due, "made_by": made_by}
    async with AsyncSession(engine) as session, session.begin():
        await session.execute(promises.insert().values(amount=ask.amount.amount, currency=ask.amount.currency, **row))
    return {"promise_id": row["id"]}


app = FastAPI(lifespan=lifespan)
app.post("/promises", status_code=201)(make_promise)
uvicorn.run(app, port=int(os.environ["ARREARS_PORT"]), loop="uvloop", http="httptools", access_log=False)
