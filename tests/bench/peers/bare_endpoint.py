"""The endpoint that everybody writes: FastAPI, a token checked as ours is, an SQLAlchemy session, one row inserted.

As their documents have it. No decision, no event, no outbox, no idempotency.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import uvicorn
from fastapi import Depends, FastAPI
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import BaseModel
from sqlalchemy import ARRAY, Column, Date, MetaData, Numeric, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

ISSUER = os.environ["ARREARS_ISSUER"]
KEYS = KeySet.import_key_set(httpx.get(f"{ISSUER}/jwks", trust_env=False).json())
CLAIMS = jwt.JWTClaimsRegistry(iss={"essential": True, "value": ISSUER}, aud={"essential": True, "value": "arrears"})
engine = create_async_engine(os.environ["ARREARS_DATABASE_URL"].replace("://", "+asyncpg://"), pool_size=16)
sessions = async_sessionmaker(engine, expire_on_commit=False)
metadata, texts = MetaData(), [Column(name, Text) for name in ("customer_id", "currency", "made_by")]
more = Column("accounts", ARRAY(Text)), Column("amount", Numeric(18, 3)), Column("due", Date)
promises = Table("promises", metadata, Column("promise_id", Uuid, primary_key=True), *texts, *more)

class Money(BaseModel):
    amount: Decimal
    currency: str

class PromiseRequest(BaseModel):
    customer_id: str
    accounts: list[str]
    amount: Money
    due: date

@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    yield

async def caller(sent: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    token = jwt.decode(sent.credentials, KEYS, algorithms=["RS256"])
    CLAIMS.validate(token.claims)
    return token.claims["sub"]

async def session() -> AsyncIterator[AsyncSession]:
    async with sessions.begin() as opened:
        yield opened

app = FastAPI(lifespan=lifespan)

@app.post("/promises", status_code=201)
async def make_promise(
    ask: PromiseRequest, by: Annotated[str, Depends(caller)], db: Annotated[AsyncSession, Depends(session)]
) -> dict[str, UUID]:
    row = {"promise_id": uuid4(), "made_by": by, **ask.model_dump(exclude={"amount"}), **ask.amount.model_dump()}
    await db.execute(promises.insert().values(row))
    return {"promise_id": row["promise_id"]}

if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["ARREARS_PORT"]), loop="uvloop", http="httptools", access_log=False)
