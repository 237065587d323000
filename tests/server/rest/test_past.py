"""One's own past over REST, and nobody else's."""

from datetime import UTC, datetime

import httpx
import pytest

from channels.errors import Code
from server.past.answers import LONGEST_QUESTION
from server.search.engine import Engine
from tests.searching import shipped_engine
from tests.server.rest.answers import code_of, data_of, fields_of
from tests.server.rest.node import Person, RestNode
from tests.server.rest.trained import train

SEARCH = "/api/v1/history/search"

pytestmark = pytest.mark.xdist_group("search")


@pytest.fixture(autouse=True)
def engine() -> Engine:
    """Made before anybody asks, and waits for it."""
    return shipped_engine()


async def test_what_one_did_is_found_by_oneself_alone(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    session = (await train(node, ada))["session_id"]
    asked = {"q": "what did I do last leg day"}
    found = data_of(await client.get(SEARCH, params=asked))
    (one,) = found["results"]
    assert (one["source"], one["id"], one["session_id"]) == ("workout", session, session)
    assert (found["total"], found["state"]) == (1, "lexical")
    assert data_of(await stranger.get(SEARCH, params=asked))["results"] == []


async def test_what_one_wrote_is_found_by_oneself_alone(
    client: httpx.AsyncClient, stranger: httpx.AsyncClient, node: RestNode, ada: Person
) -> None:
    keep = "SELECT past_keep($1, 'chat', 'c1', $2, 'my knee felt fine')"
    await node.execute(keep, ada.user_id, datetime(2026, 5, 3, tzinfo=UTC))
    asked = {"q": "how did my knee feel"}
    (one,) = data_of(await client.get(SEARCH, params=asked))["results"]
    assert (one["source"], one["id"], one["session_id"], one["text"]) == (
        "chat",
        "c1",
        None,
        "my knee felt fine",
    )
    assert data_of(await stranger.get(SEARCH, params=asked))["results"] == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "q"),
        ({"q": "x" * (LONGEST_QUESTION + 1)}, "q"),
        ({"q": "legs", "limit": "51"}, "limit"),
        ({"q": "legs", "user": "ada"}, "user"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_its_field(
    client: httpx.AsyncClient, asked: dict[str, str], field: str
) -> None:
    assert fields_of(await client.get(SEARCH, params=asked)) == [field]


@pytest.mark.parametrize(
    "question",
    [
        "squats over 999999999 kg",
        "999 years ago",
        "%",
        "'; DROP TABLE users; --",
        "bench 0 kg x 999",
        "\u202e",
        "16:8 16:8 x 5",
    ],
)
async def test_whatever_is_asked_is_answered(client: httpx.AsyncClient, question: str) -> None:
    assert data_of(await client.get(SEARCH, params={"q": question}))["results"] == []


async def test_a_question_may_be_as_long_as_is_said(client: httpx.AsyncClient) -> None:
    assert data_of(
        await client.get(SEARCH, params={"q": ("knee since may 5 kg " * LONGEST_QUESTION)[:LONGEST_QUESTION]})
    )


async def test_nobody_finds_anything_without_a_token(anybody: httpx.AsyncClient) -> None:
    assert code_of(await anybody.get(SEARCH, params={"q": "legs"})) is Code.TOKEN_INVALID
