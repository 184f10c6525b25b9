"""Who may do what: databases, tokens, and the files that hold secrets."""

import json
import subprocess
import urllib.request
from typing import Any

import psutil
import pytest
from arrears_local import databases, infrastructure
from arrears_local.addresses import Addresses
from arrears_local.errors import StackError
from arrears_local.home import Home
from arrears_local.postgres import binary, run_sql
from arrears_local.tokens import permissions_of
from joserfc import jwt
from joserfc.jwk import KeySet


@pytest.fixture
def addresses(home: Home) -> Addresses:
    return infrastructure.up(home.root)


def ask(dsn: str, question: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([binary("psql"), dsn, "-XAtc", question], capture_output=True, text=True, check=False)


def claims_of(token: str, addresses: Addresses) -> dict[str, Any]:
    """As a service reads them: by the keys that the discovery document names."""
    with urllib.request.urlopen(f"{addresses.issuer}/.well-known/openid-configuration") as about:  # noqa: S310
        keys_at = json.load(about)["jwks_uri"]
    with urllib.request.urlopen(keys_at) as keys:  # noqa: S310
        return dict(jwt.decode(token, KeySet.import_key_set(json.load(keys)), algorithms=["RS256"]).claims)


def test_a_role_owns_its_database_and_enters_no_other(addresses: Addresses):
    mine, other = (databases.create_database(addresses, name) for name in ("mine", "other"))
    assert ask(mine, "CREATE TABLE IF NOT EXISTS it (n int)").returncode == 0
    for stranger in ("other", "postgres", "template1"):
        refused = ask(mine.removesuffix("mine") + stranger, "SELECT 1")
        assert "permission denied" in refused.stderr
    assert "permission denied" in ask(other.removesuffix("other") + "mine", "SELECT 1").stderr


def test_a_role_has_no_power_over_the_server(addresses: Addresses):
    mine = databases.create_database(addresses, "mine")
    powers = "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    assert ask(mine, powers).stdout.strip() == "f"
    assert ask(mine, "SHOW idle_in_transaction_session_timeout").stdout.strip() == "30s"


def test_a_database_needs_its_password(addresses: Addresses):
    mine = databases.create_database(addresses, "mine")
    secret = mine.split(":")[2].split("@")[0]
    assert "password authentication failed" in ask(mine.replace(secret, "guess"), "SELECT 1").stderr


def test_a_dropped_database_is_made_again(addresses: Addresses):
    mine = databases.create_database(addresses, "mine")
    databases.drop_database(addresses, "mine")
    assert databases.create_database(addresses, "mine") == mine
    assert ask(mine, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").stdout.strip() == "0"


def test_a_dropped_role_is_made_again(addresses: Addresses):
    mine = databases.create_database(addresses, "mine")
    databases.drop_database(addresses, "mine")
    run_sql(Home(addresses.home), "DROP ROLE mine;")
    assert databases.create_database(addresses, "mine") == mine
    assert ask(mine, "SELECT 1").returncode == 0


def test_a_token_is_verified_by_the_published_keys(addresses: Addresses):
    token = infrastructure.issue_token(addresses.home, role="supervisor", subject="li-wei", minutes=5)
    claims = claims_of(token, addresses)
    assert claims["iss"] == addresses.issuer
    assert claims["sub"] == "li-wei"
    assert claims["permissions"] == permissions_of("supervisor")
    assert claims["exp"] - claims["iat"] == 300


def test_the_published_keys_are_public_only(addresses: Addresses):
    with urllib.request.urlopen(f"{addresses.issuer}/jwks") as keys:  # noqa: S310
        assert json.load(keys)["keys"][0].keys() == {"kty", "n", "e", "kid", "use", "alg"}


def test_permissions_can_be_narrowed_to_none(addresses: Addresses):
    token = infrastructure.issue_token(addresses.home, role="auditor", permissions=[])
    assert claims_of(token, addresses)["permissions"] == []


def test_an_unknown_role_is_refused(addresses: Addresses):
    with pytest.raises(StackError, match="collector"):
        infrastructure.issue_token(addresses.home, role="king")


def test_only_the_owner_reads_secrets(addresses: Addresses):
    secrets = Home(addresses.home).state / "secrets"
    assert secrets.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in secrets.iterdir())


def listens_at(home: Home) -> set[str]:
    pids = {json.loads(path.read_text())["pid"] for path in (home.state / "run").iterdir()}
    heard = [at for pid in pids for at in psutil.Process(pid).net_connections() if at.status == psutil.CONN_LISTEN]
    return {at.laddr.ip for at in heard}


def test_nothing_listens_beyond_this_machine(home: Home, addresses: Addresses):
    assert listens_at(home) == {"127.0.0.1", "::ffff:127.0.0.1"}


def test_the_outside_listens_on_this_machine_alone(outside: Home):
    assert listens_at(outside) == {"127.0.0.1"}
