"""A database for each service: its own role owns it, and no other role but the administrator may connect."""

import re

from arrears_local.addresses import Addresses
from arrears_local.home import Home
from arrears_local.postgres import run_sql

SETTINGS = {
    "idle_in_transaction_session_timeout": "30s",  # one forgotten transaction would hold back vacuum and every reader
    "lock_timeout": "30s",
    "statement_timeout": "15min",  # above the longest index of a rebuild
}
CONNECTIONS_MAX = 60  # so that one role cannot take them all from the others

# As files: page by page through its log, compressed, PostgreSQL copies the template for 0.3 s of a processor.
CREATION = """
SELECT 'CREATE ROLE {name}' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec
ALTER ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS
    CONNECTION LIMIT {connections} PASSWORD '{password}';
{settings}
SELECT 'CREATE DATABASE {name} OWNER {name} TEMPLATE template0 STRATEGY FILE_COPY'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
ALTER DATABASE {name} OWNER TO {name};
REVOKE CONNECT, TEMPORARY ON DATABASE {name}, postgres, template1 FROM PUBLIC;
"""


def create_database(addresses: Addresses, name: str) -> str:
    """The address of the database `name`, with its role's password. Role and database are made when missing."""
    run_sql(Home(addresses.home), _creation(addresses, name))
    return dsn_of(addresses, name)


def drop_database(addresses: Addresses, name: str) -> None:
    """Also when others are connected to it. Its role stays."""
    run_sql(Home(addresses.home), f"DROP DATABASE IF EXISTS {_checked(name)} WITH (FORCE);")


def existing_databases(addresses: Addresses) -> set[str]:
    return set(run_sql(Home(addresses.home), "SELECT datname FROM pg_database;"))


def dsn_of(addresses: Addresses, name: str) -> str:
    return f"postgresql://{name}:{_password(addresses, name)}@{addresses.postgres}/{name}"


def _creation(addresses: Addresses, name: str) -> str:
    settings = "\n".join(f"ALTER ROLE {name} SET {setting} = '{value}';" for setting, value in SETTINGS.items())
    return CREATION.format(
        name=_checked(name), connections=CONNECTIONS_MAX, password=_password(addresses, name), settings=settings
    )


def _password(addresses: Addresses, name: str) -> str:
    return Home(addresses.home).secret(f"database-{_checked(name)}")


def _checked(name: str) -> str:
    assert re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name), f"{name} is not a plain name for a database"
    return name
