"""The only reader of case-service's environment."""

from datetime import timedelta

from arrears_runtime.settings import Days, RuntimeSettings


class CaseSettings(RuntimeSettings):
    """ARREARS_DISPUTE_RESOLVE_DAYS=15 and so on; until policies come, the deadlines of disputes stand here."""

    dispute_acknowledge_days: Days = timedelta(days=2)  # an objection is marked and checked promptly (CN-15)
    dispute_resolve_days: Days = timedelta(days=15)  # as a complaint is answered (CN-25); for disputes the law has none
