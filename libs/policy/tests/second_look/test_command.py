"""`arrears audit contacts` on a real Kafka: what it prints, and how it ends. And how it comes to be there."""

import asyncio
import json
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from arrears_events.audit.command import GROUP, Commands, audit
from arrears_events.log.partitioning import partition_of
from arrears_events.log.writer import Writer
from arrears_policy.second_look.command import contacts
from click.testing import CliRunner, Result

from .past import PARTITIONS, Past
from .person import Person

CONTACTS = EntryPoint("contacts", "arrears_policy.second_look.command:contacts", GROUP)
BROKEN = EntryPoint("broken", "arrears_policy.no_such_module:broken", GROUP)


def run(kafka: Any, *arguments: str) -> Result:
    env = {"ARREARS_KAFKA_BOOTSTRAP": kafka.bootstrap, "ARREARS_TOPIC_PREFIX": kafka.prefix}
    return CliRunner().invoke(contacts, arguments, env=env)


@pytest.fixture
def people(past: Past) -> list[Person]:
    """Two customers, each where their key belongs, with a contact that was lawful."""
    partitions = {name: partition_of(name.encode(), PARTITIONS) for name in ("C-1", "C-3")}
    past.at("04-02 09:00")
    for partition in {*partitions.values()}:
        past.closes("04-01", partition)
    past.at("04-02 10:00")
    found = [Person(past, name, partition) for name, partition in partitions.items()]
    for person in found:
        person.contact("conversation")
    return found


async def publish(past: Past, kafka: Any) -> None:
    async with Writer(kafka.bootstrap, linger_ms=5) as writer:
        for record in past.records:
            await (await writer.send(kafka.prefix + record.topic, record.key, record.value, record.partition))


async def test_lawful_contacts_end_with_0(past: Past, people: list[Person], kafka: Any):
    people[0].contact("sent", channel="sms")
    await publish(past, kafka)
    result = await asyncio.to_thread(run, kafka)
    assert result.exit_code == 0, result.output
    assert "call     conversation                2" in result.output
    assert "sms      sent                        1" in result.output
    assert "Every contact was allowed: 3 contacts, 0 in breach, 0 before something was heard." in result.output


async def test_a_breach_ends_with_1_and_is_told_with_its_place(past: Past, people: list[Person], kafka: Any):
    people[0].pays("1000.00")
    contact = people[0].contact("no_answer")
    before = past.positions(people[1].partition)
    people[1].agrees()
    unheard = people[1].contact("no_answer", positions=before)
    await publish(past, kafka)
    result = await asyncio.to_thread(run, kafka, "--json")
    assert result.exit_code == 1, result.output
    told = json.loads(result.output)
    [found], [between] = told["findings"], told["between"]
    assert (found["code"], found["rule"], found["contact"]) == ("rule-broken", "BANK-01a", str(contact))
    assert (found["topic"], found["partition"]) == ("contact.events", people[0].partition)
    assert (between["event"], between["rule"], between["contact"]) == ("PlanAgreed", "BANK-04", str(unheard))
    assert told["summary"]["contacts"] == {"call": {"conversation": 2, "no_answer": 2}}
    assert told["summary"]["breaches"] == {"BANK-01a": 1}
    shown = (await asyncio.to_thread(run, kafka)).output
    assert f"breach: rule-broken BANK-01a at contact.events {found['partition']}/{found['offset']}" in shown
    assert "PlanAgreed at plan.events" in shown
    assert "1 in breach, 1 before something was heard, 0." in shown


async def test_what_was_put_off_is_not_counted_as_refused(past: Past, people: list[Person], kafka: Any):
    for rule, final in (("CN-17", True), ("CALL-BACK", False), ("CALL-BACK", False)):
        people[0].refused(people[0].asked(), rule, final=final)
    await publish(past, kafka)
    shown = (await asyncio.to_thread(run, kafka)).output
    assert "refused  CN-17                       1\nput off  CALL-BACK                   2\n" in shown
    summary = json.loads((await asyncio.to_thread(run, kafka, "--json")).output)["summary"]
    assert (summary["refused"], summary["put_off"]) == ({"CN-17": 1}, {"CALL-BACK": 2})


def test_a_kafka_that_does_not_answer_ends_with_2():
    result = CliRunner().invoke(contacts, env={"ARREARS_KAFKA_BOOTSTRAP": "127.0.0.1:1"})
    assert result.exit_code == 2
    assert "Kafka does not answer" in result.output


class TestPluggedIn:
    @pytest.fixture
    def group(self) -> Commands:
        return Commands("audit", commands=audit.commands, find=lambda: [BROKEN, CONTACTS])

    def test_the_auditors_own_commands_stay_beside_it(self, group: Commands):
        shown = CliRunner().invoke(group, ["--help"]).output
        assert [word for word in shown.split() if word in ("contacts", "timeline", "verify")] == [
            "contacts",
            "timeline",
            "verify",
        ]
        assert "Decide every contact anew" in CliRunner().invoke(group, ["contacts", "--help"]).output

    def test_one_that_does_not_load_hides_none_of_them(self, group: Commands):
        shown = CliRunner().invoke(group, ["--help"])
        assert (shown.exit_code, "(does not load: ModuleNotFoundError)" in shown.output) == (0, True)
        assert CliRunner().invoke(group, ["verify", "--help"]).exit_code == 0
        assert "no_such_module" in CliRunner().invoke(group, ["broken"]).output

    def test_one_cannot_take_the_place_of_an_own_command(self):
        false = EntryPoint("verify", BROKEN.value, GROUP)
        group = Commands("audit", commands=audit.commands, find=lambda: [false])
        assert CliRunner().invoke(group, ["verify", "--help"]).exit_code == 0
