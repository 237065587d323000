"""Lengths of texts, in a person's words."""

from typing import Annotated

import msgspec
import pytest
from msgspec import Meta, Struct

from server.rest.failures import undecodable


class Inner(Struct, frozen=True):
    note: Annotated[str, Meta(max_length=3, description="Said.")] | None = None


class Body(Struct, rename="camel"):
    pass_word: Annotated[str, Meta(min_length=2, max_length=1000)] = "ab"
    title: Annotated[str, Meta(min_length=2)] = "ab"
    inner: Inner = Inner()
    parts: Annotated[list[str], Meta(max_length=1)] = []


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        (b'{"passWord": "a"}', "passWord", "must have 2 to 1,000 characters"),
        (b'{"title": "a"}', "title", "must have 2 characters or more"),
        (b'{"inner": {"note": "long"}}', "inner.note", "must have at most 3 characters"),
        (b'{"parts": ["a", "b"]}', "parts", "Expected `array` of length <= 1"),
        (b'{"title": 1}', "title", "Expected `str`, got `int`"),
    ],
)
def test_a_length_is_told_whole_and_anything_else_as_it_was(body: bytes, field: str, message: str) -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(body, type=Body)
    (detail,) = undecodable(raised.value, Body).details
    assert (detail.field, detail.message) == (field, message)


def test_a_text_that_is_the_whole_body_is_told_as_it_was() -> None:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.json.decode(b'""', type=Annotated[str, Meta(min_length=1)])
    (detail,) = undecodable(raised.value, str).details
    assert (detail.field, detail.message) == ("body", "Expected `str` of length >= 1")
