"""Who is let in. Whatever is wrong with a token, the answer is 401 with one text."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.http.tokens import Tokens
from joserfc import jwt
from joserfc.jwk import RSAKey
from pydantic import SecretStr


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unsigned(issuer: Any) -> str:
    return f"{_part({'alg': 'none', 'kid': 'k1'})}.{_part(issuer.claims())}."


def _signed_with_the_public_key(issuer: Any) -> str:
    """By hand: joserfc itself refuses to sign so."""
    signed = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{_part(issuer.claims())}".encode()
    signature = hmac.digest(issuer.key.as_pem(private=False), signed, "sha256")
    return f"{signed.decode()}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _of_another_algorithm(issuer: Any) -> str:
    key = RSAKey.import_key(issuer.key.as_pem(private=True))
    return jwt.encode({"alg": "RS512", "kid": "k1"}, issuer.claims(), key, algorithms=["RS512"])


def _with_its_own_key(issuer: Any) -> str:
    own = RSAKey.generate_key(2048, {"kid": "own"})
    return issuer.token({"jwk": own.as_dict(private=False)}, key=own)


def _edited(issuer: Any) -> str:
    head, _, signature = issuer.token().split(".")
    return f"{head}.{_part(issuer.claims(role='supervisor'))}.{signature}"


def _without(claim: str) -> Callable[[Any], str]:
    return lambda issuer: issuer.token(**{claim: None})


BAD: dict[str, Callable[[Any], str]] = {
    "a word": lambda _: "CANARY7",
    "alg none": _unsigned,
    "HS256 with the public key": _signed_with_the_public_key,
    "another RSA algorithm": _of_another_algorithm,
    "claims edited": _edited,
    "a key of somebody else": lambda issuer: issuer.token(key=RSAKey.generate_key(2048, {"kid": "k1"})),
    "an unknown key": lambda issuer: issuer.token(key=RSAKey.generate_key(2048, {"kid": "CANARY7"})),
    "a path in kid": lambda issuer: issuer.token({"kid": "../../etc/CANARY7"}),
    "no kid": lambda issuer: jwt.encode({"alg": "RS256"}, issuer.claims(), issuer.key),
    "a key of its own": _with_its_own_key,
    "wrong audience": lambda issuer: issuer.token(aud="CANARY7"),
    "wrong issuer": lambda issuer: issuer.token(iss="https://CANARY7"),
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - 60),
    "not yet valid": lambda issuer: issuer.token(nbf=int(time.time()) + 600),
    "permissions that are no list": lambda issuer: issuer.token(permissions="promise:make"),
    "a subject with a blank": lambda issuer: issuer.token(sub="CANARY7 x"),
    **{f"no {claim}": _without(claim) for claim in ("iss", "aud", "exp", "sub", "role", "permissions")},
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD.keys())
async def test_a_bad_token(anonymous: httpx.AsyncClient, issuer: Any, token: Callable[[Any], str]) -> None:
    answer = await anonymous.get("/promises/p001", headers={"Authorization": f"Bearer {token(issuer)}"})
    assert answer.status_code == 401
    assert answer.json() == {
        "type": "urn:arrears:problem:unauthorized",
        "title": "A valid bearer token is required",
        "status": 401,
    }
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_without_a_token_nothing_of_a_request_is_read(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.post("/promises", content=b"x" * 1_000_000)
    assert answer.status_code == 401


async def test_no_token_and_another_scheme_are_refused(anonymous: httpx.AsyncClient, issuer: Any) -> None:
    for headers in ({}, {"Authorization": f"Basic {issuer.token()}"}, {"Authorization": issuer.token()}):
        assert (await anonymous.get("/promises/p001", headers=headers)).status_code == 401


async def test_a_caller_without_the_permission_is_forbidden(api: httpx.AsyncClient) -> None:
    answer = await api.get("/secret")
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:arrears:problem:forbidden")


async def test_a_new_key_is_fetched_when_it_is_met_but_not_for_every_stranger(issuer: Any) -> None:
    tokens = Tokens(_settings(issuer, keys_refetch_after="PT0S"))
    await tokens.fetch()
    rotated = RSAKey.generate_key(2048, {"kid": "k2"})
    issuer.published.append(rotated)
    assert (await tokens.caller(f"Bearer {issuer.token(key=rotated)}")).subject == "anna"
    issuer.published.pop()

    patient = Tokens(_settings(issuer))
    await patient.fetch()
    fetches = issuer.fetches
    for n in range(5):
        with pytest.raises(Problem):
            await patient.caller(f"Bearer {issuer.token({'kid': f'stranger-{n}'})}")
    assert issuer.fetches == fetches


async def test_known_keys_serve_while_the_issuer_is_away(issuer: Any) -> None:
    tokens = Tokens(_settings(issuer, keys_max_age="PT0S", keys_refetch_after="PT0S"))
    await tokens.fetch()
    token, issuer.url, away = issuer.token(), "http://elsewhere", issuer.url
    try:
        assert (await tokens.caller(f"Bearer {token}")).role == "collector"
    finally:
        issuer.url = away


def _settings(issuer: Any, **changes: Any) -> HttpSettings:
    return HttpSettings(port=1, issuer=issuer.url, cursor_key=SecretStr("0123456789abcdef" * 2), **changes)
