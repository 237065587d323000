import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.importers.records import Record, Refused, UnreadableError, records_of


def lines(text: str) -> list[tuple[int, str]]:
    """Each record's line with what came of it: its id, or why it was refused."""
    return [
        (one.line, one.value["id"] if isinstance(one, Record) else one.reason)
        for one in records_of(text.encode())
    ]


def test_each_record_is_known_by_the_line_on_which_it_begins() -> None:
    assert lines('[\n  {"id": "a",\n   "b": [1]},\n\n  {"id": "c"}, {"id": "d"}\n]\n') == [
        (2, "a"),
        (5, "c"),
        (5, "d"),
    ]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ('{"id": ,}', "this is no JSON (Expecting value, line 3)"),
        ('{"id": "b}', "this is no JSON (Invalid control character at, line 3)"),
        ('{"id": "b", "muscles": ["x", }', "this is no JSON"),
        ('{"id": "b", "name": "x\\', "this is no JSON"),
        ('{"id": "b", "c": {"d": 1', "this is no JSON"),
        ("nothing", "this is no JSON (Expecting value, line 3)"),
        ('{"id": "b", "id": "c"}', "id is said twice"),
        ('{"id": "b"}}', "it ends before its end"),
        ('{"id": "b"}, "name": "c"}', "it ends before its end"),
        ('{"id": NaN}', "NaN is no number"),
        ('{"id": -Infinity}', "-Infinity is no number"),
        ('{"id": ' + "9" * 5_000 + "}", "its values are too deep or too long"),
        ('{"id": ' + "[" * 200_000 + "]" * 200_000 + "}", "its values are too deep or too long"),
        ("5", "this is no exercise"),
        ("null", "this is no exercise"),
        ('[{"id": "b"}]', "this is no exercise"),
    ],
    ids=itertools.count(1),
)
def test_a_broken_record_costs_no_other(record: str, reason: str) -> None:
    a, b, c = lines('[\n{"id": "a"},\n' + record + '\n,\n{"id": "c"}]')
    assert (a, c) == ((2, "a"), (5, "c"))
    assert b[0] == 3
    assert b[1].startswith(reason)


def test_a_record_without_an_end_ends_where_the_next_begins_or_the_list_ends() -> None:
    text = '{"results": [\n  {"id": "a", "b": [\n    {}\n  ]\n  {"id": "b"},\n  {"id": "c,\n  "d": ["e",\n ]}'
    assert lines(text) == [
        (2, "this is no JSON (Expecting ',' delimiter, line 5)"),
        (5, "b"),
        (6, "this is no JSON (Invalid control character at, line 6)"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("5", "no list of exercises on line 1"),
        ('"text"', "no list of exercises on line 1"),
        ('\n{"id": "a"}', "no list of exercises before line 2"),
        ('{"results": {"id": "a"}}', "no list of exercises on line 1"),
        ('{"results": [],', "broken or cut off"),
        ('{"count": , "results": []}', "From line 1"),
        ('{"count" 5, "results": []}', "From line 1"),
        ('[\n{"id": "a"},\n{"id": "b"', "From line 3"),
        ('[\n{"id": "a"},\n{"id": "b"},', "From line 3"),
        ('[\n{"id": "a"}', "From line 2"),
        ('[{"id": "a"} {"id": "b"}] [', "no list of exercises"),
        ('[ {"id": "a", {"id": "b"}]', "From line 1"),
        ('[\n{"id": "a"}, {"id": "b\n', "From line 2"),
        ('[{"id": "a"}] and more', "no list of exercises on line 1"),
        ('[{"id":"a,"name":"b"},{"id":"c","name":"d"}]', "From line 1"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(text: str, told: str) -> None:
    with pytest.raises(UnreadableError, match=told):
        records_of(text.encode())


def test_a_file_that_is_not_in_utf_8_is_refused_with_the_line() -> None:
    with pytest.raises(UnreadableError, match=r"not in UTF-8 \(line 2\)"):
        records_of(b'[\n{"id": "\xe9"}]')


def test_pages_are_read_as_their_lists() -> None:
    page = {"count": 2, "next": None, "results": [{"id": "a"}], "more": {"results": [1]}}
    assert lines(json.dumps(page) + "\n" + json.dumps(page) + '[{"id": "b"}]') == [
        (1, "a"),
        (2, "a"),
        (2, "b"),
    ]


def test_an_empty_list_has_no_records() -> None:
    assert lines("\ufeff[ ]") == []


def test_what_was_refused_is_told_in_a_line() -> None:
    assert str(Refused(line=3, field="name", reason="it is missing")) == "line 3: name: it is missing"
    assert str(Refused(line=3, reason="this is no exercise")) == "line 3: this is no exercise"


def test_a_record_without_a_beginning_may_as_well_be_the_end_of_the_one_before() -> None:
    assert lines('[\n{"id": "a"},\n"id": "b"},\n{"id": "c"}\n]') == [
        (2, "it ends before its end, or no comma is behind it"),
        (4, "c"),
    ]


RECORD = '{"id": "b", "muscles": ["x", "y"], "more": {"a": [1, {"c": null}]}}'


@given(
    st.integers(1, len(RECORD) - 1),
    st.integers(0, 1),
    st.sampled_from(["", '"', "{", "}", "[", "]", ",", "\\", "\n"]),
)
def test_whatever_becomes_of_a_record_its_neighbours_are_taken_or_nothing_is(
    at: int, cut: int, put: str
) -> None:
    text = '[\n{"id": "a"},\n' + RECORD[:at] + put + RECORD[at + cut :] + ',\n{"id": "c"}\n]'
    try:
        values = [one.value for one in records_of(text.encode()) if isinstance(one, Record)]
    except UnreadableError:
        return
    assert values[0] == {"id": "a"}
    assert values[-1] == {"id": "c"}
    assert len(values) <= 3
