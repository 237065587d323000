"""The OpenAPI document of the whole REST side, as a node serves it."""

from typing import Any

from server.app import describe
from server.rest.auth.controller import auth_routes


def openapi_document() -> str:
    """Return the document as JSON."""
    nobody: Any = None  # routes are described, not called
    return describe((auth_routes(nobody),)).decode()
