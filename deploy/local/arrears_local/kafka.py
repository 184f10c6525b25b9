"""Apache Kafka 4.3 on one node: controller and broker in one process."""

import contextlib
import socket
import struct

from arrears_local import java
from arrears_local.home import Home, write_whole
from arrears_local.kafka_data import DATA, ensure_formatted
from arrears_local.part import Answer, Part
from arrears_local.ports import port_of
from arrears_local.program import Program

NAME = "kafka"
CONTROLLER = "kafka-controller"
DOOR = "kafka-door"
"""Where the services come in, each as a user of its own with the rights that it needs. At the other port whoever is on
this machine may do everything, as its operator."""
USERS = ("case-service", "contact-service", "plan-service", "bank", "auditor")
NODE = 1
ANSWER_SECONDS = 2.0
API_VERSIONS_V0 = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # size, request, version, correlation, no client name
CLEANER_BYTES = 16 * 1024 * 1024  # of the small heap; the default is 128 MiB


def prepare(home: Home) -> None:
    """Java, the broker's properties and a formatted data folder."""
    folder = home.make_folder(NAME)
    java.prepare(folder)
    ensure_formatted(folder, _properties(home))
    write_whole(folder / "server.properties", _lines(_properties(home)))


def program(home: Home) -> Program:
    argv = java.command("kafka.Kafka", "server.properties", watched=True)
    return Program(NAME, argv, home.folder(NAME), java.ENVIRONMENT, configuration=_lines(_properties(home)))


def settings_of(user: str, home: Home) -> dict[str, str]:
    """How a service comes in, as its environment."""
    return {
        "ARREARS_KAFKA_BOOTSTRAP": f"127.0.0.1:{port_of(home, DOOR)}",
        "ARREARS_KAFKA_USER": user,
        "ARREARS_KAFKA_PASSWORD": home.secret(f"kafka-{user}"),
        "ARREARS_KAFKA_MECHANISM": "PLAIN",
    }


def answer(home: Home) -> Answer:
    """The broker opens its port early, and answers on it only when it has caught up with its own metadata."""
    place = ("127.0.0.1", port_of(home, NAME))
    with contextlib.suppress(OSError), socket.create_connection(place, ANSWER_SECONDS) as ask:
        ask.sendall(API_VERSIONS_V0)
        return Answer(ready=len(ask.recv(4)) == 4)
    return Answer(ready=False)


def _properties(home: Home) -> dict[str, object]:
    broker, door, controller = (port_of(home, name) for name in (NAME, DOOR, CONTROLLER))
    users = " ".join(f'user_{user}="{home.secret(f"kafka-{user}")}"' for user in USERS)
    return {
        "process.roles": "broker,controller",
        "node.id": NODE,
        # Static: a dynamic quorum (`format --standalone`) writes the controller's port into the data folder for ever.
        "controller.quorum.voters": f"{NODE}@127.0.0.1:{controller}",
        # How long a killed broker's registration stands in the way of its successor; 9 s by default.
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 1000,
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},SASL_PLAINTEXT://127.0.0.1:{door},"
        f"CONTROLLER://127.0.0.1:{controller}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": (
            f"org.apache.kafka.common.security.plain.PlainLoginModule required {users};"
        ),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": DATA,
        "auto.create.topics.enable": "false",
        "log.retention.ms": -1,
        "log.retention.bytes": -1,
        "log.cleaner.dedupe.buffer.size": CLEANER_BYTES,
        "offsets.topic.num.partitions": 8,
        "offsets.topic.replication.factor": 1,
        "offsets.retention.minutes": 2**31 - 1,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "group.initial.rebalance.delay.ms": 0,
    }


def _lines(properties: dict[str, object]) -> str:
    return "".join(f"{name}={value}\n" for name, value in properties.items())


part = Part(
    NAME,
    ports=(NAME, DOOR, CONTROLLER),
    prepare=prepare,
    program=program,
    answer=answer,
    deadline_seconds=120.0,  # after a crash it first checks the tails of its logs
    stop_seconds=90.0,  # once in the life of a download it writes down what Java learned
)
