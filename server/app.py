"""The HTTP application: REST, pages, the live socket's route. Everything it needs is passed in."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import WebsocketRouteHandler
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler, Scope
from msgspec import Struct

from server.rest.auth.controller import KeysController
from server.rest.body import BodyController
from server.rest.call import caller
from server.rest.document import document
from server.rest.events import EventsController
from server.rest.failures import exception_handler
from server.rest.fasting.controller import FastingController
from server.rest.front.door import MAX_BODY_BYTES, Front
from server.rest.front.measures import RequestMeasures
from server.rest.front.origins import Origins
from server.rest.health import HealthController
from server.rest.history import HistoryController
from server.rest.identity import signed_in
from server.rest.metrics import MetricsController, MetricsDoor
from server.rest.pages.routes import page_routes
from server.rest.parts import Parts
from server.rest.person import PersonController
from server.rest.reading import StrictRequest, checked_query
from server.rest.routines.controller import RoutinesController
from server.rest.workouts.commands import WorkoutCommandsController
from server.rest.workouts.controller import WorkoutsController
from server.rest.workouts.exercises import ExercisesController, OperatorController
from server.rest.workouts.files import WorkoutFilesController
from server.rest.workouts.loading import LoadingController
from server.rest.workouts.mine import OwnExercisesController, TrainingProfileController

API: Final = "/api/v1"


class Doors(Struct, frozen=True, kw_only=True):
    """Who is let in. Empty `hosts`: requests to any name; empty `origins`: no page of another origin."""

    hosts: Sequence[str]
    origins: Sequence[str]
    metrics_token: str | None
    inner: Callable[[Scope], bool]


def create_app(
    parts: Parts,
    doors: Doors,
    *,
    live: WebsocketRouteHandler | None,
    controllers: Sequence[ControllerRouterHandler],
    documents: Path,
) -> Litestar:
    """Return the application.

    `controllers` are further ones under /api/v1; `documents` is the folder of `openapi.json` and `asyncapi.json`.
    """
    door = MetricsDoor(doors.metrics_token, doors.inner)
    dependencies = {
        "call": Provide(caller(parts), sync_to_thread=False),
        "door": Provide(lambda: door, sync_to_thread=False),
    }
    app = Litestar(
        [*_operations(controllers), *page_routes(documents), *([live] if live else [])],
        dependencies=dependencies,
        guards=[
            parts.limiter.check_request,
            signed_in(parts.tokens, parts.database, parts.now),
            checked_query,
        ],
        exception_handlers={Exception: exception_handler(parts.now)},
        request_class=StrictRequest,
        request_max_body_size=MAX_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )
    routes = [route for route in app.routes if isinstance(route, HTTPRoute)]
    app.asgi_handler = Front(
        app.asgi_handler,
        methods={route.path_format: route.methods for route in routes},
        larger=_larger(routes),
        hosts=doors.hosts,
        origins=Origins(doors.origins),
        measures=RequestMeasures(parts.registry),
        now=parts.now,
    )
    return app


def _larger(routes: Iterable[HTTPRoute]) -> dict[str, int]:
    """Return how many bytes a body may have at addresses where that is more than elsewhere."""
    sizes = {
        route.path: max(handler.resolve_request_max_body_size() or 0 for handler in route.route_handlers)
        for route in routes
    }
    return {path: size for path, size in sizes.items() if size > MAX_BODY_BYTES}


def describe(controllers: Sequence[ControllerRouterHandler]) -> bytes:
    """Return the OpenAPI document of an application with these further controllers; nothing of them is called."""
    return document(_operations(controllers), ("call", "door"))


def _operations(controllers: Sequence[ControllerRouterHandler]) -> list[ControllerRouterHandler]:
    return [
        Router(
            API,
            route_handlers=[
                PersonController,
                EventsController,
                FastingController,
                HistoryController,
                BodyController,
                RoutinesController,
                WorkoutsController,
                ExercisesController,
                OwnExercisesController,
                TrainingProfileController,
                LoadingController,
                WorkoutCommandsController,
                WorkoutFilesController,
                *controllers,
            ],
        ),
        KeysController,
        HealthController,
        MetricsController,
        OperatorController,
    ]
