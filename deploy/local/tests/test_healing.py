"""Whatever happened to a part, `up` mends it or names what to do."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import psutil
import pytest
from arrears_local import accounts, infrastructure, issuer, jars, java, kafka, part, postgres
from arrears_local.errors import StackError
from arrears_local.home import Home
from arrears_local.ports import port_of
from arrears_local.postgres import run_sql

from .conftest import everything_of, pid_of

INFRASTRUCTURE = ("kafka", "postgres", "issuer")


def test_a_second_up_finds_the_first(home: Home):
    pids = [pid_of(home, name) for name in INFRASTRUCTURE]
    addresses = infrastructure.up(home.root)
    assert [pid_of(home, name) for name in INFRASTRUCTURE] == pids
    assert json.loads(home.address_book.read_text())["kafka"] == addresses.kafka


def test_killed_parts_come_back_at_the_same_addresses_with_their_data(home: Home):
    before = infrastructure.up(home.root)
    run_sql(home, "CREATE TABLE IF NOT EXISTS kept (it int);")
    killed = {name: pid_of(home, name) for name in INFRASTRUCTURE}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    assert infrastructure.up(home.root) == before
    assert all(pid_of(home, name) != pid for name, pid in killed.items())
    assert run_sql(home, "SELECT count(*) FROM kept;") == ["0"]


def test_the_outside_is_started_with_it_when_it_is_asked_for(home: Home):
    addresses = infrastructure.up(home.root, outside=True)
    book = json.loads(home.address_book.read_text())
    assert (book["mail"], book["sms"], book["dialler"]) == (addresses.mail, addresses.sms, addresses.dialler)
    assert all(pid_of(home, name) for name in ("mail", "sms", "dialler"))


def test_a_pid_that_now_belongs_to_another_process_is_not_taken_for_ours(home: Home):
    os.kill(pid_of(home, "issuer"), signal.SIGKILL)
    record = json.loads(home.record("issuer").read_text())
    with _bystander() as bystander:
        home.record("issuer").write_text(json.dumps({**record, "pid": bystander.pid}))
        infrastructure.up(home.root)
        assert pid_of(home, "issuer") != bystander.pid
        assert bystander.is_running()


def test_postgres_starts_although_its_own_pid_file_names_another_living_process(home: Home):
    os.kill(pid_of(home, "postgres"), signal.SIGKILL)
    pid_file = home.folder("postgres") / "data" / "postmaster.pid"
    _, *rest = pid_file.read_text().splitlines(keepends=True)
    with _bystander(accounts.postgres()) as bystander:
        pid_file.write_text("".join([f"{bystander.pid}\n", *rest]))
        infrastructure.up(home.root)
        assert bystander.is_running()


def test_a_part_that_hangs_is_started_anew(home: Home):
    hung = pid_of(home, "issuer")
    os.kill(hung, signal.SIGSTOP)
    part.bring_up(home, replace(issuer.part, silence_seconds=0.5))
    assert pid_of(home, "issuer") != hung


def test_parts_whose_ports_were_taken_move_to_others_with_their_data(home: Home):
    run_sql(home, "CREATE TABLE IF NOT EXISTS kept (it int);")
    identity = (home.folder("kafka") / "data" / "meta.properties").read_text()
    infrastructure.down(home.root)
    taken = {name: port_of(home, name) for name in ("kafka", "kafka-controller", "postgres", "issuer")}
    with ExitStack() as strangers:
        for port in taken.values():
            strangers.enter_context(socket.create_server(("127.0.0.1", port)))
        addresses = infrastructure.up(home.root)
    assert all(port_of(home, name) != port for name, port in taken.items())
    assert json.loads(home.address_book.read_text())["postgres"] == addresses.postgres
    assert run_sql(home, "SELECT count(*) FROM kept;") == ["0"]
    assert (home.folder("kafka") / "data" / "meta.properties").read_text() == identity


def test_what_a_killed_initdb_left_is_made_anew(empty_home: Home):
    begun = empty_home.make_folder("postgres") / "data.begun"
    (begun / "base").mkdir(parents=True)
    part.bring_up(empty_home, postgres.part)
    assert run_sql(empty_home, "SELECT 1;") == ["1"]
    assert not begun.exists()


def test_a_database_folder_that_lost_files_is_set_aside(empty_home: Home):
    data = empty_home.make_folder("postgres") / "data"
    (data / "base").mkdir(parents=True)
    part.bring_up(empty_home, postgres.part)
    assert run_sql(empty_home, "SELECT 1;") == ["1"]
    assert (data.with_name("data.incomplete-1") / "base").is_dir()


def test_what_a_killed_format_left_is_made_anew(empty_home: Home):
    begun = empty_home.make_folder("kafka") / "data.begun"
    (begun / "__cluster_metadata-0").mkdir(parents=True)
    kafka.prepare(empty_home)
    assert (begun.with_name("data") / "meta.properties").exists()
    assert not begun.exists()


def test_a_history_without_its_identity_is_left_alone_and_named(empty_home: Home):
    topic = empty_home.make_folder("kafka") / "data" / "case.events-0"
    topic.mkdir(parents=True)
    (topic / "00000000000000000000.log").write_bytes(b"history")
    with pytest.raises(StackError, match="holds a history"):
        kafka.prepare(empty_home)
    assert (topic / "00000000000000000000.log").read_bytes() == b"history"


def test_what_java_had_not_finished_to_write_is_not_started_from(empty_home: Home):
    unfinished = empty_home.make_folder("kafka") / java.WRITTEN
    unfinished.write_bytes(java.UNFINISHED + b"half of it")
    kafka.prepare(empty_home)
    assert not unfinished.exists()
    assert b"half of it" not in b"".join(path.read_bytes() for path in jars.downloads().glob("kafka-*.aot"))


def test_a_part_that_cannot_start_shows_its_log(empty_home: Home):
    (empty_home.state / "secrets" / "issuer-key.json").write_text("{}")
    with pytest.raises(StackError, match=r"(?s)issuer ended at once.*Error.*arrears stack up"):
        part.bring_up(empty_home, issuer.part)


def test_down_ends_even_what_a_killed_parent_and_a_lost_record_left(home: Home):
    for name in INFRASTRUCTURE:
        home.record(name).unlink()
    infrastructure.down(home.root)
    assert everything_of(home) == []


@contextmanager
def _bystander(account: accounts.Account | None = None) -> Iterator[psutil.Process]:
    process = psutil.Popen(["sleep", "300"], **(account or accounts.ourselves()))
    try:
        yield process
    finally:
        process.kill()
        process.wait()
