import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.workouts.imports.reading import (
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    Flaw,
    Record,
    Table,
    Unreadable,
    plain,
    read_table,
)


def table(content: bytes | str) -> Table:
    found = read_table(content.encode() if isinstance(content, str) else content)
    assert isinstance(found, Table)
    return found


def rows(content: bytes | str) -> list[list[str]]:
    return [list(record.cells) for record in table(content).records]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_cells_are_cut_at_the_separator_that_the_header_has(separator: str, end: str) -> None:
    lines = ["Date,Name,Note", '2024,"a; ,\tb","say ""hi"""']
    content = end.join(lines).replace("Date,Name,Note", separator.join(("Date", '"Na,;me"', "Note")))
    content = content.replace("2024,", f"2024{separator}").replace('b",', f'b"{separator}')
    assert table(content).header == ("Date", "Na,;me", "Note")
    assert rows(content) == [["2024", "a; ,\tb", 'say "hi"']]


@pytest.mark.parametrize(
    "content",
    [
        "Übung\nRücken".encode(),
        b"\xef\xbb\xbf" + "Übung\nRücken".encode(),
        "Übung\nRücken".encode("utf-16"),
        b"\xfe\xff" + "Übung\nRücken".encode("utf-16-be"),
        "Übung\nRücken".encode("cp1252"),
    ],
)
def test_the_encoding_is_found_out(content: bytes) -> None:
    assert table(content).header == ("Übung",)
    assert rows(content) == [["Rücken"]]


def test_a_row_has_the_line_that_it_begins_in() -> None:
    content = 'a,b\n\n1,"x\ny\nz"\n  \n2,w\n'
    assert table(content).records == [Record(3, ("1", "x\ny\nz")), Record(7, ("2", "w"))]


def test_only_line_ends_end_a_row() -> None:
    assert rows("a\n1\x0b2\x1c3\x852\u2028\n") == [["1\x0b2\x1c3\x852\u2028"]]


def test_a_quote_that_nobody_closes_costs_the_rows_that_it_swallows_and_no_more() -> None:
    content = 'a,b\n1,2\n3,"oops\n' + "x,y\n" * 35_000
    found = table(content).records
    assert found[:2] == [Record(2, ("1", "2")), Record(3, ())]
    assert found[2].line > 30_000
    assert found[2:] == [Record(line, ("x", "y")) for line in range(found[2].line, 35_004)]


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (b"", Flaw.EMPTY),
        (b"\n \n,,\n", Flaw.EMPTY),
        (b'"' + b"x" * 200_000, Flaw.EMPTY),
        (b"a,b\n" + b"," * 300_000, Flaw.TOO_WIDE),
        (b"," + b"x," * MOST_COLUMNS, Flaw.TOO_WIDE),
        (b"x" * (MOST_BYTES + 1), Flaw.TOO_LARGE),
        (b"x\n" * (MOST_ROWS + 2), Flaw.TOO_MANY_ROWS),
        (b"x\n" + b"\n" * (MOST_ROWS + 1), Flaw.TOO_MANY_ROWS),
    ],
)
def test_a_file_that_holds_no_table_or_too_much_is_not_read(content: bytes, flaw: Flaw) -> None:
    assert read_table(content) == Unreadable(flaw)


def test_as_many_rows_as_are_allowed_are_read() -> None:
    assert len(table(b"x\n" * (MOST_ROWS + 1)).records) == MOST_ROWS


@pytest.mark.parametrize(
    "name", ["Weight (kg)", "weight_kg", " WEIGHT  KG ", "Wéight: kg", '\ufeff"weight" kg']
)
def test_columns_are_known_by_their_words(name: str) -> None:
    assert plain(name) == "weight kg"


def test_what_would_take_long_to_bring_into_one_form_is_not_brought() -> None:
    assert plain("\u0316\u0301" * 60_000) == ""


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    found = read_table(content)
    assert isinstance(found, Table | Unreadable)


@given(st.lists(st.lists(st.text(alphabet='ab";,\n \t', min_size=1), min_size=2, max_size=2), min_size=1))
def test_what_is_written_by_the_rules_is_read_as_it_was(cells: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in cells]
    kept = [row for row in cells if "".join(row).strip()]
    assert rows("\n".join(['"x","y"', *quoted])) == kept
