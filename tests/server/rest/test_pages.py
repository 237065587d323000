import html
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.rest.pages import routes
from tests.server.rest.browser import Tab, tab_of
from tests.server.rest.node import DOCUMENTS, RestNode

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGES = {
    "/": "document.querySelectorAll('nav a').length == 5",
    "/docs": "document.querySelectorAll('.opblock').length >= 12",
    "/docs/live": "document.querySelectorAll('article').length >= 20",
}
FILES = {
    "/docs/docs.js": "text/javascript; charset=utf-8",
    "/docs/live.js": "text/javascript; charset=utf-8",
    "/docs/live.css": "text/css; charset=utf-8",
    "/docs/vendor/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "/docs/vendor/swagger-ui.css": "text/css; charset=utf-8",
    "/docs/asyncapi.json": "application/json",
    "/openapi.json": "application/json",
}


async def test_pages_are_html_that_may_load_only_from_here(anybody: httpx.AsyncClient) -> None:
    for path in PAGES:
        response = await anybody.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert not re.search(r"https?:|\*|script-src[^;]*unsafe", policy)


async def test_what_pages_need_is_served(anybody: httpx.AsyncClient) -> None:
    for path, media_type in FILES.items():
        response = await anybody.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"] == media_type
    for path, name in (("/docs/asyncapi.json", "asyncapi.json"), ("/openapi.json", "openapi.json")):
        assert (await anybody.get(path)).content == (DOCUMENTS / name).read_bytes()


async def test_links_lead_somewhere(anybody: httpx.AsyncClient) -> None:
    for path in PAGES:
        page = (await anybody.get(path)).text
        for link in set(re.findall(r'(?:href|src)="(/[^"]*)"', page)):
            assert (await anybody.get(link)).status_code == 200, link


@pytest.mark.parametrize(
    ("scheme", "host", "shown"),
    [
        ("http", "localhost:8123", "ws://localhost:8123/live"),
        ("https", "api.example.org", "wss://api.example.org/live"),
        ("http", "[::1]:8000", "ws://[::1]:8000/live"),
        ("http", "<b>&amp;", "ws://10.0.0.7:8000/live"),
        ("http", "a;reboot", "ws://10.0.0.7:8000/live"),
        ("http", "", "ws://10.0.0.7:8000/live"),
    ],
)
def test_the_sockets_address_is_under_the_name_that_was_asked(scheme: str, host: str, shown: str) -> None:
    headers = [(b"host", host.encode())] if host else []
    scope: Any = {"scheme": scheme, "headers": headers, "server": ("10.0.0.7", 8000)}
    assert routes.live_url(scope) == shown.encode()


async def test_the_first_page_says_what_the_readme_says_and_where(anybody: httpx.AsyncClient) -> None:
    page = (await anybody.get("/", headers={"Host": "phones.example:8123"})).text
    (shown,) = re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)
    command, frame = html.unescape(shown).split("\n> ")
    readme = Path("README.md").read_text(encoding="utf-8")
    assert command == "wscat -c ws://phones.example:8123/live"
    assert f"`{command.replace('phones.example:8123', '127.0.0.1:8000')}`" in readme
    assert f"`{frame}`" in readme


def test_our_pages_name_no_other_host() -> None:
    for file in Path(routes.__file__).parent.glob("*.*"):
        found = re.findall(r"https?://[^\s\"'<]+|//[a-z]+\.[a-z]+", file.read_text(encoding="utf-8"))
        assert not found, file.name


def test_what_is_not_ours_says_where_it_is_from_and_under_which_licence() -> None:
    for folder in (Path(routes.__file__).parent / "vendor").iterdir():
        assert {"LICENSE", "NOTICE", "ORIGIN.md"} <= {file.name for file in folder.iterdir()}
        assert re.search(r"\d+\.\d+\.\d+$", folder.name)


@pytest_asyncio.fixture(loop_scope="module")
async def tab(tmp_path: Path) -> AsyncIterator[Tab]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    async with tab_of(CHROMIUM, tmp_path) as tab:
        yield tab


async def test_pages_work_in_a_browser_without_any_other_host(node: RestNode, tab: Tab) -> None:
    for path, shown in PAGES.items():
        await tab.open(f"{node.url}{path}", shown)
        assert tab.troubles == []
    asked = {url for url in tab.urls if not url.startswith(("data:", "blob:", "about:"))}
    assert {url for url in asked if not url.startswith(f"{node.url}/")} == set()
    assert f"{node.url}/openapi.json" in asked
    assert f"{node.url}/docs/asyncapi.json" in asked


async def test_the_first_page_has_a_dark_side(node: RestNode, tab: Tab) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    seen = set()
    for scheme in ("light", "dark"):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        await tab.call("Emulation.setEmulatedMedia", features=features)
        await tab.open(f"{node.url}/", PAGES["/"])
        seen.add(await tab.evaluate(background))
    assert seen == {"rgb(251, 250, 247)", "rgb(20, 22, 26)"}
