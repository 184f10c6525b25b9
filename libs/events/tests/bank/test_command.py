"""`arrears bank`: what a person sees who asks for the wrong thing, or the right one."""

from pathlib import Path

import pytest
from arrears_events.bank.rows import read_rows
from arrears_events.command import main
from click.testing import CliRunner, Result


def run(*words: str, **settings: str) -> Result:
    return CliRunner().invoke(main, ["bank", *words], env={"ARREARS_KAFKA_BOOTSTRAP": "127.0.0.1:1"} | settings)


def test_a_generated_file_can_be_read_and_measured(tmp_path: Path):
    out = tmp_path / "small.csv.gz"
    assert run("generate", "--accounts", "30", "--seed", "2", "--out", str(out)).exit_code == 0
    assert [row.account_id for row in read_rows(out)][:2] == ["GEN2-1", "GEN2-2"]
    measured = run("measure", "--portfolio", str(out))
    assert (measured.exit_code, '"first_status"' in measured.output) == (0, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("publish",), "Give either --portfolio FILE or --generate N."),
        (("publish", "--generate", "5", "--accounts", "3"), "--accounts goes with --portfolio"),
        (("publish", "--generate", "0"), "0 is not in the range x>=1"),
        (("publish", "--generate", "5", "--from", "2026-13"), "a month is written as 2026-04"),
        (("publish", "--generate", "5", "--jurisdiction", "mars"), "'mars' is not one of 'cn'"),
        (("publish", "--portfolio", "none.csv.gz"), "'none.csv.gz' does not exist"),
    ],
)
def test_a_wrong_option_is_told_and_ends_with_two(words: tuple[str, ...], told: str):
    asked = run(*words)
    assert (asked.exit_code, told in asked.output) == (2, True)


def test_a_file_with_fewer_accounts_than_asked_for_is_told(tmp_path: Path):
    out = tmp_path / "small.csv.gz"
    run("generate", "--accounts", "3", "--out", str(out))
    asked = run("publish", "--portfolio", str(out), "--accounts", "4")
    assert (asked.exit_code, "has 3 accounts" in asked.output) == (1, True)


def test_kafka_that_does_not_answer_is_told_in_one_line():
    asked = run("publish", "--generate", "5")
    assert asked.output.strip() == "Error: Kafka does not answer at 127.0.0.1:1."
    assert asked.exit_code == 1


def test_without_a_stack_play_says_how_to_start_one(tmp_path: Path):
    asked = run("play", "--generate", "5", ARREARS_HOME=str(tmp_path))
    assert asked.exit_code == 1
    assert "Start one with `arrears stack up`" in asked.output


def test_without_a_token_play_says_how_to_come_by_one(tmp_path: Path):
    (tmp_path / "stack.json").write_text('{"kafka": "127.0.0.1:1", "services": {}}')
    asked = run("play", "--generate", "5", ARREARS_HOME=str(tmp_path), ARREARS_TOKEN="")
    assert asked.exit_code == 1
    assert "export ARREARS_TOKEN=$(arrears stack token --role operator)" in asked.output


def test_a_portfolio_is_published_and_the_second_time_it_is_there(kafka):
    settings = {"ARREARS_KAFKA_BOOTSTRAP": kafka.bootstrap, "ARREARS_TOPIC_PREFIX": kafka.prefix}
    words = ("publish", "--generate", "5", "--seed", "9", "--from", "2025-10")
    assert run(*words, **settings).output == "bank/portfolio/generated-9-5-2025-10: 183 days published.\n"
    assert "0 days published, 183 were there already" in run(*words, **settings).output
