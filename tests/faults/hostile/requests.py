"""Hostile over REST: bodies that are too large or burst, others' logs, more requests and guesses than one may make.

Requests come as if through a proxy, each act from an address of its own, so that none uses up the limit of another.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.faults.hostile.messages import bomb
from tests.faults.hostile.refusal import Behaviour, People, Refused, slowest
from tests.nodes import Node
from tests.visitor import visitor

_LARGE = 10_000_000
_REGISTER = "/api/v1/auth/register"
_LOG_IN = "/api/v1/auth/login"
_GZIP = bomb(form=31)


async def posts_a_body_that_is_too_large(node: Node, people: People) -> Refused:
    """With its length, and in chunks that say none."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(_LARGE // 10_000):
            yield b" " * 10_000

    headers = {**people.eve.headers, "Content-Type": "application/json"}
    async with _stranger(node) as http:
        bodies: tuple[bytes | AsyncIterator[bytes], ...] = (b" " * _LARGE, chunks())
        return slowest(
            [await _refused(http, "POST", _REGISTER, headers=headers, content=body) for body in bodies]
        )


async def posts_a_compressed_bomb(node: Node, people: People) -> Refused:
    """Sixty kilobytes that would become sixty megabytes."""
    headers = {**people.eve.headers, "Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with _stranger(node) as http:
        return await _refused(http, "POST", _REGISTER, headers=headers, content=_GZIP)


async def reads_the_log_of_another(node: Node, people: People) -> Refused:
    """Somebody's, nobody's, of a made-up kind."""
    async with _stranger(node) as http:
        topics = (people.ada.topic, "user:0", "coach:1")
        return slowest(
            [
                await _refused(
                    http,
                    "GET",
                    "/api/v1/events",
                    params={"topic": topic, "after": "0"},
                    headers=people.eve.headers,
                )
                for topic in topics
            ]
        )


async def asks_200_times_without_a_pause(node: Node, people: People) -> Refused:
    """More than its address may."""
    async with _stranger(node) as http:

        async def ask() -> tuple[httpx.Response, float]:
            began = time.monotonic()
            answer = await http.get("/api/v1/users/me", headers=people.eve.headers)
            return answer, time.monotonic() - began

        # Side by side: one after the other they may be so slow that they are allowed.
        asked = [one for _ in range(10) for one in await asyncio.gather(*(ask() for _ in range(20)))]
    refused, seconds = next(one for one in asked if one[0].status_code != httpx.codes.OK)
    assert int(refused.headers["retry-after"]) >= 1
    return Refused(refused.json()["error"]["code"], seconds)


async def guesses_passwords(node: Node, _people: People) -> Refused:
    """Of somebody who may not even be there."""
    email = f"{secrets.token_hex(8)}@example.org"
    async with _stranger(node) as http:
        for number in range(20):
            body = {"email": email, "password": f"a guess, the {number}th", "device": "eve"}
            refused = await _refused(http, "POST", _LOG_IN, json=body)
            if refused.code != "AUTH_001":
                break
        return refused


@asynccontextmanager
async def _stranger(node: Node) -> AsyncIterator[httpx.AsyncClient]:
    address = f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"
    async with visitor(node.url, timeout=10, headers={"X-Forwarded-For": address}) as http:
        yield http


async def _refused(http: httpx.AsyncClient, method: str, path: str, **request: object) -> Refused:
    began = time.monotonic()
    answer = await http.request(method, path, **request)  # type: ignore[arg-type]  # as it was given
    return Refused(answer.json()["error"]["code"], time.monotonic() - began)


REQUESTS = (
    Behaviour(posts_a_body_that_is_too_large, "VAL_005"),
    Behaviour(posts_a_compressed_bomb, "VAL_001"),
    Behaviour(reads_the_log_of_another, "RES_001"),
    Behaviour(asks_200_times_without_a_pause, "RATE_001"),
    Behaviour(guesses_passwords, "RATE_001"),
)
