"""The API's OpenAPI document: the framework's paths, with schemas, errors and examples from types and contracts.

Schemas come from msgspec, which also reads and writes what they describe; the framework's own leave out what it does
not know of a struct (closed to unknown fields, always sent, its sentence).
"""

from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from inspect import cleandoc
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, License, Reference, SecurityScheme, Tag
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler
from msgspec import Struct
from msgspec.inspect import StructType, multi_type_info

from channels.errors import CATALOGUE, Code
from channels.wire.registry import EVENT_TYPES
from server.rest.contract import Contract, Exchange, contract_of, refused
from server.rest.envelope import Failure

Schema = dict[str, Any]

API_VERSION: Final = "1.0.0"
"""The version of the API, and not of the program."""
_REFERENCE: Final = "#/components/schemas/{name}"
_JSON: Final = "application/json"
_FAILURE: Final[Schema] = {"$ref": _REFERENCE.format(name=Failure.__name__)}
_WITHOUT_TOKEN: Final = Exchange(
    name="without_token",
    summary="No token was sent",
    headers={"Authorization": ""},
    answer=refused(Code.TOKEN_INVALID),
)
_KEY: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A new UUID for each new command. The same one again gets the first answer again and acts once; "
    "keep it for retries for up to 45 days.",
    "schema": {"type": "string", "format": "uuid"},
}
_DESCRIPTION: Final = """\
Whatever changes something is a command, the same as on the live socket, and every device of the person hears of it there.

Answers are wrapped: `{"success": true, "data": …, "meta": {…}}`, lists with `pagination` beside `data`, errors as
`{"success": false, "error": {"code": …, "message": …, "details": […]}, "meta": {…}}`. Codes are stable, sentences are
not. A time-out never means that a command failed: send it again under its `Idempotency-Key`.
"""
_TAGS: Final = {
    "Accounts": "Registering, signing in and out, tokens.",
    "Person": "The person who asks.",
    "Fasting": "Fasting protocols and sessions.",
    "Body": "What is known of the person's body, and is reckoned with.",
    "History": "One's own past, found by asking for it.",
    "Workouts": "Workouts as they are lived and kept, records, and what training comes to.",
    "Routines": "Named plans of workouts: one's own, ready-made and shared ones.",
    "Events": "The log: what the live socket says, to read at leisure.",
    "Health": "For load balancers and monitoring.",
}
_SCHEMES: Final[dict[str, SecurityScheme | Reference]] = {
    "bearer": SecurityScheme(
        type="http",
        scheme="bearer",
        bearer_format="JWT",
        description="The `access_token` of a sign-in. It lives for minutes and is renewed with the refresh token.",
    ),
    "metrics": SecurityScheme(
        type="http", scheme="bearer", description="The server's own metrics token, a setting of its operator."
    ),
}
_TEXT: Final[Schema] = {"type": "string"}
_RETRY_AFTER: Final[Schema] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


def document(operations: Sequence[ControllerRouterHandler], dependencies: Iterable[str]) -> bytes:
    """Return the document of the operations as JSON. `dependencies` name what handlers get that is no parameter."""
    app = Litestar(
        operations,
        dependencies={name: _unused() for name in dependencies},
        openapi_config=_CONFIG,
        logging_config=None,
    )
    made: Schema = app.openapi_schema.to_schema()
    found = list(_operations(app))
    for path, method, handler, contract in found:
        _complete(made["paths"][path][method], handler, contract)
    made["components"]["schemas"] = _schemas(found)
    return msgspec.json.format(msgspec.json.encode(made), indent=2) + b"\n"


def _unused() -> Provide:
    return Provide(lambda: None, sync_to_thread=False)


_CONFIG: Final = OpenAPIConfig(
    title="Cornerman",
    version=API_VERSION,
    summary="The REST side of a Cornerman node.",
    description=_DESCRIPTION,
    license=License(name="Apache-2.0", identifier="Apache-2.0"),
    use_handler_docstrings=True,
    tags=[Tag(name=name, description=sentence) for name, sentence in _TAGS.items()],
    components=Components(security_schemes=_SCHEMES),
    render_plugins=[JsonRenderPlugin()],
)


