"""What goes on a bar, how to warm up for it, and what a planned load comes to, over REST."""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN

from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import UNSET, Struct

from channels.errors import Refusal, Refused, invalid
from channels.wire.quantity import Mass, MassUnit
from channels.wire.routine import EffortLoad, Load, MassLoad, PercentLoad
from channels.workouts.plates import SOLD, PlatePairs, plates
from channels.workouts.quantity import mass_near, refused_mass
from channels.workouts.stock import BARS, stock_of
from channels.workouts.strength import load_in_kg
from channels.workouts.warm_up import warm_up
from server.rest.call import Call
from server.rest.contract import promises
from server.rest.workouts import loading_contracts as contracts
from server.rest.workouts.loading_contracts import (
    BarQuery,
    LoadedBar,
    LoadedBarAnswer,
    LoadingQuery,
    Target,
    TargetAnswer,
    TargetQuery,
    WarmUp,
    WarmUpAnswer,
    WarmUpSet,
)
from storage.postgres import linked
from storage.workouts import best_maximum


class LoadingController(Controller):
    """Bars, plates and warm-up sets."""

    path = "/workouts"
    tags = ("Workouts",)

    @get("/plates", operation_id="loadBar", summary="Load a bar", opt=promises(contracts.PLATES))
    async def load(self, call: NamedDependency[Call]) -> LoadedBarAnswer:
        """Which plates go on each side for a mass: what comes nearest to it from below, with the fewest plates."""
        return LoadedBarAnswer(data=_loaded(wanted_of(call.asked)), meta=call.meta())

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

    @get(
        "/target",
        operation_id="targetMass",
        summary="Find the mass of a planned load",
        opt=promises(contracts.TARGET),
    )
    async def target(self, call: NamedDependency[Call]) -> TargetAnswer:
        """What `80 %` or `RPE 8` of a plan comes to for this person, and which plates go on the bar for it.

        An effort is looked up in the table of the Reactive Training Manual: five repetitions at RPE 8 weigh what seven to
        failure do, 81.1 % of the maximum.
        """
        asked: TargetQuery = call.asked
        load, reps = planned_of(asked)
        async with linked(call.parts.database) as link:
            maximum = await best_maximum(link, call.identity.user_id, asked.exercise)
        mass = load_in_kg(load, reps, maximum)
        field = "rpe" if asked.percent is UNSET else "percent"
        bar = (
            None
            if mass is None
            else _loaded(_wanted(asked, mass_near(mass, asked.unit, ROUND_HALF_EVEN), field))
        )
        return TargetAnswer(data=Target(one_rep_maximum_kg=maximum, mass_kg=mass, bar=bar), meta=call.meta())


class Wanted(Struct, frozen=True, kw_only=True):
    """What to lift, and with what."""

    target: Mass
    bar: Mass
    stock: Mapping[MassUnit, Sequence[PlatePairs]]


def wanted_of(asked: LoadingQuery) -> Wanted:
    """Return what a query asks for. Raises Refused."""
    return _wanted(asked, Mass(value=asked.mass, unit=asked.unit), "mass")


def planned_of(asked: TargetQuery) -> tuple[Load, int | None]:
    """Return the planned load that a query says, and its repetitions. Raises Refused where it says none or two."""
    if (asked.percent is UNSET) == (asked.rpe is UNSET):
        raise Refused(invalid("percent", "say either `percent`, or `rpe` and `reps`"))
    if asked.percent is not UNSET:
        return PercentLoad(percent=asked.percent), None
    if asked.reps is UNSET or asked.rpe is UNSET:
        raise Refused(invalid("reps", "is needed with `rpe`"))
    return EffortLoad(rpe=asked.rpe), asked.reps


def _wanted(asked: BarQuery, target: Mass, field: str) -> Wanted:
    bar_unit = asked.unit if asked.bar_unit is UNSET else asked.bar_unit
    bar = BARS[bar_unit] if asked.bar is UNSET else Mass(value=asked.bar, unit=bar_unit)
    problem = refused_mass(target, field) or refused_mass(bar, "bar")
    if problem is not None:
        raise Refused(problem)
    stock = SOLD if asked.plates is UNSET else stock_of(asked.plates, target, bar, "plates")
    if isinstance(stock, Refusal):
        raise Refused(stock)
    return Wanted(target=target, bar=bar, stock=stock)


def _loaded(wanted: Wanted) -> LoadedBar:
    loading = plates(wanted.target, wanted.bar, wanted.stock)
    return LoadedBar(bar=wanted.bar, per_side=loading.per_side, mass=loading.mass, missing=loading.missing)
