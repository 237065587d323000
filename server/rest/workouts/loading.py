"""What goes on a bar, and how to warm up for it, over REST: reckoned from the request alone."""

from collections.abc import Mapping, Sequence

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import UNSET, Struct

from channels.errors import Refusal, Refused
from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import MassLoad
from channels.workouts.plates import SOLD, PlatePairs, plates
from channels.workouts.quantity import refused_mass
from channels.workouts.stock import BARS, stock_of
from channels.workouts.warm_up import warm_up
from server.rest.call import Call
from server.rest.contract import promises
from server.rest.workouts import loading_contracts as contracts
from server.rest.workouts.loading_contracts import (
    LoadedBar,
    LoadedBarAnswer,
    LoadingQuery,
    WarmUp,
    WarmUpAnswer,
    WarmUpSet,
)


class LoadingController(Controller):
    """Bars, plates and warm-up sets."""

    path = "/workouts"
    tags = ("Workouts",)

    @get("/plates", operation_id="loadBar", summary="Load a bar", opt=promises(contracts.PLATES))
    async def load(self, call: NamedDependency[Call]) -> LoadedBarAnswer:
        """Which plates go on each side for a mass: what comes nearest to it from below, with the fewest plates."""
        wanted = wanted_of(call.asked)
        loading = plates(wanted.target, wanted.bar, wanted.stock)
        loaded = LoadedBar(
            bar=wanted.bar, per_side=loading.per_side, mass=loading.mass, missing=loading.missing
        )
        return LoadedBarAnswer(data=loaded, meta=call.meta())

    @get("/warm-up", operation_id="warmUp", summary="Plan a warm-up", opt=promises(contracts.WARM_UP))
    async def warm_up(self, call: NamedDependency[Call]) -> WarmUpAnswer:
        """The sets that lead to a working mass, each with its plates: the empty bar twice, then even jumps.

        The scheme is that of Starting Strength; plates below a kilogram are left for the working sets. Below 20 kg there is
        nothing to warm up for.
        """
        wanted = wanted_of(call.asked)
        leading = tuple(
            WarmUpSet(set=one, per_side=plates(one.load.mass, wanted.bar, wanted.stock).per_side)
            for one in warm_up(wanted.target, wanted.bar, wanted.stock)
            if isinstance(one.load, MassLoad)
        )
        return WarmUpAnswer(data=WarmUp(bar=wanted.bar, sets=leading), meta=call.meta())


class Wanted(Struct, frozen=True, kw_only=True):
    """What to lift, and with what."""

    target: Mass
    bar: Mass
    stock: Mapping[MassUnit, Sequence[PlatePairs]]


def wanted_of(asked: LoadingQuery) -> Wanted:
    """Return what a query asks for. Raises Refused."""
    target = Mass(value=asked.mass, unit=asked.unit)
    bar_unit = asked.unit if asked.bar_unit is UNSET else asked.bar_unit
    bar = BARS[bar_unit] if asked.bar is UNSET else Mass(value=asked.bar, unit=bar_unit)
    problem = refused_mass(target, "mass") or refused_mass(bar, "bar")
    if problem is not None:
        raise Refused(problem)
    stock = SOLD if asked.plates is UNSET else stock_of(asked.plates, target, bar, "plates")
    if isinstance(stock, Refusal):
        raise Refused(stock)
    return Wanted(target=target, bar=bar, stock=stock)
