"""Problems (RFC 9457): what is no success is `application/problem+json` of a stable type, with no echo of input."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails, to_json
from starlette.responses import Response

KNOWN: dict[str, tuple[int, str]] = {
    "json-malformed": (400, "The body is not one JSON text in UTF-8"),
    "json-duplicate-key": (400, "A key stands twice in one object"),
    "json-too-deep": (400, "The body is nested too deep"),
    "body-incomplete": (400, "The body ended early"),
    "body-unexpected": (400, "This request has no body"),
    "header-repeated": (400, "A header that may stand once stands twice"),
    "query-invalid": (400, "A query parameter is unknown, repeated or malformed"),
    "limit-invalid": (400, "A limit is a whole number above zero"),
    "cursor-invalid": (400, "The cursor is not one of this list and filter"),
    "idempotency-key-missing": (400, "The header Idempotency-Key is required"),
    "idempotency-key-malformed": (400, "An Idempotency-Key is 1 to 128 visible ASCII characters"),
    "if-match-malformed": (400, "If-Match holds one strong entity tag"),
    "unauthorized": (401, "A valid bearer token is required"),
    "forbidden": (403, "The caller does not have the permission"),
    "not-found": (404, "There is no such thing here"),
    "method-not-allowed": (405, "The method is not allowed here"),
    "request-timeout": (408, "The body did not arrive in time"),
    "person-erased": (409, "The person has been erased: nothing is written about them any more"),
    "customer-stopped": (409, "The customer is stopped until a bad record is dealt with"),
    "version-stale": (412, "The resource has changed since it was read"),
    "body-too-large": (413, "The body is too large"),
    "content-type": (415, "The body is application/json, not compressed"),
    "body-invalid": (422, "The body is not what this request asks for"),
    "json-value": (422, "A number or text in the body is beyond what JSON can carry"),
    "card-number": (422, "A card number may not stand here"),
    "idempotency-key-reused": (422, "The Idempotency-Key was used for another request"),
    "if-match-missing": (428, "The header If-Match is required"),
    "same-person": (403, "Another person than the one who proposed a policy approves it"),
    "not-proposed": (409, "This text, from this day on, is not what is proposed now"),
    "effective-from-too-early": (422, "A policy takes effect after the last close, and not before its text says"),
    "policy-wrong": (422, "The policy's text has faults"),
    "policy-missing": (503, "A policy that this decision needs is not in force"),
    "stops-nobody": (409, "This dead letter stops nobody; it can be skipped, not replayed"),
    "dealt-with": (409, "This dead letter was dealt with already"),
    "not-ready": (503, "The service is catching up with the log, or its database is away; try again in a moment"),
    "internal-error": (500, "Something went wrong here"),
}
_OF_STATUS = {404: "not-found", 405: "method-not-allowed"}
_FAULTS = {
    "missing": "A required field is missing",
    "extra-forbidden": "There is no such field",
    "unexpected-keyword-argument": "There is no such field",
}
_FAULTS_MAX = 20  # one body could hold thousands


class Problem(Exception):
    """`code` is stable for ever; `facts` become members of the answer and never hold what the caller sent."""

    def __init__(
        self,
        code: str,
        *,
        status: int | None = None,
        facts: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        known_status, self.title = KNOWN.get(code, (422, code.replace("-", " ").capitalize()))
        self.status = status or known_status
        self.facts = facts or {}
        self.headers = headers


def refusal(code: str, facts: Mapping[str, Any], statuses: Mapping[str, int]) -> Problem:
    """What the rules did not allow, with what decided."""
    return Problem(code, status=statuses.get(code), facts=facts)


def problem_of_status(status: int, headers: Mapping[str, str] | None) -> Problem:
    """The framework's own refusals, such as a path that is not there."""
    return Problem(_OF_STATUS.get(status, f"http-{status}"), status=status, headers=headers)


def invalid(code: str, where: str, errors: Sequence[ErrorDetails], names: Iterable[str]) -> Problem:
    """What was wrong with the fields below `where`. Only `names`, which are ours, are said again; others are `*`."""
    known = frozenset(names)
    return Problem(code, facts={"errors": [_fault(where, error, known) for error in errors[:_FAULTS_MAX]]})


def answer(problem: Problem) -> Response:
    facts = {name: _in_order(fact) for name, fact in problem.facts.items()}
    assert facts.keys().isdisjoint({"type", "title", "status"}), "a fact may not hide what the problem is"
    body: dict[str, Any] = {
        "type": f"urn:arrears:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        **facts,
    }
    return Response(to_json(body), problem.status, problem.headers, "application/problem+json")


def _in_order(fact: Any) -> Any:
    return sorted(fact) if isinstance(fact, set | frozenset) else fact  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]


def _fault(where: str, error: ErrorDetails, known: frozenset[str]) -> dict[str, str]:
    code = error["type"].replace("_", "-")
    ours = "_" not in error["type"] and "-" in error["type"]  # pydantic's own messages may quote the input
    title = error["msg"] if ours else _FAULTS.get(code, code.replace("-", " ").capitalize())
    path = [str(part) if isinstance(part, int) or part in known else "*" for part in error["loc"]]
    return {"where": ".".join([where, *path]), "code": code, "title": title}
