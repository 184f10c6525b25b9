"""Portfolio files: strict to the letter, and an error names line and column."""

import gzip
from pathlib import Path

import pytest
from arrears_events.bank import generator
from arrears_events.bank.rows import NUMBERS, Month, read_rows, write_rows
from arrears_events.errors import PortfolioUnreadable

HEADER = ("ID", *NUMBERS)
GOOD = dict.fromkeys(HEADER, "0") | {"ID": "1", "LIMIT_BAL": "5.00E+05", "PAY_6": "2", "BILL_AMT6": "-165580"}


def written(folder: Path, *lines: dict[str, str], header: tuple[str, ...] = HEADER) -> Path:
    path = folder / "portfolio.csv"
    rows = [",".join(header), *(",".join(line[name] for name in line) for line in lines)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_months_are_read_from_the_oldest_on(tmp_path: Path):
    (row,) = read_rows(written(tmp_path, GOOD | {"PAY_AMT1": "3"}))
    assert (row.account_id, row.customer_id, row.credit_limit) == ("UCI-1", "C-1", 500_000)
    assert (row.months[0], row.months[5]) == (Month(2, -165_580, 0), Month(0, 0, 3))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("ID", "0"),
        ("ID", "01"),
        ("ID", "UCI-1"),
        ("LIMIT_BAL", "-1"),
        ("LIMIT_BAL", "1e5"),
        ("LIMIT_BAL", "5.00E+01"),
        ("LIMIT_BAL", ""),
        ("PAY_0", "10"),
        ("PAY_0", "-3"),
        ("PAY_0", "0.0"),
        ("BILL_AMT3", " 1"),
        ("BILL_AMT3", "１"),
        ("BILL_AMT3", "1_000"),
        ("BILL_AMT3", "+1"),
        ("BILL_AMT3", "-0"),
        ("BILL_AMT3", "NaN"),
        ("BILL_AMT3", "1234567890123"),
        ("PAY_AMT1", "-1"),
        ("PAY_AMT1", "=1+1"),
    ],
)
def test_what_is_no_number_of_its_column_is_refused(tmp_path: Path, column: str, text: str):
    with pytest.raises(PortfolioUnreadable, match=f"line 3, column {column}: ") as refused:
        list(read_rows(written(tmp_path, GOOD, GOOD | {"ID": "2"} | {column: text})))
    assert not text or f" {text} " not in str(refused.value)


def test_accounts_stand_in_ascending_order_each_once(tmp_path: Path):
    with pytest.raises(PortfolioUnreadable, match="line 3, column ID: comes after 1;"):
        list(read_rows(written(tmp_path, GOOD, GOOD)))


def test_a_line_that_is_cut_short_is_refused(tmp_path: Path):
    with pytest.raises(PortfolioUnreadable, match="line 2: 1 fields, the header has 20"):
        list(read_rows(written(tmp_path, {"ID": "1"})))


def test_a_file_without_a_column_is_refused(tmp_path: Path):
    with pytest.raises(PortfolioUnreadable, match="line 1: the header must have PAY_0, BILL_AMT1 once"):
        list(read_rows(written(tmp_path, header=tuple(name for name in HEADER if name not in ("PAY_0", "BILL_AMT1")))))


CUT_SHORT = gzip.compress((",".join(HEADER) + "\n").encode() * 9_000)[:-20]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b nothing", CUT_SHORT, gzip.compress(b"\xff", mtime=0)])
def test_a_file_that_is_damaged_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "portfolio.csv.gz"
    path.write_bytes(content)
    with pytest.raises(PortfolioUnreadable):
        list(read_rows(path))


def test_a_generated_file_is_read_as_it_was_made_and_has_the_same_bytes_again(tmp_path: Path):
    made = list(generator.rows(50, seed=3))
    write_rows(made, tmp_path / "a.csv.gz")
    write_rows(made, tmp_path / "b.csv.gz")
    assert list(read_rows(tmp_path / "a.csv.gz")) == made
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
