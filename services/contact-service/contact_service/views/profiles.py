"""How and under whose law a customer is reached, by the bank's newest word: contact points without their values."""

from typing import NamedTuple

from arrears_events.catalogue.bank import BANK, ContactPoint, CustomerProfileChanged
from arrears_events.codec import canonical
from arrears_events.envelope import SourceEvent
from arrears_runtime.database import Database
from arrears_runtime.projection import view
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
    """`contact_points`: a JSON list of {contact_point_id, party_id, kind, reserved}; digests are not kept."""

    customer_id: str
    language: str
    jurisdiction: str
    time_zone: str
    contact_points: str


@view(profiles, ProfileRow, of=BANK, key="customer_id", takes=(CustomerProfileChanged,))
def fold(_: ProfileRow | None, fact: SourceEvent[CustomerProfileChanged]) -> ProfileRow:
    profile = fact.data
    points = canonical([_shown(point) for point in profile.contact_points]).decode()
    return ProfileRow(profile.customer_id, profile.language, profile.jurisdiction, profile.time_zone, points)


def _shown(point: ContactPoint) -> dict[str, object]:
    return point.model_dump(mode="json", exclude={"digest"})


async def profile_of(db: Database, customer_id: str) -> ProfileRow | None:
    return await db.row(ProfileRow, select(profiles).where(profiles.c.customer_id == customer_id))
