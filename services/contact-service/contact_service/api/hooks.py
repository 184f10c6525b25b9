"""What a partner's system tells us at a hook of ours: the body, and how it is signed."""

from typing import NamedTuple

from arrears_runtime.http.strict_json import read_body
from starlette.requests import Request


class Told(NamedTuple):
    timestamp: str
    signature: str
    body: bytes


async def told(request: Request, bytes_max: int) -> Told:
    """Raises Problem for a body that is larger, or does not arrive in time."""
    within = request.app.state.settings.body_arrives_within.total_seconds()
    headers = request.headers
    return Told(
        headers.get("x-timestamp", ""), headers.get("x-signature", ""), await read_body(request, bytes_max, within)
    )
