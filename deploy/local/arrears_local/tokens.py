"""Bearer tokens of the local stack: RS256, signed with a key that lies in the state folder and nowhere else."""

import json
import time
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import RSAKey

from arrears_local.addresses import AUDIENCE
from arrears_local.errors import StackError
from arrears_local.home import Home, write_whole
from arrears_local.ports import port_of

KEY_BITS = 2048
MINUTES = 60
ALGORITHM = "RS256"


def issue_token(
    home: Path,
    *,
    role: str,
    subject: str | None = None,
    permissions: Sequence[str] | None = None,
    minutes: float = MINUTES,
    audience: str = AUDIENCE,
) -> str:
    """A token of `role` with the permissions of that role, or with exactly those that are given."""
    of = Home(home.resolve())
    if not of.address_book.exists():
        raise StackError(f"No stack was ever started in {of.root}: `arrears stack up` first.")
    key = signing_key(of)
    now = int(time.time())
    claims = {
        "iss": issuer_url(of),
        "aud": audience,
        "sub": subject or f"{role}-1",
        "iat": now,
        "nbf": now,
        "exp": now + round(minutes * 60),
        "role": role,
        "permissions": list(permissions_of(role) if permissions is None else permissions),
    }
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key)


def permissions_of(role: str) -> list[str]:
    if role not in role_names():
        raise StackError(f"There is no role {role}. The roles are: {', '.join(role_names())}.")
    return _roles()[role]


def role_names() -> list[str]:
    return list(_roles())


def issuer_url(home: Home) -> str:
    return f"http://127.0.0.1:{port_of(home, 'issuer')}"


def signing_key(home: Home) -> RSAKey:
    """Made when it is first asked for."""
    place = home.state / "secrets" / "issuer-key.json"
    if not place.exists():
        made = RSAKey.generate_key(KEY_BITS, private=True, auto_kid=True)
        write_whole(place, json.dumps(made.as_dict(private=True)))
    return RSAKey.import_key(json.loads(place.read_text()))


@cache
def _roles() -> dict[str, list[str]]:
    return tomllib.loads(files("arrears_local").joinpath("roles.toml").read_text())
