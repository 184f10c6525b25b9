"""What the services stand on: PostgreSQL, Kafka and the issuer of tokens; and the outside that they speak to: a mail
server, an SMS centre and a dialler. All tests use this too."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from arrears_local import dialler, issuer, java, kafka, mail, postgres, sms
from arrears_local.addresses import Addresses, addresses_of, write_book
from arrears_local.databases import create_database, drop_database
from arrears_local.home import Home
from arrears_local.lock import sole_command
from arrears_local.part import Part, bring_up, take_down
from arrears_local.tokens import issue_token

__all__ = ["Addresses", "create_database", "down", "drop_database", "issue_token", "up"]

INFRASTRUCTURE = (kafka.part, postgres.part, issuer.part)
OUTSIDE = (mail.part, sms.part, dialler.part)


def up(root: Path, outside: bool = False) -> Addresses:
    """All three running and answering on return, whatever was found; state lies in `.arrears` below `root`.

    With `outside` the mail server, the SMS centre and the dialler too.
    """
    home = Home(root.resolve())
    with sole_command(home):
        together_up(home, (*INFRASTRUCTURE, *OUTSIDE) if outside else INFRASTRUCTURE)
        addresses = addresses_of(home)
        write_book(home, addresses)
        return addresses


def down(root: Path) -> None:
    """Nothing of it runs on return, the outside neither; all data stays."""
    home = Home(root.resolve())
    with sole_command(home):
        together_down(home, (*INFRASTRUCTURE, *OUTSIDE))
        java.keep_what_was_learned(home.folder(kafka.NAME))


def together_up(home: Home, parts: Iterable[Part]) -> None:
    """At the same time. The first that fails is raised when all have come to an end."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda part: bring_up(home, part), parts))


def together_down(home: Home, parts: Iterable[Part]) -> list[str]:
    """The names of those that ran."""
    with ThreadPoolExecutor() as pool:
        return [name for name in pool.map(lambda part: part.name if take_down(home, part) else "", parts) if name]
