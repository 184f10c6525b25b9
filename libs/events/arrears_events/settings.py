"""Where Kafka and the services are: from the environment, or from the address book of the stack on this machine."""

import json
import ssl
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from arrears_events.errors import StackNotFound


class KafkaAccess(BaseSettings):
    """As whom a process speaks to Kafka, and whether under TLS: every client that it opens does so."""

    model_config = SettingsConfigDict(env_prefix="ARREARS_", frozen=True, extra="ignore", env_ignore_empty=True)

    kafka_user: str | None = None  # without one the broker asks nobody who they are
    kafka_password: SecretStr = SecretStr("")
    kafka_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_tls: bool = False
    kafka_ca: Path | None = None  # a file with the certificates to trust under TLS, in place of the system's

    def of_a_client(self) -> dict[str, Any]:
        """Arguments of aiokafka's clients."""
        told: dict[str, Any] = {"security_protocol": "SSL" if self.kafka_tls else "PLAINTEXT"}
        if self.kafka_tls:
            told["ssl_context"] = ssl.create_default_context(cafile=self.kafka_ca)
        if self.kafka_user is None:
            return told
        return {
            **told,
            "security_protocol": f"SASL_{told['security_protocol']}",
            "sasl_mechanism": self.kafka_mechanism,
            "sasl_plain_username": self.kafka_user,
            "sasl_plain_password": self.kafka_password.get_secret_value(),
        }


class Settings(BaseSettings):
    """`topic_prefix` stands before every topic's name, so that installations can share a Kafka.

    `home` holds the stack's `stack.json`, itself or in its folder `.arrears`; without it the working folder and those
    above it are searched.
    """

    model_config = SettingsConfigDict(env_prefix="ARREARS_", frozen=True, extra="ignore", env_ignore_empty=True)

    kafka_bootstrap: str | None = None
    topic_prefix: str = ""
    home: Path | None = None

    def bootstrap(self) -> str:
        """Kafka's address, host:port. Raises StackNotFound."""
        return self.kafka_bootstrap or str(self._address("kafka"))

    def services(self) -> dict[str, str]:
        """URLs of the services by name. Raises StackNotFound."""
        services = self._address("services")
        return {str(name): str(url) for name, url in services.items()}

    def _address(self, part: str) -> Any:
        book = self._address_book()
        try:
            return json.loads(book.read_text("utf-8"))[part]
        except (OSError, ValueError, KeyError, TypeError):
            raise StackNotFound(f"{book} does not tell the address of {part}. `arrears stack up` writes it.") from None

    def _address_book(self) -> Path:
        here = Path.cwd()
        homes = [self.home] if self.home else [here, *here.parents]
        for home in homes:
            for folder in (home, home / ".arrears"):
                if (folder / "stack.json").is_file():
                    return folder / "stack.json"
        where = f"in {self.home}" if self.home else "in this folder or above it"
        raise StackNotFound(
            f"There is no stack {where}. Start one with `arrears stack up`, name its folder in ARREARS_HOME, "
            "or name Kafka's address in ARREARS_KAFKA_BOOTSTRAP."
        )
