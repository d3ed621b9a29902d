import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidInput
from receivables.imports import table
from receivables.imports.table import read_table


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_the_delimiter_the_line_ends_and_a_mark_do_not_matter(
    delimiter: str, newline: str, bom: bytes
) -> None:
    lines = [["id", "name"], ["C-1", "Zoë"]]
    text = newline.join(delimiter.join(cells) for cells in lines)
    read = read_table(bom + text.encode())
    assert read.header == ("id", "name")
    assert [row.cells for row in read.rows] == [("C-1", "Zoë")]


def test_text_of_a_spreadsheet_in_utf_16_is_read() -> None:
    assert read_table("id\tname\nC-1\tZoë\n".encode("utf-16")).rows[0].cells == ("C-1", "Zoë")


def test_quoted_cells_keep_delimiters_quotes_and_line_ends() -> None:
    read = read_table(b'id,"name"\r\n"C-1","a, ""b""\r\nc"\r\n')
    assert read.rows[0].cells == ("C-1", 'a, "b"\r\nc')


def test_a_delimiter_inside_quotes_does_not_tell_the_delimiter() -> None:
    assert read_table(b'"id, or, key, so";name\nC-1;x\n').header == ("id, or, key, so", "name")


def test_rows_are_numbered_as_a_spreadsheet_does_and_blank_ones_are_left_out() -> None:
    read = read_table(b"id,name\nC-1,a\n\n,\nC-2,b\n")
    assert [(row.number, row.cells[0]) for row in read.rows] == [(2, "C-1"), (5, "C-2")]


def test_a_row_of_the_wrong_length_is_its_own_problem() -> None:
    short, long, good, padded = read_table(b"a,b\n1\n1,2,3\n1,2\n1,2,,\n").rows
    assert short.problem == "has 1 cells, the header has 2"
    assert long.problem == "has 3 cells, the header has 2"
    assert good.problem is None
    assert padded.cells == ("1", "2")
    assert padded.problem is None


def test_a_misplaced_quote_spoils_only_its_row() -> None:
    bad, good = read_table(b'a,b\n"x"y,2\n1,2\n').rows
    assert bad.problem == "has a quote in the wrong place"
    assert good.cells == ("1", "2")


def test_a_quote_that_is_never_closed_is_reported_where_it_opens() -> None:
    good, bad = read_table(b'a,b\n1,2\n"x,2\n3,4\n').rows
    assert good.cells == ("1", "2")
    assert bad.number == 3
    assert "never closed" in (bad.problem or "")


def test_an_endless_cell_spoils_only_its_row() -> None:
    bad, good = read_table(b"a,b\n" + b"x" * 200_000 + b",1\n1,2\n").rows
    assert bad.problem == "has a cell that is too long"
    assert good.cells == ("1", "2")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" , \n"])
def test_a_file_without_a_header_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        read_table(content)


def test_a_file_in_another_encoding_is_refused_rather_than_mangled() -> None:
    with pytest.raises(InvalidInput, match="not UTF-8"):
        read_table("id,name\nC-1,Zoë\n".encode("latin-1"))


def test_a_file_that_is_too_long_for_one_run_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MAX_ROWS", 3)
    assert len(read_table(b"a\n" + b"1\n" * 3).rows) == 3
    with pytest.raises(InvalidInput, match="more than 3 rows"):
        read_table(b"a\n" + b"1\n" * 4)


@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_they_are_read_or_refused(content: bytes) -> None:
    with contextlib.suppress(InvalidInput):
        read = read_table(content)
        assert all(row.problem or len(row.cells) == len(read.header) for row in read.rows)
