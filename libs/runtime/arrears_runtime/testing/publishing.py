"""Policies put in force as two people do it, without their requests."""

from datetime import date
from uuid import uuid4

from arrears_runtime import closes
from arrears_runtime.decider import Command, Done, Outcome
from arrears_runtime.instance import Instance
from arrears_runtime.policies import read
from arrears_runtime.publication import ApprovePolicy, PolicyCommand, ProposePolicy, stream_of_policy


async def publish(instance: Instance, text: str, effective_from: date | None = None) -> None:
    """Lin proposes and Wei approves; from the first day on which the text may be used, unless a later one is named."""
    policy = await read(text)
    day = effective_from or policy.effective_from
    outcomes = [
        await propose(instance, text, day, by="lin"),
        await approve(instance, policy.name, policy.sha256, day, by="wei"),
    ]
    assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes


async def propose(instance: Instance, text: str, effective_from: date, *, by: str) -> Outcome:
    policy = await read(text)
    last_close = await closes.last_date(instance.database)
    body = ProposePolicy(policy.name, text, effective_from, policy.effective_from, last_close, by)
    return await _send(instance, policy.name, body)


async def approve(instance: Instance, name: str, sha256: str, effective_from: date, *, by: str) -> Outcome:
    last_close = await closes.last_date(instance.database)
    outcome = await _send(instance, name, ApprovePolicy(sha256, effective_from, last_close, by))
    instance.policies.changed()
    return outcome


async def _send(instance: Instance, name: str, body: PolicyCommand) -> Outcome:
    id_ = uuid4()
    command = Command(
        id=id_,
        streamid=stream_of_policy(instance.name, name),
        customer_id=name,
        body=body,
        time=instance.now(name),
        actor=body.by,
        actorrole="risk",
        causationid=f"request/{id_}",
        correlationid=str(id_),
    )
    [outcome] = await instance.append([command])
    return outcome
