"""HTTP clients of nodes on this machine."""

import ssl
from typing import Any, Final

import httpx

# Nodes speak plain HTTP here. Left to itself each client reads all the certificates of the machine, which takes longer
# than most tests.
_TRUSTING_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def visitor(url: str, **arguments: Any) -> httpx.AsyncClient:
    """A client of what listens at `url`."""
    return httpx.AsyncClient(base_url=url, verify=_TRUSTING_NOBODY, **arguments)
