"""How and under whose law a customer is reached, by the bank's newest word: contact points without their values."""

from collections.abc import Collection
from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, ContactPoint, CustomerProfileChanged
from arrears_events.codec import canonical
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database, among
from arrears_runtime.projection import view
from pydantic import TypeAdapter
from sqlalchemy import Column, Table, Text, select
from sqlalchemy.dialects.postgresql import JSONB

from contact_service.views import metadata

profiles = Table(
    "profiles",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("language", Text),
    Column("jurisdiction", Text),
    Column("time_zone", Text),
    Column("contact_points", JSONB),
)


class ProfileRow(NamedTuple):
    """`contact_points`: a JSON list of {contact_point_id, party_id, kind, reserved, digest}."""

    customer_id: str
    language: str
    jurisdiction: str
    time_zone: str
    contact_points: str

    @property
    def points(self) -> list[ContactPoint]:
        """In the bank's order."""
        return _POINTS.validate_json(self.contact_points)


_POINTS = TypeAdapter(list[ContactPoint])


@view(profiles, ProfileRow, of=BANK, key="customer_id", takes=(CustomerProfileChanged,))
def fold(_: ProfileRow | None, fact: SourceEvent[CustomerProfileChanged]) -> ProfileRow:
    profile = fact.data
    points = canonical([point.model_dump(mode="json") for point in profile.contact_points]).decode()
    return ProfileRow(profile.customer_id, profile.language, profile.jurisdiction, profile.time_zone, points)


async def profile_of(db: Database, customer_id: str) -> ProfileRow | None:
    return await db.of_key(ProfileRow, profiles, customer_id)


async def profiles_of(db: Database, customers: Collection[str]) -> list[ProfileRow]:
    return await db.rows(ProfileRow, select(profiles).where(among(profiles.c.customer_id, customers)))
