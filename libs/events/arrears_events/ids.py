"""Ids that are made from what they name, so that the same thing met again has the same id."""

from uuid import UUID, uuid5

_EVENT = UUID("6f0a3a5e-6f0c-5c55-8b1e-0d8f4d2f8a01")
_COMMAND = UUID("6f0a3a5e-6f0c-5c55-8b1e-0d8f4d2f8a02")
_CASE = UUID("6f0a3a5e-6f0c-5c55-8b1e-0d8f4d2f8a03")


def event_id(streamid: str, streamversion: int) -> UUID:
    return uuid5(_EVENT, f"{streamid}\n{streamversion}")


def command_id(caller: str, idempotency_key: str) -> UUID:
    """Of a command that somebody sent: the same caller and key are the same command."""
    return uuid5(_COMMAND, f"{caller}\n{idempotency_key}")


def reaction_command_id(event: str, reaction: str, streamid: str) -> UUID:
    """Of a command that an event led to: one for each reaction and stream."""
    return uuid5(_COMMAND, f"{event}\n{reaction}\n{streamid}")


def case_id(account_id: str, first_miss: str) -> UUID:
    """Of a case: its account, and the id of the bank's event that opened it."""
    return uuid5(_CASE, f"{account_id}\n{first_miss}")
