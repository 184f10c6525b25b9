"""What a customer wrote or signed about being contacted: that it cease, or that a number or address be used."""

from functools import partial

from arrears_runtime.http.callers import found
from arrears_runtime.http.card_numbers import OpaqueId
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body

from contact_service.domain.contacts import stream_of
from contact_service.domain.hearing import Heard
from contact_service.views.profiles import ProfileRow, profile_of

router = Router(tag="customers")


class WishRequest(Body):
    """Either `ceases`: they are not to be contacted any more. Or a contact point, and whether its person `agrees`."""

    ceases: bool = False
    contact_point_id: OpaqueId | None = None
    agrees: bool | None = None


@router.post("/customers/{customer_id}/wishes", status_code=201, permission="contact:wrap-up")
async def record_wish(customer_id: OpaqueId, ask: WishRequest, request: CommandRequest) -> Answer:
    """Record what was written. 422 `wish-unclear` when it is both or neither."""
    make = partial(_heard, customer_id, ask, request)
    return await request.make_and_send(make, streamid=stream_of(customer_id), customer_id=customer_id)


async def _heard(customer_id: str, ask: WishRequest, request: CommandRequest) -> Heard:
    profile = found(await profile_of(request.db, customer_id))
    of_point = ask.contact_point_id is not None and ask.agrees is not None
    if ask.ceases == of_point or (ask.contact_point_id is None) != (ask.agrees is None):
        raise Problem("wish-unclear")
    return Heard(
        customer_id=customer_id,
        contact_id=None,
        on=request.today(customer_id),
        ceases=ask.ceases,
        point_agreed=(_digest(profile, ask.contact_point_id), bool(ask.agrees)) if of_point else None,
    )


def _digest(profile: ProfileRow, contact_point_id: str | None) -> str:
    return found(next((each.digest for each in profile.points if each.contact_point_id == contact_point_id), None))
