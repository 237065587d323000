"""Where each page and file is served. All are read once, at start.

The first page names the socket's address under the name that the request was made to: what can be copied from it works.
"""

import base64
import hashlib
import re
from pathlib import Path
from typing import Final

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.types import Scope
from msgspec import Struct

from server.rest.front.origins import header

_FOLDER: Final = Path(__file__).parent
_VENDOR: Final = _FOLDER / "vendor" / "swagger-ui-5.35.0"
_HTML: Final = "text/html"
_SCRIPT: Final = "text/javascript"
_STYLE: Final = "text/css"
_JSON: Final = "application/json"
_DAY: Final = "public, max-age=86400"
_LIVE: Final = b"{{live}}"
"""What stands in a page for the socket's address."""
_HOST: Final = re.compile(rb"[\w.-]+(?::\d{1,5})?|\[[0-9A-Fa-f:.]+\](?::\d{1,5})?", re.ASCII)
"""A host that may be shown: nothing in it means anything in HTML or to a shell."""
_STYLE_ELEMENT: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class File(Struct, frozen=True, kw_only=True):
    """What one address answers with; pages say in `policy` what their browser may load and run."""

    path: str
    body: bytes
    media_type: str
    policy: str | None = None
    cache: str = "no-cache"


def page_routes(documents: Path) -> list[HTTPRouteHandler]:
    """Return the routes of all pages, and of the documents that they show, which are in a folder of their own."""
    index = (_FOLDER / "index.html").read_text(encoding="utf-8")
    files = (
        File(path="/", body=index.encode(), media_type=_HTML, policy=_policy(f"style-src {_hashes(index)}")),
        File(path="/docs", body=_read("docs.html"), media_type=_HTML, policy=_policy(_SWAGGER_NEEDS)),
        File(path="/docs/docs.js", body=_read("docs.js"), media_type=_SCRIPT),
        File(path="/docs/live", body=_read("live.html"), media_type=_HTML, policy=_policy(_LIVE_NEEDS)),
        File(path="/docs/live.js", body=_read("live.js"), media_type=_SCRIPT),
        File(path="/docs/live.css", body=_read("live.css"), media_type=_STYLE),
        File(path="/docs/asyncapi.json", body=(documents / "asyncapi.json").read_bytes(), media_type=_JSON),
        File(path="/openapi.json", body=(documents / "openapi.json").read_bytes(), media_type=_JSON),
        _vendored("swagger-ui-bundle.js", _SCRIPT),
        _vendored("swagger-ui.css", _STYLE),
    )
    return [_route(file) for file in files]


_SWAGGER_NEEDS: Final = "script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'"
_LIVE_NEEDS: Final = "script-src 'self'; style-src 'self'; connect-src 'self'"


def _policy(needs: str) -> str:
    """Return a content security policy that allows what a page needs, pictures within it, and nothing else."""
    return f"default-src 'none'; img-src 'self' data:; {needs}; base-uri 'none'; frame-ancestors 'none'"


def _hashes(html: str) -> str:
    """Return the sources that allow a page's own style elements."""
    digests = (hashlib.sha256(style.encode()).digest() for style in _STYLE_ELEMENT.findall(html))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


def _vendored(name: str, media_type: str) -> File:
    return File(
        path=f"/docs/vendor/{name}", body=(_VENDOR / name).read_bytes(), media_type=media_type, cache=_DAY
    )


def _route(file: File) -> HTTPRouteHandler:
    headers = {"Cache-Control": file.cache}
    if file.policy is not None:
        headers["Content-Security-Policy"] = file.policy

    @get(file.path, include_in_schema=False, media_type=file.media_type, sync_to_thread=False)
    def serve(scope: Scope) -> Response[bytes]:
        body = file.body.replace(_LIVE, live_url(scope)) if file.path == "/" else file.body
        return Response(body, media_type=file.media_type, headers=headers)

    return serve


def live_url(scope: Scope) -> bytes:
    """Return where the socket is for whoever made this request; this node's own address, if they do not say a host."""
    host = header(scope, b"host") or b""
    if not _HOST.fullmatch(host):
        name, port = scope["server"] or ("localhost", None)
        host = f"{f'[{name}]' if ':' in name else name}{'' if port is None else f':{port}'}".encode()
    return (b"wss://" if scope["scheme"] == "https" else b"ws://") + host + b"/live"
