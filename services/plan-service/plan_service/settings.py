"""The only reader of plan-service's environment."""

from datetime import timedelta
from typing import Annotated

from arrears_runtime.settings import RuntimeSettings
from pydantic import BeforeValidator, Field


def _days(value: object) -> object:
    """A bare number is of days; pydantic alone would take it for seconds."""
    return f"P{value}D" if isinstance(value, str) and value.isdecimal() else value


Days = Annotated[timedelta, BeforeValidator(_days), Field(ge=timedelta(0), le=timedelta(days=365))]


class PlanSettings(RuntimeSettings):
    """ARREARS_PROMISE_LATEST_DAYS=30 and so on; until policies come, the rule in force for promises stands here."""

    promise_latest_days: Days = timedelta(days=30)  # holds the customer's next pay day; beyond it a plan is in place
    promise_grace_days: Days = timedelta(days=3)  # a transfer between banks takes so long over a weekend
