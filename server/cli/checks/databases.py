"""PostgreSQL and Redis."""

from typing import Any, Final

import asyncpg
from redis.exceptions import ResponseError

from server.cli.checks.finding import Finding, Verdict
from server.clock import FleetClock
from server.settings import Settings, shown
from storage.epoch import look
from storage.migrate import MigrationError, pending_on
from storage.postgres import Database, Link, Unavailable, close_database, linked, open_database
from storage.redis.connection import AWAY, open_redis
from storage.redis.shards import Shards

_LEAST_VERSION: Final = 170_000
_LEAST_REDIS: Final = 7
_SPARE_CONNECTIONS: Final = 10
_FAR_SECONDS: Final = 1.0
_FACTS: Final = """
SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS number,
    current_setting('fsync') = 'on' AS durable, current_setting('max_connections')::integer AS connections,
    pg_is_in_recovery() AS following
"""


async def database_findings(settings: Settings, database_url: str) -> list[Finding]:
    """Look at PostgreSQL, its schema, its epoch and its clock."""
    try:
        database = await open_database(database_url, size=2)
        try:
            async with linked(database) as link:
                findings = [*await _server(link, settings), *await _schema(link)]
            return [*findings, await _clock(database)]
        finally:
            await close_database(database)
    except (Unavailable, asyncpg.PostgresError) as error:
        return [
            Finding(
                Verdict.FAIL,
                f"PostgreSQL does not answer at {shown('database_url', database_url)}: {error}",
                "Start it, or mend DATABASE_URL; without one, an embedded server is used.",
            )
        ]


async def _server(link: Link, settings: Settings) -> list[Finding]:
    facts = await link.fetchrow(_FACTS)
    if facts is None:
        raise LookupError("PostgreSQL told no facts")
    kind = "the embedded one" if settings.database_url is None else "given by DATABASE_URL"
    findings = [Finding(Verdict.OK, f"PostgreSQL {facts['version']} answers ({kind}).")]
    if facts["number"] < _LEAST_VERSION:
        findings = [Finding(Verdict.FAIL, f"PostgreSQL {facts['version']} is too old.", "Use 17 or newer.")]
    if facts["following"]:
        findings.append(
            Finding(Verdict.FAIL, "This PostgreSQL is a replica.", "Let DATABASE_URL name the primary.")
        )
    if not facts["durable"]:
        findings.append(
            Finding(Verdict.FAIL, "PostgreSQL runs with fsync off: a crash loses data.", "Set fsync = on.")
        )
    needed = settings.database_connections + settings.database_read_connections + _SPARE_CONNECTIONS
    if facts["connections"] < needed:
        findings.append(
            Finding(
                Verdict.WARN,
                f"PostgreSQL takes {facts['connections']} connections; each node wants {needed}.",
                "Raise max_connections, or lower CORNERMAN_DATABASE_CONNECTIONS.",
            )
        )
    return findings


async def _schema(link: Link) -> list[Finding]:
    try:
        missing = await pending_on(link)
    except MigrationError as error:
        return [Finding(Verdict.FAIL, "The schema is not ours.", str(error))]
    if missing:
        cure = "Run `cornerman migrate`; a development server does so when it starts."
        return [Finding(Verdict.WARN, f"The schema lacks {', '.join(missing)}.", cure)]
    found = await look(link)
    if found is None:
        return [Finding(Verdict.OK, "The schema is up to date; no server has run on it yet.")]
    told = Finding(Verdict.OK, f"The schema is up to date; the log is in epoch {found.epoch}.")
    if found.ours:
        return [told]
    return [
        told,
        Finding(
            Verdict.WARN,
            "This database is not the one, or not of the timeline, that the epoch was counted on.",
            "After a restore this is right: the next node to start raises the epoch.",
        ),
    ]


async def _clock(database: Database) -> Finding:
    machine = FleetClock()  # before it has measured, the machine's own clock
    fleet = FleetClock()
    await fleet.measure(database)
    return clock_finding((machine.now() - fleet.now()).total_seconds())


def clock_finding(ahead: float) -> Finding:
    """Judge by how many seconds this machine's clock is ahead of PostgreSQL's."""
    off = round(ahead * 1000)
    how = f"is {off:+,} ms off" if off else "agrees with"
    sentence = f"This machine's clock {how} PostgreSQL's, which is the one that counts."
    if abs(ahead) < _FAR_SECONDS:
        return Finding(Verdict.OK, sentence)
    return Finding(Verdict.WARN, sentence, "Let NTP set both; the server itself does not mind.")


async def redis_finding(redis_url: str | None) -> Finding:
    """Look at Redis, if there is one."""
    if redis_url is None:
        return Finding(Verdict.OK, "The embedded Valkey starts and stops with the server.")
    redis = open_redis(redis_url, connections=1)
    try:
        shards = Shards(redis)
        await shards.look()
        return _redis_verdict([await _facts(shards, server) for server in sorted(shards.servers)], shards)
    except ResponseError as error:
        return Finding(Verdict.FAIL, f"Redis refuses us: {error}", "Mend user and password in REDIS_URL.")
    except AWAY as error:
        return Finding(
            Verdict.FAIL,
            f"Redis does not answer at {shown('redis_url', redis_url)}: {str(error) or type(error).__name__}",
            "Start it, or mend REDIS_URL; without it nodes go on, but are slower from one to the other.",
        )
    finally:
        await redis.aclose()


async def _facts(shards: Shards, server: str) -> dict[str, Any]:
    async with shards.client(server) as client:
        return {**await client.info("server"), **await client.info("cluster")}


def _redis_verdict(servers: list[dict[str, Any]], shards: Shards) -> Finding:
    facts = servers[0]
    name, version = facts.get("server_name", "redis"), facts.get("valkey_version") or facts["redis_version"]
    kind = f"{name.capitalize()} {version}"
    if facts["cluster_enabled"] and not shards.several:
        cure = "Let REDIS_URL begin with redis+cluster:// (or rediss+cluster://)."
        return Finding(Verdict.FAIL, f"{kind} is a cluster's, and REDIS_URL names it as one server.", cure)
    if int(facts["redis_version"].split(".")[0]) < _LEAST_REDIS:
        cure = "Use Redis 7 or Valkey 7.2, or newer: older ones have no sharded channels."
        return Finding(Verdict.FAIL, f"{kind} is too old.", cure)
    return Finding(Verdict.OK, f"{kind} answers{f' on {len(servers)} servers' if shards.several else ''}.")
