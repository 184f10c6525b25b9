"""The people of a portfolio: it has none, so they are made from the customer's id and cannot belong to anybody.

Telephone numbers begin with +999, which the ITU has assigned to nobody; mail goes to the reserved domain `example`.
"""

import hmac
from typing import NamedTuple

from arrears_events.catalogue.bank import ContactPoint, ContactPointKind, CustomerProfileChanged
from arrears_events.catalogue.persons import CustomerDetailsUpdated

_KEY = b"arrears: people who do not exist"  # no secret: what it hides is made up from the id, which is public


class Place(NamedTuple):
    """Language (BCP 47) and time zone (IANA) of the customers of a jurisdiction."""

    language: str
    time_zone: str


PLACES = {
    "cn": Place("zh-Hans-CN", "Asia/Shanghai"),
    "tw": Place("zh-Hant-TW", "Asia/Taipei"),
    "th": Place("th-TH", "Asia/Bangkok"),
    "us": Place("en-US", "America/New_York"),
    "uk": Place("en-GB", "Europe/London"),
}


def profile_of(customer_id: str, jurisdiction: str) -> CustomerProfileChanged:
    """Of a customer `C-…<number>`, in a jurisdiction of PLACES."""
    place = PLACES[jurisdiction]
    return CustomerProfileChanged(
        customer_id=customer_id,
        language=place.language,
        jurisdiction=jurisdiction,
        time_zone=place.time_zone,
        contact_points=tuple(
            ContactPoint(
                contact_point_id=f"{customer_id}/{kind}",
                party_id=customer_id,
                kind=kind,
                reserved=kind in ("mobile", "post"),
                digest=digest_of(value),
            )
            for kind, value in contact_values(customer_id).items()
        ),
    )


def details_of(customer_id: str) -> CustomerDetailsUpdated:
    """What the profile's digests are of, with a name."""
    values = contact_values(customer_id)
    return CustomerDetailsUpdated(
        customer_id=customer_id,
        restricted=False,
        name=f"Example Person {_number(customer_id)}",
        address=values["post"],
        contact_points={f"{customer_id}/{kind}": value for kind, value in values.items()},
        parties={},
        employer=f"Example Works {_number(customer_id) % 100}",
    )


def contact_values(customer_id: str) -> dict[ContactPointKind, str]:
    """What the digests are of; each value belongs to one customer of the portfolio."""
    number = _number(customer_id)
    return {
        "mobile": f"+9991{number:010}",
        "home": f"+9992{number:010}",
        "email": f"{customer_id.lower()}@customers.example",
        "post": f"{number} Example Road",
    }


def _number(customer_id: str) -> int:
    return int(customer_id.rpartition("-")[2])


def digest_of(value: str) -> str:
    """HMAC-SHA-256 in hex."""
    return hmac.digest(_KEY, value.encode(), "sha256").hex()
