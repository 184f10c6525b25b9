"""What there is to know before a customer is contacted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from arrears_events.catalogue.bank import ContactPoint, ContactPointKind
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.routing import Router
from arrears_runtime.keys import erased_among

from contact_service.views.cases import open_cases_of
from contact_service.views.hardships import hardship_of
from contact_service.views.persons import restricted_among
from contact_service.views.profiles import profile_of

router = Router(tag="customers")


@dataclass(frozen=True, slots=True)
class ContactPointAnswer:
    """Its value is in the bank's own topic alone. `reserved`: notices sent there have arrived (预留)."""

    contact_point_id: str
    party_id: str
    kind: ContactPointKind
    reserved: bool


@dataclass(frozen=True, slots=True)
class OpenCaseAnswer:
    case_id: UUID
    account_id: str
    stage: str


@dataclass(frozen=True, slots=True)
class HardshipAnswer:
    """By the customer's last word: the debt is more than they can pay."""

    reported_on: date
    willing_to_pay: bool


@dataclass(frozen=True, slots=True)
class CustomerAnswer:
    """`language` is BCP 47, `jurisdiction` names a rule pack, `time_zone` is of the IANA database.

    `stopped`: a bad record holds up all of the customer's; what is shown may be behind. `restricted`: what is known of
    them in person is kept, and not used. `erased`: it is gone, and nobody is contacted; the bank's ids are left.
    """

    customer_id: str
    language: str
    jurisdiction: str
    time_zone: str
    stopped: bool
    restricted: bool
    erased: bool
    hardship: HardshipAnswer | None
    contact_points: list[ContactPointAnswer]
    open_cases: list[OpenCaseAnswer]


@router.get("/customers/{customer_id}", permission="customer:read")
async def get_customer(customer_id: OpaqueId, request: CallerRequest) -> CustomerAnswer:
    """How the customer is reached, and the open cases to be spoken of."""
    profile = found(await profile_of(request.db, customer_id))
    cases, hardship = await open_cases_of(request.db, customer_id), await hardship_of(request.db, customer_id)
    return CustomerAnswer(
        customer_id=profile.customer_id,
        language=profile.language,
        jurisdiction=profile.jurisdiction,
        time_zone=profile.time_zone,
        stopped=await request.stopped(customer_id),
        restricted=bool(await restricted_among(request.db, [customer_id])),
        erased=bool(await erased_among(request.db, [customer_id])),
        hardship=HardshipAnswer(hardship.reported_on, hardship.willing_to_pay) if hardship else None,
        contact_points=[_shown(point) for point in profile.points],
        open_cases=[OpenCaseAnswer(case.case_id, case.account_id, case.stage) for case in cases],
    )


def _shown(point: ContactPoint) -> ContactPointAnswer:
    return ContactPointAnswer(point.contact_point_id, point.party_id, point.kind, point.reserved)
