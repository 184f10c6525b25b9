"""The policies of this service: a text is proposed by one person, approved by another, and read by whoever asks."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Annotated

from arrears_events.catalogue.base import PolicyName, Sha256
from arrears_policy.errors import Fault, PolicyWrong
from arrears_policy.policy import Policy
from pydantic import Field

from arrears_runtime import closes
from arrears_runtime.http.callers import CallerRequest, found
from arrears_runtime.http.commands import Answer, CommandRequest
from arrears_runtime.http.problems import Problem
from arrears_runtime.http.routing import Router
from arrears_runtime.http.strict_json import Body
from arrears_runtime.policies import PolicyMissing, PolicyRow, all_policies, policy_at, proposal_of, read
from arrears_runtime.publication import ApprovePolicy, ProposePolicy, stream_of_policy

router = Router(tag="policies")

PROPOSAL_BYTES = 2 * 262_144 + 4_096
"""A text of 256 KiB as JSON writes it, where no byte of UTF-8 becomes more than two, and what stands around it."""
FAULTS_SHOWN = 100


class ProposalRequest(Body):
    text: Annotated[str, Field(max_length=262_144)]
    effective_from: date


class ApprovalRequest(Body):
    """What the approver has read: the text by the SHA-256 of its UTF-8 bytes, and its day."""

    sha256: Sha256
    effective_from: date


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """A version that nobody has approved is a proposal."""

    name: str
    version: int
    sha256: str
    effective_from: date
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class MissingPolicy:
    """The service needs it, and decides nothing without it; `why` names the command."""

    name: str
    kind: str
    why: str


@dataclass(frozen=True, slots=True)
class PolicyPage:
    items: list[PolicyAnswer]
    missing: list[MissingPolicy]


@dataclass(frozen=True, slots=True)
class PolicyText:
    policy: PolicyAnswer
    text: str


@router.post("/policies/{name}/proposals", status_code=201, permission="policy:propose", body_bytes=PROPOSAL_BYTES)
async def propose_policy(name: PolicyName, ask: ProposalRequest, request: CommandRequest) -> Answer:
    """Propose a text; it decides nothing until another person approves it. 422 `policy-wrong` tells all its faults."""
    streamid = stream_of_policy(request.service.name, name)
    return await request.make_and_send(partial(_proposal, name, ask, request), streamid=streamid, customer_id=name)


async def _proposal(name: str, ask: ProposalRequest, request: CommandRequest) -> ProposePolicy:
    policy = await _sound(name, ask.text, ask.effective_from, request)
    return ProposePolicy(
        name=name,
        text=ask.text,
        effective_from=ask.effective_from,
        earliest=policy.effective_from,
        last_close=await closes.last_date(request.db),
        by=request.caller.subject,
    )


@router.post("/policies/{name}/approvals", status_code=201, permission="policy:approve")
async def approve_policy(name: PolicyName, ask: ApprovalRequest, request: CommandRequest) -> Answer:
    """Put the proposed text in force from its day on. 403 for its proposer, 409 when another text is proposed now.

    It is held against what the service needs once more: 422 `policy-wrong` when that is more than it was.
    """
    if waits := await proposal_of(request.db, name, ask.sha256):
        await _sound(name, waits.body, ask.effective_from, request)
    body = ApprovePolicy(
        sha256=ask.sha256,
        effective_from=ask.effective_from,
        last_close=await closes.last_date(request.db),
        by=request.caller.subject,
    )
    streamid = stream_of_policy(request.service.name, name)
    answer = await request.send(streamid=streamid, customer_id=name, body=body)
    request.policies.changed()
    return answer


@router.get("/policies", permission="policy:read")
async def list_policies(request: CallerRequest) -> PolicyPage:
    """Every version with who proposed and approved it, the newest first, and what the service needs and has not."""
    rows = await all_policies(request.db)
    missing = await request.policies.missing(request.db.pool)
    needed = request.policies.needed
    return PolicyPage(
        [_answer(row) for row in rows], [MissingPolicy(name, needed[name].kind, why) for name, why in missing.items()]
    )


@router.get("/policies/{name}/{version}", permission="policy:read")
async def get_policy(name: PolicyName, version: int, request: CallerRequest) -> PolicyText:
    row = found(await policy_at(request.db, name, version))
    return PolicyText(_answer(row), row.body)


async def _sound(name: str, text: str, on: date, request: CallerRequest) -> Policy:
    """The policy of a text, with which this service can decide from the day `on`, if it needs one of that name."""
    try:
        policy = await read(text)
    except PolicyWrong as wrong:
        raise _wrong(wrong.faults) from None
    if policy.name != name:
        raise _wrong([Fault("policy", "other-name", f"it is proposed as {name}")])
    if need := request.policies.needed.get(name):
        if policy.kind != need.kind:
            raise _wrong([Fault("kind", "other-kind", f"this service needs {name} of kind {need.kind}")])
        if faults := [*need.faults(policy, await _others(name, on, request))]:
            raise _wrong(faults)
    return policy


async def _others(name: str, on: date, request: CallerRequest) -> dict[str, Policy]:
    """What else this service needs, as far as it is in force on that day."""
    found: dict[str, Policy] = {}
    for each in request.policies.needed.keys() - {name}:
        with suppress(PolicyMissing, PolicyWrong):
            found[each] = (await request.policies.in_force(request.db.pool, each, on)).policy
    return found


def _wrong(faults: Sequence[Fault]) -> Problem:
    return Problem("policy-wrong", facts={"faults": [fault._asdict() for fault in faults[:FAULTS_SHOWN]]})


def _answer(row: PolicyRow) -> PolicyAnswer:
    return PolicyAnswer(
        name=row.name,
        version=row.version,
        sha256=row.sha256,
        effective_from=row.effective_from,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
    )
