"""A command line's calls of a service: where it is, who asks, and what it answered or why it did not."""

from collections.abc import Iterator
from typing import Any

import httpx
from arrears_events.errors import UserError
from arrears_events.settings import Settings


class Asking(httpx.Client):
    """Asks one service. Raises UserError when it cannot be reached, or says nothing in time."""

    def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        try:
            return super().request(*args, **kwargs)
        except httpx.TransportError as error:
            raise UserError(
                f"No answer from {self.base_url} ({type(error).__name__}). `arrears stack status` tells more, and "
                "`arrears stack up` starts what is down."
            ) from None


def client_of(service: str) -> Asking:
    """Raises UserError when there is no such service."""
    urls = Settings().services()
    if service not in urls:
        raise UserError(f"There is no {service}; there are {', '.join(sorted(urls))}.")
    return Asking(base_url=urls[service], timeout=30)


def bearer(token: str | None, variable: str, role: str) -> dict[str, str]:
    """The header of who asks. Raises UserError that says how to come by a token."""
    if not token:
        raise UserError(f"A token is needed: export {variable}=$(arrears stack token --role {role})")
    return {"Authorization": f"Bearer {token}"}


def answer(response: httpx.Response) -> dict[str, Any]:
    """Raises UserError with the problem's title and facts."""
    found: dict[str, Any] = response.json() if "json" in response.headers.get("content-type", "") else {}
    if response.is_success and found:
        return found
    title = found.get("title", "no answer that could be read")
    if response.status_code == 401:
        title += "; one of the local stack is good for an hour: `arrears stack token --role ROLE` prints another"
    raise UserError("\n  ".join([f"{response.status_code}: {title}", *_facts(found)]))


def _facts(problem: dict[str, Any]) -> Iterator[str]:
    for name, fact in problem.items():
        if name == "faults":
            yield from (f"{each['where']}: {each['says']} ({each['code']})" for each in fact)
        elif name not in ("type", "title", "status", "errors"):
            yield f"{name}: {fact}"