Operation = tuple[str, str, HTTPRouteHandler, Contract]


def _operations(app: Litestar) -> Iterator[Operation]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                contract = contract_of(handler)
                if contract is not None:
                    yield route.path_format, method.lower(), handler, contract


def _complete(operation: Schema, handler: HTTPRouteHandler, contract: Contract) -> None:
    """Add to the framework's operation what it does not know of."""
    operation.pop("deprecated", None)
    if contract.signed_in:
        operation["security"] = [{"bearer": []}]
    if handler.parsed_data_field is not None and handler.parsed_data_field.has_default:
        operation["requestBody"]["required"] = False
    if contract.body:
        operation["requestBody"] = {"required": True, "content": {contract.body: {"schema": dict(_TEXT)}}}
    parameters = [_tidied(parameter) for parameter in operation.get("parameters", ())]
    parameters += _query_parameters(contract.query)
    if contract.keyed:
        parameters.append(dict(_KEY))
    if parameters:
        operation["parameters"] = parameters
    answers = _answers(handler, contract)
    operation["responses"] = {str(status): answers[status] for status in sorted(answers)}
    exchanges = (*contract.exchanges, *((_WITHOUT_TOKEN,) if contract.signed_in else ()))
    for exchange in exchanges:
        _show(operation, exchange, handler.status_code)


def _tidied(parameter: Schema) -> Schema:
    return {key: value for key, value in parameter.items() if value is not False}


def _query_parameters(query: type[Struct]) -> list[Schema]:
    _, components = msgspec.json.schema_components([query], ref_template=_REFERENCE)
    found = components[query.__name__]
    return [
        {
            "name": name,
            "in": "query",
            "required": name in found["required"],
            "description": schema.pop("description", ""),
            "schema": schema,
        }
        for name, schema in found["properties"].items()
    ]


def _answers(handler: HTTPRouteHandler, contract: Contract) -> dict[int, Schema]:
    answer = _answer_type(handler, contract)
    content = {_JSON if answer else str(handler.media_type): {"schema": _reference(answer or str)}}
    if contract.files:
        content = {media_type: {"schema": _reference(held)} for media_type, held in contract.files.items()}
    answers: dict[int, Schema] = {
        handler.status_code: {
            "description": _sentence(answer) if answer else str(handler.response_description),
            "content": content,
        }
    }
    by_status: dict[int, list[Code]] = {}
    for code in dict.fromkeys(contract.all_codes(body=not handler.http_methods <= {"GET"})):
        by_status.setdefault(CATALOGUE[code].status, []).append(code)
    return answers | {status: _failing(status, codes) for status, codes in by_status.items()}


def _reference(held: Any) -> Schema:
    [schema], _ = msgspec.json.schema_components([held], ref_template=_REFERENCE)
    return schema


def _failing(status: int, codes: list[Code]) -> Schema:
    entries = [CATALOGUE[code] for code in codes]
    described = "\n".join(f"- `{entry.code}`: {entry.cause} {entry.cure}" for entry in entries)
    failing: Schema = {
        "description": f"{HTTPStatus(status).phrase}.\n\n{described}",
        "content": {_JSON: {"schema": _FAILURE}},
        "x-codes": [entry.code for entry in entries],
    }
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        failing["headers"] = _RETRY_AFTER
    return failing


