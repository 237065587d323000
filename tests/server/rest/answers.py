"""Every answer that a test sees is held against the envelope."""

from datetime import datetime
from typing import Any

import httpx

from channels.errors import CATALOGUE, Code


def data_of(response: httpx.Response, status: int = 200) -> Any:
    """What a good answer carries."""
    body = _envelope(response, status)
    assert body["success"] is True, body
    assert body.keys() - {"pagination"} == {"success", "data", "meta"}
    return body["data"]


def error_of(response: httpx.Response) -> Any:
    """The error of a failing answer, its status and headers being those of its code."""
    body = response.json()
    entry = CATALOGUE[Code(body["error"]["code"])]
    body = _envelope(response, entry.status)
    assert body["success"] is False
    assert body.keys() == {"success", "error", "meta"}
    assert ("retry-after" in response.headers) == (entry.status in {429, 503})
    assert ("www-authenticate" in response.headers) == (entry.status == 401)
    assert body["error"].get("temporary", False) == entry.temporary
    return body["error"]


def code_of(response: httpx.Response) -> Code:
    """The code of a failing answer."""
    return Code(error_of(response)["code"])


def fields_of(response: httpx.Response) -> list[str]:
    """Which fields a failing answer names."""
    return [detail["field"] for detail in error_of(response).get("details", ())]


def meta_of(response: httpx.Response) -> Any:
    """The meta of any answer."""
    return response.json()["meta"]


def _envelope(response: httpx.Response, status: int) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert datetime.fromisoformat(body["meta"]["timestamp"]).utcoffset() is not None
    assert body["meta"]["request_id"] == response.headers["x-request-id"]
    return body
