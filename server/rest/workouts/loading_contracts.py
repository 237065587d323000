"""What the operations that load bars take, give and promise."""

from decimal import Decimal
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType

from channels.errors import Code
from channels.wire.envelope import WITHOUT_NUL, Detail
from channels.wire.quantity import Amount, Mass, MassUnit
from channels.wire.routine import ExerciseId, MassLoad, PlannedSet, SetKind
from server.rest.contract import EXAMPLE_META, Contract, Exchange, refused
from server.rest.envelope import Success


class LoadedBar(Struct, frozen=True, kw_only=True):
    """A bar and the plates of each of its sides, from the inside out.

    `mass` is that of it all, in the unit of the bar; `missing` is what the target is more than that, exactly: in its unit
    where the bar is of the same, else in kg. It is below 0 where the bar alone is more.
    """

    bar: Mass
    per_side: tuple[Mass, ...]
    mass: Mass
    missing: Mass


class WarmUpSet(Struct, frozen=True, kw_only=True):
    """A set, as plans say it, and the plates of each side for it."""

    set: PlannedSet
    per_side: tuple[Mass, ...]


class WarmUp(Struct, frozen=True, kw_only=True):
    """The sets before the working ones, in their order; none where the working mass is light."""

    bar: Mass
    sets: tuple[WarmUpSet, ...]


class Target(Struct, frozen=True, kw_only=True):
    """What a planned load comes to, to 0.01 kg, by the best estimate (Epley) that the person has reached; and the bar.

    Both are null where no set of 1 to 12 repetitions with a mass is known, or the effort is beyond the table.
    """

    one_rep_maximum_kg: Decimal | None
    mass_kg: Decimal | None
    bar: LoadedBar | None


class LoadedBarAnswer(Success[LoadedBar], frozen=True, kw_only=True):
    """What goes on the bar."""


class TargetAnswer(Success[Target], frozen=True, kw_only=True):
    """What a planned load comes to."""


class WarmUpAnswer(Success[WarmUp], frozen=True, kw_only=True):
    """How to warm up."""


class BarQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to lift with."""

    unit: Annotated[MassUnit, Meta(description="What the mass is in.")] = MassUnit.KG
    bar: (
        Annotated[
            Amount,
            Meta(
                description="The bar; 20 kg or 45 lb when it is left out, 0 for what has none, as a machine."
            ),
        ]
        | UnsetType
    ) = UNSET
    bar_unit: (
        Annotated[
            MassUnit, Meta(description="What the bar and its plates are in; `unit` when it is left out.")
        ]
        | UnsetType
    ) = UNSET
    plates: (
        Annotated[
            str,
            Meta(
                min_length=1,
                max_length=200,
                pattern=WITHOUT_NUL,
                examples=["20x2,10,5,2.5"],
                description="Up to 12 kinds of plates, with commas between; `20x2` where there are only two pairs of "
                "20. When they are left out, Olympic plates as they are sold: "
                "25, 20, 15, 10, 5, 2.5, 1.25 and 0.5 kg, or 45, 35, 25, 10, 5 and 2.5 lb.",
            ),
        ]
        | UnsetType
    ) = UNSET


class LoadingQuery(BarQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to lift, and with what."""

    mass: Annotated[Amount, Meta(description="What is to be lifted in all, bar and plates; up to 2,000 kg.")]


