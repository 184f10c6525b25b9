"""The only reader of plan-service's environment."""

from datetime import timedelta

from arrears_runtime.settings import Days, RuntimeSettings


class PlanSettings(RuntimeSettings):
    """ARREARS_PROMISE_LATEST_DAYS=30 and so on; until policies come, the rule in force for promises stands here."""

    promise_latest_days: Days = timedelta(days=30)  # holds the customer's next pay day; beyond it a plan is in place
    promise_grace_days: Days = timedelta(days=3)  # a transfer between banks takes so long over a weekend