def _show(operation: Schema, exchange: Exchange, good: int) -> None:
    """Put an exchange's parts where they belong, all under its name."""
    given = {
        **{("path", name): value for name, value in exchange.path.items()},
        **{("query", name): value for name, value in exchange.query.items()},
        **{("header", name): value for name, value in exchange.headers.items()},
    }
    for parameter in operation.get("parameters", ()):
        value = given.get((parameter["in"], parameter["name"]))
        if value is not None:
            parameter.setdefault("examples", {})[exchange.name] = _example(exchange, value)
    if exchange.body is not None:
        [content] = operation["requestBody"]["content"].values()
        content.setdefault("examples", {})[exchange.name] = _example(exchange, exchange.body)
    by_type = operation["responses"][str(exchange.status(good))]["content"]
    content = by_type[exchange.media_type or next(iter(by_type))]
    answer = exchange.answer
    if isinstance(answer, str) and exchange.media_type == _JSON:
        answer = msgspec.json.decode(answer)
    content.setdefault("examples", {})[exchange.name] = _example(exchange, answer)


def _example(exchange: Exchange, value: Any) -> Schema:
    return {"summary": exchange.summary, "value": msgspec.to_builtins(value)}


def _answer_type(handler: HTTPRouteHandler, contract: Contract) -> type[Struct] | None:
    returned = handler.parsed_fn_signature.return_type.annotation
    answer = contract.answer or returned
    return answer if isinstance(answer, type) and issubclass(answer, Struct) else None


def _sentence(type_: type) -> str:
    return cleandoc(type_.__doc__ or "").partition("\n\n")[0].replace("\n", " ")


def _schemas(operations: Iterable[Operation]) -> Schema:
    answers: list[type[Struct]] = [Failure]
    bodies: list[type[Struct]] = []
    queries: set[type[Struct]] = set()
    files: list[Any] = []
    for _, _, handler, contract in operations:
        answer = _answer_type(handler, contract)
        answers += [answer] if answer else []
        body = handler.parsed_data_field
        bodies += [body.annotation] if body else []
        queries.add(contract.query)
        files += contract.files.values()
    named = {type_.__name__: type_ for type_ in (*answers, *bodies, *queries)}
    _, components = msgspec.json.schema_components([*named.values(), *files], ref_template=_REFERENCE)
    for query in queries - _structs([*answers, *bodies]):
        del components[query.__name__]
    sent = {
        struct.__name__
        for struct in _structs([*answers, *files])
        if not struct.__struct_config__.omit_defaults
    }
    for name, schema in components.items():
        _polish(schema, always_whole=name in sent)
    for event in EVENT_TYPES:
        if event.__name__ in components:
            _publish(components[event.__name__])
    return dict(sorted(components.items()))


def _structs(types: Iterable[type[Struct]]) -> set[type[Struct]]:
    """Return every struct that the given ones are made of."""
    found: set[type[Struct]] = set()
    waiting: list[Any] = list(multi_type_info(types))
    while waiting:
        described = waiting.pop()
        if isinstance(described, StructType):
            if described.cls not in found:
                found.add(described.cls)
                waiting += [field.type for field in described.fields]
        else:
            for name in ("types", "item_types"):
                waiting += getattr(described, name, ())
            waiting += [getattr(described, name) for name in _INNER if hasattr(described, name)]
    return found


_INNER: Final = ("type", "item_type", "value_type")


def _polish(schema: Schema, *, always_whole: bool) -> None:
    """Say what is certain: the type of an enumeration, and that fields with defaults are sent all the same."""
    if "description" in schema:
        schema["description"] = cleandoc(schema["description"])
    for described in (schema, *schema.get("properties", {}).values()):
        if "enum" in described and "type" not in described:
            described["type"] = "boolean" if isinstance(described["enum"][0], bool) else "string"
    if always_whole and "properties" in schema:
        always = set(schema["required"])
        for name, described in schema["properties"].items():
            if "default" in described:
                del described["default"]
                always.add(name)
        schema["required"] = [name for name in schema["properties"] if name in always]


def _publish(event: Schema) -> None:
    """Make of a stored event's schema that of one in an answer: it always has its offset."""
    event["properties"]["offset"] = {"type": "integer", "minimum": 1}
    event["required"] = ["type", "topic", "offset", "at", "data"]
