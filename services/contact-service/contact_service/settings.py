"""The only reader of contact-service's environment."""

from arrears_runtime.settings import RuntimeSettings


class ContactSettings(RuntimeSettings):
    """Nothing of its own so far."""
