"""Registering, signing in and out over REST, and the keys that access tokens are checked with."""

from typing import Any, Final

from litestar import Controller, Response, Router, get, post, route
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from litestar.types import Method

from channels.wire.account import AccountSignOut, AccountSignOutData
from channels.wire.envelope import Nothing
from server.accounts.keys import KeySet
from server.accounts.network import network_of
from server.accounts.signing_in import Accounts, Registration, login, refresh, register
from server.rest.auth import contracts
from server.rest.auth.contracts import (
    LoginBody,
    PairAnswer,
    RefreshBody,
    RegisterBody,
    SignedOutAnswer,
    Standing,
    StandingAnswer,
)
from server.rest.call import NUMBER, AnyRequest, Call
from server.rest.contract import promises
from server.rest.identity import bearer_token

_THIS_DEVICE: Final = AccountSignOutData()
_KEYS_SECONDS: Final = 300
"""How long others may keep the key set: a new key must be known this long before it signs."""


def _named(_handler: HTTPRouteHandler, method: Method, _path: list[Any]) -> str:
    return "validateToken" if method == "GET" else "validateTokenByPost"


class AuthController(Controller):
    """Sign-ins and their tokens."""

    tags = ("Accounts",)

    @post("/register", operation_id="register", summary="Make an account", opt=promises(contracts.REGISTER))
    async def register(
        self,
        data: JSONBody[RegisterBody],
        request: AnyRequest,
        call: NamedDependency[Call],
        accounts: NamedDependency[Accounts],
    ) -> PairAnswer:
        """And sign its first device in. A password must have 8 to 128 characters and be hard to guess."""
        wanted = Registration(
            email=data.email,
            password=data.password,
            name=data.name,
            time_zone=data.time_zone,
            device=data.device,
        )
        pair = await register(accounts, wanted, _network(request), call.parts.now())
        return PairAnswer(data=pair, meta=call.meta())

    @post("/login", status_code=200, operation_id="login", summary="Sign in", opt=promises(contracts.LOGIN))
    async def login(
        self,
        data: JSONBody[LoginBody],
        request: AnyRequest,
        call: NamedDependency[Call],
        accounts: NamedDependency[Accounts],
    ) -> PairAnswer:
        """Each sign-in is one of its own, of one device. Failed ones are limited per address and per account."""
        pair = await login(
            accounts,
            data.email,
            data.password,
            device=data.device,
            network=_network(request),
            now=call.parts.now(),
        )
        return PairAnswer(data=pair, meta=call.meta())

    @post(
        "/refresh",
        status_code=200,
        operation_id="refresh",
        summary="Renew the tokens",
        opt=promises(contracts.REFRESH),
    )
    async def refresh(
        self, data: JSONBody[RefreshBody], call: NamedDependency[Call], accounts: NamedDependency[Accounts]
    ) -> PairAnswer:
        """Each refresh token is good for once; the answer holds the next one.

        If the answer is lost, the same device gets it again with the same token for 60 seconds. A token that is used
        again in any other way ends the sign-in.
        """
        pair = await refresh(accounts, data.refresh_token, data.device, call.parts.now())
        return PairAnswer(data=pair, meta=call.meta())

    @post(
        "/logout", status_code=200, operation_id="logout", summary="Sign out", opt=promises(contracts.LOGOUT)
    )
    async def logout(
        self, call: NamedDependency[Call], data: JSONBody[AccountSignOutData] = _THIS_DEVICE
    ) -> SignedOutAnswer:
        """The command `account:sign_out`: this device, or every one of the person's. The body may be left out.

        Sockets of what was signed out close, whatever node they are on.
        """
        command = AccountSignOut(id=NUMBER, key=call.key(), data=data)
        reply, meta = await call.run(command, Nothing)
        return SignedOutAnswer(data=reply, meta=meta)

    @route(
        "/validate",
        http_method=["GET", "POST"],
        status_code=200,
        operation_id=_named,
        summary="Check an access token",
        opt=promises(contracts.VALIDATE),
    )
    async def validate(self, request: AnyRequest, call: NamedDependency[Call]) -> StandingAnswer:
        """Says whose token the request carries, with role and tier as they are now. Takes no body."""
        claims = call.parts.tokens.verify(bearer_token(request), call.parts.now())
        standing = Standing(
            user_id=call.identity.user_id,
            family_id=call.identity.family_id,
            role=call.identity.role,
            tier=call.identity.tier,
            expires_at=claims.expires_at,
        )
        return StandingAnswer(data=standing, meta=call.meta())


class KeysController(Controller):
    """What others check access tokens with."""

    tags = ("Accounts",)

    @get(
        "/.well-known/jwks.json",
        operation_id="showKeys",
        summary="Show the public keys",
        opt=promises(contracts.KEYS),
    )
    async def show(self, call: NamedDependency[Call]) -> Response[KeySet]:
        """A JSON Web Key Set (RFC 7517), without the envelope. Tokens name their key in `kid`."""
        headers = {"Cache-Control": f"public, max-age={_KEYS_SECONDS}"}
        return Response(call.parts.tokens.key_set(), headers=headers)


def auth_routes(accounts: Accounts) -> Router:
    """Return the routes that sign people in with `accounts`."""
    return Router(
        "/auth",
        route_handlers=[AuthController],
        dependencies={"accounts": Provide(lambda: accounts, sync_to_thread=False)},
    )


def _network(request: AnyRequest) -> str:
    return network_of(request.client.host if request.client else "")
