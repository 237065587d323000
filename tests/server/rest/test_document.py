"""The OpenAPI document as its readers have it: whole, valid, and true."""

import re
from functools import cache
from typing import Any, NamedTuple

import httpx
import jsonschema_rs
import msgspec
import pytest
import schemathesis
from litestar.routes import HTTPRoute

from channels.errors import CATALOGUE, Code
from server.app import describe
from server.rest.auth.controller import auth_routes
from server.rest.contract import contract_of
from tests.server.rest.answers import data_of
from tests.server.rest.node import DOCUMENTS, METRICS_TOKEN, RestNode
from tests.server.rest.prepared import MADE_UP, PREPARE
from tests.visitor import visitor

OPERATIONS = {
    "listFastingProtocols",
    "showFastingProtocol",
    "startFast",
    "endFast",
    "showRunningFast",
    "listFasts",
    "listRoutines",
    "showRoutine",
    "createRoutine",
    "changeRoutine",
    "deleteRoutine",
    "shareRoutine",
    "withdrawRoutine",
    "showSharedRoutine",
    "copyRoutine",
    "startWorkout",
    "logWorkout",
    "importWorkouts",
    "exportWorkouts",
    "loadBar",
    "targetMass",
    "warmUp",
    "logSet",
    "editSet",
    "deleteSet",
    "pauseWorkout",
    "resumeWorkout",
    "finishWorkout",
    "discardWorkout",
    "showRunningWorkout",
    "listWorkouts",
    "showWorkout",
    "listRecords",
    "listAlternatives",
    "showTraining",
    "searchExercises",
    "showExercise",
    "listExercises",
    "createExercise",
    "changeExercise",
    "deleteExercise",
    "showOpinion",
    "giveOpinion",
    "showTrainingProfile",
    "setTrainingProfile",
    "searchExercisesForOperator",
    "searchHistory",
    "showBody",
    "updateBody",
    "showMe",
    "updateMe",
    "readEvents",
    "showLive",
    "showReady",
    "readMetrics",
    "showKeys",
    "register",
    "login",
    "refresh",
    "logout",
    "validateToken",
    "validateTokenByPost",
}
ACCOUNTS = "/api/v1/auth/"
OPERATORS = {"/metrics", "/admin/exercises/search"}
PUBLIC = {"register", "login", "refresh"}


@cache
def document() -> Any:
    """The document as it is committed and served."""
    return msgspec.json.decode((DOCUMENTS / "openapi.json").read_bytes())


def test_the_document_is_current() -> None:
    nobody: Any = None  # routes are described, not called
    assert (DOCUMENTS / "openapi.json").read_bytes() == describe((auth_routes(nobody),)), "run make generate"


class Operation(NamedTuple):
    path: str
    method: str
    described: Any

    def __str__(self) -> str:
        return str(self.described["operationId"])

    @property
    def body(self) -> tuple[str, Any]:
        """The media type of its body, and what is said of it; nothing where it takes none."""
        content: dict[str, Any] = self.described.get("requestBody", {}).get("content", {"": {}})
        [(media_type, said)] = content.items()
        return media_type, said


@cache
def operations() -> list[Operation]:
    return [
        Operation(path, method, described)
        for path, methods in document()["paths"].items()
        for method, described in methods.items()
    ]


class Example(NamedTuple):
    """One named exchange: what to send, and what comes back."""

    operation: Operation
    name: str
    status: int
    media_type: str
    schema: Any
    answer: Any

    def __str__(self) -> str:
        return f"{self.operation}-{self.name}"

    def request(self, client: httpx.AsyncClient, **path: str) -> httpx.Request:
        """The request that the document shows under the same name; `path` replaces what is made up."""
        given = {
            (parameter["in"], parameter["name"]): parameter["examples"][self.name]["value"]
            for parameter in self.operation.described.get("parameters", ())
            if self.name in parameter.get("examples", {})
        }
        media_type, body = self.operation.body
        shown = body.get("examples", {}).get(self.name)
        in_path = {name: value for (place, name), value in given.items() if place == "path"}
        return client.build_request(
            self.operation.method,
            self.operation.path.format_map({**MADE_UP, **in_path, **path}),
            params={name: value for (place, name), value in given.items() if place == "query"},
            headers={name: value for (place, name), value in given.items() if place == "header"}
            | ({} if shown is None else {"Content-Type": media_type}),
            content=None if shown is None else written(shown["value"]),
        )


@cache
def examples() -> list[Example]:
    return [
        Example(operation, name, int(status), media_type, content["schema"], example["value"])
        for operation in operations()
        for status, answer in operation.described["responses"].items()
        for media_type, content in answer["content"].items()
        for name, example in content.get("examples", {}).items()
    ]


def written(body: Any) -> bytes:
    """A body as it is sent."""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def validate(schema: Any, value: Any) -> None:
    whole = {**schema, "components": document()["components"]}
    jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)


