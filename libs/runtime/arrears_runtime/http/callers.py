"""Who calls, and the request that an endpoint sees once the caller is known and allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeVar

from starlette.requests import Request

from arrears_runtime.database import Database
from arrears_runtime.dead_letters import stop_of
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.service import Service
from arrears_runtime.http.settings import HttpSettings
from arrears_runtime.http.trace import Trace, trace_of
from arrears_runtime.keys import Keys
from arrears_runtime.policies import InForce, Policies

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """As the issuer vouches. `on_behalf_of`: the agency that the person works for."""

    subject: str
    role: str
    permissions: frozenset[str]
    on_behalf_of: str | None = None


class CallerRequest(Request):
    """A request that reads. An endpoint asks for it, or for one of the kinds below it, as its argument."""

    own_query: ClassVar[Mapping[str, object]] = {}  # query parameters that the kind itself reads, as JSON Schemas

    caller: Caller
    query: dict[str, str]
    content: bytes = b""  # the body in its one writing
    sealed: bool = False  # whether a text stands in it that is kept sealed
    answer_headers: dict[str, str]

    def prepare(self, *, if_match: bool) -> None:
        """What the kind of request takes from headers and query, before the body is read."""

    @property
    def service(self) -> Service:
        return self.scope["app"].state.service

    @property
    def settings(self) -> HttpSettings:
        return self.scope["app"].state.settings

    @property
    def db(self) -> Database:
        return self.service.db

    def today(self, customer_id: str) -> date:
        """The business date of a customer, in the bank's zone."""
        return self.service.today(customer_id)

    @property
    def sealing(self) -> Keys:
        """The customers' keys, by which their texts are sealed and opened."""
        keys: Keys | None = self.scope["app"].state.keys
        assert keys, "a service that seals texts has a keys topic"
        return keys

    @property
    def policies(self) -> Policies:
        return self.scope["app"].state.policies

    async def policy(self, name: str, customer_id: str) -> InForce:
        """The policy for a customer's business date. Raises PolicyMissing: 503 `policy-missing`."""
        return await self.policies.in_force(self.db.pool, name, self.today(customer_id))

    async def stopped(self, customer_id: str) -> bool:
        """Whether a dead letter stops the customer: what is shown of them waits too."""
        return await stop_of(self.db, customer_id) is not None

    @property
    def trace(self) -> Trace:
        return trace_of(self.scope)

    @property
    def correlation_id(self) -> str:
        return self.trace.correlation_id

    def tag(self, version: int) -> None:
        """The answer shows the resource at this version of its stream: a change sends it back as If-Match."""
        self.answer_headers["ETag"] = f'"{version}"'

    def once(self, header: bytes) -> str | None:
        """The header's value (its name in small letters); 400 when it stands twice."""
        values: list[bytes] = [value for name, value in self.scope["headers"] if name == header]
        if len(values) > 1:
            raise Problem("header-repeated")
        return values[0].decode("latin-1") if values else None


def found(row: T | None) -> T:
    """The row of a query within the caller's reach: one of another team and one that is not there answer alike."""
    if row is None:
        raise Problem("not-found")
    return row
