"""Bearer tokens: signed by the issuer with RS256, for this audience, now. Whatever is wrong, the answer is the same."""

import asyncio
import re
import time
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from arrears_runtime.http.callers import Caller
from arrears_runtime.http.logs import log
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.settings import HttpSettings

_BEARER = re.compile(r"[Bb]earer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+)")
_NAME = r"^[!-~]{1,120}$"
_ALGORITHMS = ["RS256"]  # fixed: an algorithm that the token chooses is how signatures are forged
_FETCH_SECONDS = 5  # the issuer is near; callers wait meanwhile
_SIGNED_MOST = 10_000  # tokens that are remembered: more than a bank has people at work


class _UnknownKey(Exception):
    """The token names a key that we do not have, or not yet."""


class _Claims(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True)

    sub: str = Field(pattern=_NAME)
    role: str = Field(pattern=_NAME)
    permissions: list[str]
    on_behalf_of: str | None = Field(default=None, pattern=_NAME)


class Tokens:
    """Checks tokens against the issuer's keys, which it keeps fresh."""

    def __init__(self, settings: HttpSettings) -> None:
        self._issuer = settings.issuer
        self._max_age = settings.keys_max_age.total_seconds()
        self._refetch_after = settings.keys_refetch_after.total_seconds()
        self._keys: dict[str, Key] = {}
        self._signed: dict[str, dict[str, Any]] = {}  # tokens whose signature these keys made: it is checked once
        self._asked = self._fetched = float("-inf")
        self._fetching = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None
        self._claims = jwt.JWTClaimsRegistry(
            leeway=int(settings.clock_skew.total_seconds()),
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
        )

    @property
    def known(self) -> bool:
        return bool(self._keys)

    async def caller(self, authorization: str | None) -> Caller:
        """Who sent this header. Raises Problem 401, with one text for all that may be wrong."""
        token = _BEARER.fullmatch(authorization or "")
        if not token:
            raise _unauthorized()
        if time.monotonic() - self._fetched > self._max_age and self._may_ask():
            self._renewal = asyncio.create_task(self.fetch())  # nobody waits for keys that are only old
        try:
            return self._checked(token[1])
        except _UnknownKey:
            await self.fetch()
        try:
            return self._checked(token[1])
        except _UnknownKey:
            raise _unauthorized() from None

    async def fetch(self) -> None:
        """Ask for the keys, so seldom that no stranger makes us flood the issuer. If it fails the old ones serve."""
        async with self._fetching:
            if time.monotonic() - self._asked < self._refetch_after:
                return
            self._asked = time.monotonic()
            try:
                self._keys, self._signed = await _signing_keys(self._issuer), {}
                self._fetched = time.monotonic()
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                log.error("signing keys not fetched", error=type(error).__name__)

    def _may_ask(self) -> bool:
        return not self._fetching.locked() and time.monotonic() - self._asked >= self._refetch_after

    def _checked(self, token: str) -> Caller:
        try:
            signed = self._signed.get(token) or jwt.decode(token, self._key, algorithms=_ALGORITHMS).claims
            self._claims.validate(signed)
            claims = _Claims.model_validate(signed)
        except (JoseError, ValidationError, ValueError, TypeError, KeyError):
            raise _unauthorized() from None
        if len(self._signed) >= _SIGNED_MOST:
            self._signed.clear()
        self._signed[token] = signed
        return Caller(claims.sub, claims.role, frozenset(claims.permissions), claims.on_behalf_of)

    def _key(self, token: Any) -> Key:
        key = self._keys.get(str(token.headers().get("kid")))
        if key is None:
            raise _UnknownKey
        return key


async def _signing_keys(issuer: str) -> dict[str, Key]:
    async with httpx.AsyncClient(timeout=_FETCH_SECONDS) as client:
        discovered = (
            (await client.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")).raise_for_status().json()
        )
        if discovered["issuer"] != issuer:
            raise ValueError("the issuer found is another than the one asked for")
        keys = (await client.get(discovered["jwks_uri"])).raise_for_status().json()
    signing: dict[str, Key] = {
        key.kid: key for key in KeySet.import_key_set(keys).keys if isinstance(key, RSAKey) and key.kid
    }
    if not signing:
        raise ValueError("the issuer has no RSA key")
    return signing


def _unauthorized() -> Problem:
    return Problem("unauthorized", headers={"WWW-Authenticate": "Bearer"})
