"""The only reader of plan-service's environment."""

from arrears_runtime.settings import RuntimeSettings


class PlanSettings(RuntimeSettings):
    """Nothing of its own: what the bank may set is a policy."""
