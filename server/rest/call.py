"""One request in hand: who sent it, what it asks, and the parts of the node that answer it."""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from litestar import Request
from msgspec import Struct

from channels.errors import Code, Refusal, Refused
from channels.wire.envelope import Command, Offset, Topic
from server.accounts.identity import Identity
from server.execution import Actor
from server.rest.envelope import AnswerMeta
from server.rest.idempotency import command_key
from server.rest.parts import Parts
from server.rest.visit import visit_of

Reply = TypeVar("Reply", bound=Struct)
AnyRequest = Request[Any, Any, Any]

NUMBER: Final = 1
"""The `id` of a command over REST: it pairs replies on a socket and says nothing here."""


class Call:
    """See the module. Handlers of operations take it as `call: NamedDependency[Call]`."""

    def __init__(self, request: AnyRequest, parts: Parts) -> None:
        self.parts = parts
        self._request = request
        self._visit = visit_of(request.scope)

    @property
    def identity(self) -> Identity:
        """Who sends the request; only for operations that need somebody."""
        if self._visit.identity is None:
            raise TypeError("an operation without a person has no identity")
        return self._visit.identity

    @property
    def asked(self) -> Any:
        """The query, as the struct that the operation's contract names."""
        return self._visit.asked

    def key(self) -> UUID | None:
        """Return the key for the request's command. Raises Refused when the header is no UUID."""
        return command_key(self._request)

    def meta(self, *, positions: dict[Topic, Offset] | None = None, epoch: str = "") -> AnswerMeta:
        """Return the meta of the answer."""
        return AnswerMeta(
            timestamp=self.parts.now(),
            request_id=self._visit.request_id,
            positions=positions or {},
            repeated=self._visit.repeated,
            epoch=epoch,
        )

    async def run(self, command: Command, reply: type[Reply]) -> tuple[Reply, AnswerMeta]:
        """Run a command for who sends the request; return its reply's data and the answer's meta. Raises Refused."""
        identity = self.identity
        await self.parts.limiter.check_command(identity.user_id)
        actor = Actor(user_id=identity.user_id, family_id=identity.family_id)
        outcome = await self.parts.executor.execute(actor, command)
        self._visit.repeated = outcome.repeated
        if outcome.answer.data is None:
            raise Refused(outcome.refusal or Refusal(code=Code.INTERNAL))
        return msgspec.json.decode(outcome.answer.data, type=reply), self.meta(positions=outcome.positions)


def caller(parts: Parts) -> Callable[[AnyRequest], Call]:
    """Return what makes a call of each request."""

    def call_of(request: AnyRequest) -> Call:
        return Call(request, parts)

    return call_of