def test_the_document_is_valid_openapi_3_1() -> None:
    assert document()["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(document()).validate()


def test_every_reference_leads_somewhere() -> None:
    text = msgspec.json.encode(document()).decode()
    for name in set(re.findall(r"#/components/schemas/([^\"]+)", text)):
        assert name in document()["components"]["schemas"]
    assert "Nothing" in document()["components"]["schemas"]


def test_every_operation_of_the_application_is_in_it(node: RestNode) -> None:
    routes = [route for route in node.app().routes if isinstance(route, HTTPRoute)]
    served = {route.path_format for route in routes if not re.match(r"/$|/docs|/openapi", route.path)}
    assert {operation.path for operation in operations()} == served
    assert {str(operation) for operation in operations()} == OPERATIONS


def test_every_route_of_the_api_has_a_contract_and_so_a_guard(node: RestNode) -> None:
    for route in node.app().routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/api/"):
            for method, (handler, _) in route.route_handler_map.items():
                assert method == "OPTIONS" or contract_of(handler) is not None, route.path


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_an_operation_says_what_it_does_and_shows_an_example_of_it(operation: Operation) -> None:
    described = operation.described
    assert described["summary"]
    assert described["description"]
    assert set(described["tags"]) <= {tag["name"] for tag in document()["tags"]}
    [good] = [status for status in described["responses"] if status < "300"]
    assert all(content["examples"] for content in described["responses"][good]["content"].values())
    assert {"400", "500", "503"} <= described["responses"].keys()


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_an_operation_lists_the_codes_of_every_error(operation: Operation) -> None:
    for status, answer in operation.described["responses"].items():
        if status < "400":
            continue
        assert answer["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Failure"}
        for code in answer["x-codes"]:
            assert CATALOGUE[Code(code)].status == int(status)
            assert CATALOGUE[Code(code)].cure in answer["description"]
        assert ("Retry-After" in answer.get("headers", {})) == (status in {"429", "503"})


def test_what_needs_a_person_says_so_and_shows_what_happens_without() -> None:
    for operation in operations():
        needs = {"bearer": []} in operation.described.get("security", ())
        assert needs == (operation.path.startswith("/api/") and str(operation) not in PUBLIC), operation
        shown = operation.described["responses"].get("401", {}).get("content", {}).get("application/json", {})
        assert ("without_token" in shown.get("examples", {})) == needs


def test_schemas_say_what_is_always_sent_and_what_is_not_taken() -> None:
    schemas = document()["components"]["schemas"]
    assert schemas["FastingSession"]["required"] == list(schemas["FastingSession"]["properties"])
    assert schemas["FastAnswer"]["required"] == ["success", "data", "meta"]
    assert schemas["Pagination"]["required"] == ["cursor", "has_more"]
    assert schemas["AnswerMeta"]["required"] == ["timestamp", "request_id"]
    assert schemas["FastingStartData"]["additionalProperties"] is False
    assert schemas["FastStatus"]["type"] == "string"
    assert not [name for name in schemas if name.endswith("Query")]


def of_this_side(example: Example) -> bool:
    """Those of accounts are executed by their own tests, with people who have passwords."""
    return not example.operation.path.startswith(ACCOUNTS) or example.name == "without_token"


@pytest.mark.parametrize("operation", operations(), ids=str)
async def test_every_example_is_true(operation: Operation, node: RestNode) -> None:
    async with visitor(node.url) as client:
        for example in examples():
            if example.operation == operation and of_this_side(example):
                node.draining = False
                await check(example, node, client)


async def check(example: Example, node: RestNode, client: httpx.AsyncClient) -> None:
    """Send what is shown, for somebody new; what comes back is as shown."""
    person = await node.person()
    prepare = PREPARE.get(str(example))
    request = example.request(client, **(await prepare(node, person) if prepare else {}))
    if example.name != "without_token":
        token = METRICS_TOKEN if example.operation.path in OPERATORS else person.token
        request.headers["Authorization"] = f"Bearer {token}"
    response = await client.send(request)
    assert response.status_code == example.status, (str(example), response.text)
    assert response.headers["content-type"].partition(";")[0] == example.media_type
    answer = response.text if isinstance(example.answer, str) else response.json()
    validate(example.schema, answer)
    validate(example.schema, example.answer)
    assert shape(answer) == shape(example.answer), str(example)
    if isinstance(answer, dict) and not answer.get("success", True):
        assert answer["error"]["code"] == example.answer["error"]["code"]
        assert answer["error"]["message"] == example.answer["error"]["message"]
        assert reasons(answer) == reasons(example.answer)


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_every_request_that_is_shown_has_its_answer(operation: Operation) -> None:
    answered = {example.name for example in examples() if example.operation == operation}
    for shown in (operation.body[1], *operation.described.get("parameters", ())):
        assert set(shown.get("examples", {})) <= answered


def shape(value: Any) -> Any:
    """What clients build on: which fields there are and of which type; of a list, its first item."""
    match value:
        case dict():
            return {
                name: sorted(map(shape, part.values()), key=str) if name == "positions" else shape(part)
                for name, part in value.items()
            }
        case list():
            return [shape(item) for item in value[:1]]
        case int() | float() if not isinstance(value, bool):
            return "number"
        case _:
            return type(value).__name__


def reasons(failure: Any) -> list[tuple[str, str]]:
    return [(detail["field"], detail["message"]) for detail in failure["error"].get("details", ())]


async def test_the_log_in_the_document_is_what_the_events_are(client: httpx.AsyncClient) -> None:
    assert data_of(await client.post("/api/v1/fasting/sessions", json={"protocol_id": "16:8"}), 201)
    response = await client.get("/api/v1/events")
    validate({"$ref": "#/components/schemas/EventsAnswer"}, response.json())
