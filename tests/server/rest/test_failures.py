from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from litestar import Controller, Request, get
from litestar.exceptions import HTTPException
from structlog.testing import capture_logs

from channels.errors import CATALOGUE, Code, Refusal, Refused, unavailable
from channels.wire.envelope import Detail
from server.rest.failures import RETRY_SECONDS, refusal_of
from storage.postgres import Unavailable
from tests.server.rest.answers import code_of, error_of
from tests.server.rest.node import RestNode

SECRET = "hunter2 of ada@example.org"


class Failing(Controller):
    """Raises what a test asks for."""

    path = "/failing"

    @get("/{code:str}", include_in_schema=False)
    async def fail(self, request: Request[Any, Any, Any]) -> None:
        raised: dict[str, Exception] = {
            "storage": Unavailable("PostgreSQL is away"),
            "bug": ZeroDivisionError(SECRET),
            "teapot": HTTPException(SECRET, status_code=418),
        }
        code = request.path_params["code"]
        if code in raised:
            raise raised[code]
        details = (Detail(field="one", message="is odd", value=1),)
        raise Refused(Refusal(code=Code(code), details=details))


@pytest_asyncio.fixture(loop_scope="module")
async def failing(node: RestNode) -> AsyncIterator[httpx.AsyncClient]:
    app: Any = node.app(controllers=(Failing,))  # two libraries, two sets of ASGI types
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://node/api/v1/failing/") as client:
        yield client


async def test_every_code_of_the_catalogue_has_its_status_its_words_and_its_headers(
    failing: httpx.AsyncClient,
) -> None:
    for code, entry in CATALOGUE.items():
        response = await failing.get(code)
        error = error_of(response)
        assert response.status_code == entry.status
        assert error["code"] == code
        assert error["message"] == entry.message
        assert error["details"] == [{"field": "one", "message": "is odd", "value": 1}]


async def test_a_store_that_is_away_is_a_temporary_error_with_a_time_to_wait(
    failing: httpx.AsyncClient,
) -> None:
    response = await failing.get("storage")
    assert code_of(response) is Code.UNAVAILABLE
    assert response.headers["retry-after"] == str(RETRY_SECONDS)


@pytest.mark.parametrize("fault", ["bug", "teapot"])
async def test_a_fault_of_ours_is_logged_and_says_nothing_of_itself_to_the_client(
    failing: httpx.AsyncClient, fault: str
) -> None:
    with capture_logs() as lines:
        response = await failing.get(fault)
    assert code_of(response) is Code.INTERNAL
    assert SECRET not in response.text
    [line] = [line for line in lines if line["event"] == "request_failed"]
    assert line["request_id"] == response.headers["x-request-id"]


def test_the_time_to_wait_that_a_refusal_names_is_kept() -> None:
    assert refusal_of(Refused(unavailable(7))).retry_after_seconds == 7
