"""What is made from the code is what is committed."""

import re

import pytest

from tests.architecture import generate, json_schemas, settings_page
from tests.architecture.packages import ROOT, shown, sources, texts

SETTING = re.compile(r"\bARREARS_[A-Z_]*[A-Z]\b")
MADE = {shown(path): text for path, text in generate.documents().items()}


@pytest.mark.parametrize("name", MADE)
def test_a_made_file_is_as_the_code_says(name: str):
    path = ROOT / name
    assert path.exists(), f"{name} is missing: run `make schemas`"
    assert path.read_text("utf-8") == MADE[name], f"{name} is not as the code says: run `make schemas`"


def test_nothing_is_left_of_what_is_no_more():
    assert generate.left_over(generate.documents()) == [], "run `make schemas`"


def test_two_runs_make_the_same_bytes():
    assert json_schemas.documents() == json_schemas.documents()


def test_every_setting_that_the_code_names_is_on_the_page():
    named = {name for path in sources() for text in texts(path) for name in SETTING.findall(text)}
    assert named - settings_page.names() == set()
