"""A cluster of Valkeys: three primaries with a third of the slots each, and a replica where one is asked for."""

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import ConnectionError as RedisConnectionError

from storage.embedded.valkey import server_binary
from tests.waiting import until

_SLOTS: Final = 16_384
_PRIMARIES: Final = 3
_SETTINGS: Final = {
    "bind": "127.0.0.1",
    "save": "",
    "cluster-enabled": "yes",
    "cluster-node-timeout": "1000",
    "cluster-require-full-coverage": "no",
    "cluster-replica-validity-factor": "0",
    "repl-diskless-sync-delay": "0",
}


class Server:
    """One of the cluster's servers, as a process and with a connection to it."""

    def __init__(self, folder: Path) -> None:
        """Start it, alone."""
        self.port, bus = _free_ports(2)
        places = {
            "dir": folder,
            "port": self.port,
            "cluster-port": bus,
            "logfile": folder / f"{self.port}.log",
        }
        places["cluster-config-file"] = f"{self.port}.conf"
        command = [str(server_binary())]
        command += [
            text for name, value in (_SETTINGS | places).items() for text in (f"--{name}", str(value))
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        self.redis = Redis(host="127.0.0.1", port=self.port, socket_timeout=5, decode_responses=True)
        self.bus = bus
        until(self._answers, 10)
        self.id = self.cluster("MYID")

    def cluster(self, word: str, *others: Any) -> Any:
        """Give a command of the cluster."""
        return self.redis.execute_command(f"CLUSTER {word}", *others)  # type: ignore[no-untyped-call]

    def info(self) -> dict[str, str]:
        """Return what the server thinks of the cluster."""
        return dict(self.cluster("INFO"))

    def kill(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()

    def _answers(self) -> bool:
        try:
            return bool(self.redis.ping())
        except RedisConnectionError:
            return False


class Cluster:
    """The servers; `primaries[n]` has the n-th third of the slots, `replica` follows the first when it was asked for."""

    def __init__(self, primaries: list[Server], replica: Server | None) -> None:
        """Take servers that know each other."""
        self.primaries = primaries
        self.replica = replica

    @property
    def url(self) -> str:
        """Where two of them answer."""
        return "redis+cluster://" + ",".join(f"127.0.0.1:{server.port}" for server in self.primaries[:2])

    def owner(self, channel: str) -> Server:
        """The primary that has a channel in the beginning."""
        return self.primaries[key_slot(channel.encode()) * _PRIMARIES // _SLOTS]

    def move(self, channel: str, to: Server) -> None:
        """Move the (empty) slot of a channel, as a resharding does it at its end."""
        slot = key_slot(channel.encode())
        for server in self.primaries:
            server.cluster("SETSLOT", slot, "NODE", to.id)

    def empty(self) -> None:
        """Forget all data and send everybody away."""
        for server in self.primaries:
            server.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")  # type: ignore[no-untyped-call]
            server.redis.flushall()
            server.redis.script_flush()


@contextmanager
def cluster_of(*, replica: bool = False) -> Iterator[Cluster]:
    """Start a cluster, and end it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cornerman-cluster-")))

        def server() -> Server:
            started = Server(folder)
            stack.callback(started.kill)
            return started

        yield _formed([server() for _ in range(_PRIMARIES)], server() if replica else None)


def _formed(primaries: list[Server], replica: Server | None) -> Cluster:
    for number, server in enumerate(primaries):
        first, last = (-(-_SLOTS * place // _PRIMARIES) for place in (number, number + 1))
        server.cluster("ADDSLOTSRANGE", first, last - 1)
        server.cluster("SET-CONFIG-EPOCH", number + 1)
    everybody = [*primaries, *([replica] if replica else [])]
    for server in everybody[1:]:
        server.cluster("MEET", "127.0.0.1", everybody[0].port, everybody[0].bus)
    until(
        lambda: all(server.info()["cluster_known_nodes"] == str(len(everybody)) for server in everybody), 20
    )
    if replica:
        replica.cluster("REPLICATE", primaries[0].id)
        until(lambda: replica.redis.info("replication")["master_link_status"] == "up", 20)
    until(lambda: all(server.info()["cluster_state"] == "ok" for server in everybody), 20)
    return Cluster(primaries, replica)


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
