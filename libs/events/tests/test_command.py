"""The root of the command line."""

from importlib.metadata import EntryPoint

from arrears_events.command import GROUP, Parts
from click.testing import CliRunner, Result

GOOD = EntryPoint("bank", "arrears_events.bank.command:bank", GROUP)
BROKEN = EntryPoint("topics", "arrears_events.no_such_module:topics", GROUP)


def run(*words: str) -> Result:
    return CliRunner().invoke(Parts("arrears", find=lambda: [GOOD, BROKEN]), list(words))


def test_help_lists_all_parts_and_says_which_does_not_load():
    shown = run("--help")
    assert shown.exit_code == 0
    assert "bank    The bank's side" in shown.output
    assert "topics  (does not load: ModuleNotFoundError)" in shown.output


def test_a_broken_part_tells_why_and_the_others_work():
    assert run("bank", "--help").exit_code == 0
    broken = run("topics", "apply", "--force")
    assert (broken.exit_code, "no_such_module" in broken.output) == (1, True)
    assert "Traceback" not in broken.output


def test_a_part_that_does_not_exist_is_a_wrong_command():
    assert run("no-such-part").exit_code == 2