class TargetQuery(BarQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How heavy a set is planned, as a share of the maximum or as an effort, and what to lift with."""

    exercise: Annotated[ExerciseId, Meta(description="What is to be lifted.")]
    percent: (
        Annotated[float, Meta(gt=0, le=150, description="So much of the one-repetition maximum.")] | UnsetType
    ) = UNSET
    rpe: (
        Annotated[float, Meta(ge=1, le=10, description="As much as feels like this with so many `reps`.")]
        | UnsetType
    ) = UNSET
    reps: Annotated[int, Meta(ge=1, le=1000, description="Needed with `rpe`.")] | UnsetType = UNSET


def _masses(unit: MassUnit, *values: str) -> tuple[Mass, ...]:
    return tuple(Mass(value=Decimal(value), unit=unit) for value in values)


def _loaded(
    unit: MassUnit, bar: str, side: tuple[str, ...], mass: str, missing: str = "0"
) -> LoadedBarAnswer:
    on_bar, whole, rest = _masses(unit, bar, mass, missing)
    loaded = LoadedBar(bar=on_bar, per_side=_masses(unit, *side), mass=whole, missing=rest)
    return LoadedBarAnswer(data=loaded, meta=EXAMPLE_META)


def _warm_up(unit: MassUnit, bar: str, *sets: tuple[str, int, tuple[str, ...]]) -> WarmUpAnswer:
    leading = tuple(
        WarmUpSet(
            set=PlannedSet(
                kind=SetKind.WARM_UP, reps=reps, load=MassLoad(mass=Mass(value=Decimal(mass), unit=unit))
            ),
            per_side=_masses(unit, *side),
        )
        for mass, reps, side in sets
    )
    (on_bar,) = _masses(unit, bar)
    return WarmUpAnswer(data=WarmUp(bar=on_bar, sets=leading), meta=EXAMPLE_META)


_TOO_MUCH: Final = Exchange(
    name="too_much",
    summary="More than anybody lifts",
    query={"mass": "5000", "unit": "lb"},
    answer=refused(Code.VALIDATION, Detail(field="mass", message="must not be more than 4,409.245 lb")),
)
PLATES: Final = Contract(
    query=LoadingQuery,
    exchanges=(
        Exchange(
            name="kilograms",
            summary="102.5 kg on an Olympic bar",
            query={"mass": "102.5"},
            answer=_loaded(MassUnit.KG, "20", ("25", "15", "1.25"), "102.5"),
        ),
        Exchange(
            name="at_home",
            summary="97 lb with a light bar and few plates",
            query={"mass": "97", "unit": "lb", "bar": "35", "plates": "25x1,10x2,5,2.5"},
            answer=_loaded(MassUnit.LB, "35", ("25", "5"), "95", "2"),
        ),
        _TOO_MUCH,
        Exchange(
            name="no_plates",
            summary="Plates that are none",
            query={"mass": "100", "plates": "20 kg, 10 kg"},
            answer=refused(
                Code.VALIDATION,
                Detail(
                    field="plates",
                    message="say each as 20, or as 20x2 where there are two pairs, with commas between",
                ),
            ),
        ),
    ),
)
WARM_UP: Final = Contract(
    query=LoadingQuery,
    exchanges=(
        Exchange(
            name="kilograms",
            summary="Before 100 kg",
            query={"mass": "100"},
            answer=_warm_up(
                MassUnit.KG,
                "20",
                ("20", 5, ()),
                ("20", 5, ()),
                ("40", 5, ("10",)),
                ("60", 3, ("20",)),
                ("80", 2, ("25", "5")),
            ),
        ),
        Exchange(
            name="light",
            summary="What is light needs no warming up",
            query={"mass": "40", "unit": "lb", "bar": "0"},
            answer=_warm_up(MassUnit.LB, "0"),
        ),
        _TOO_MUCH,
    ),
)
TARGET: Final = Contract(
    query=TargetQuery,
    exchanges=(
        Exchange(
            name="never_lifted",
            summary="80 % of what is not known yet",
            query={"exercise": "Barbell_Squat", "percent": "80"},
            answer=TargetAnswer(
                data=Target(one_rep_maximum_kg=None, mass_kg=None, bar=None), meta=EXAMPLE_META
            ),
        ),
        Exchange(
            name="no_repetitions",
            summary="An effort without its repetitions",
            query={"exercise": "Barbell_Squat", "rpe": "8"},
            answer=refused(Code.VALIDATION, Detail(field="reps", message="is needed with `rpe`")),
        ),
    ),
)
