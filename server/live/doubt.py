"""What a node does when offsets may have been given twice: raise the epoch, and let every socket come back."""

import structlog

from channels.wire.envelope import Epoch
from server.live.hub import Hub
from server.live.publisher import Publisher
from server.live.relay import Relay
from server.supervisor import Supervisor
from storage.epoch import raise_from
from storage.postgres import Database, Unavailable, linked

_log = structlog.get_logger(__name__)


class Doubt:
    """Raises the epoch once however many notice, and takes over one that was raised elsewhere."""

    def __init__(
        self, hub: Hub, relay: Relay, publisher: Publisher, database: Database, supervisor: Supervisor
    ) -> None:
        self._hub = hub
        self._relay = relay
        self._publisher = publisher
        self._database = database
        self._supervisor = supervisor
        self._raising = False

    def arise(self) -> None:
        """A head is behind what was delivered: the log is not the one that it was."""
        if not self._raising:
            self._supervisor.spawn("raise the epoch", self._raise(self._hub.epoch))
            self._raising = True

    def settle(self, epoch: Epoch) -> None:
        """Go on in another epoch."""
        if epoch != self._hub.epoch:
            _log.warning("epoch_raised", before=self._hub.epoch, now=epoch)
            self._publisher.renew()
            self._hub.renew(epoch)
            self._relay.renew()

    async def _raise(self, doubted: Epoch) -> None:
        try:
            async with linked(self._database) as link:
                epoch = await raise_from(link, int(doubted))
        except Unavailable as error:
            # Whoever notices next tries again.
            _log.warning("epoch_not_raised", reason=str(error))
        else:
            self.settle(Epoch(str(epoch)))
        finally:
            self._raising = False
