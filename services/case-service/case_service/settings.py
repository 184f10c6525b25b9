"""The only reader of case-service's environment."""

from arrears_runtime.settings import RuntimeSettings


class CaseSettings(RuntimeSettings):
    """Nothing of its own: what the bank may set is a policy."""
