"""What a row of the table says: what was measured, and what must hold."""

import math
from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct


class Size(StrEnum):
    """How much of a row is run: in seconds beside every change, or whole."""

    SHORT = "short"
    LONG = "long"


class Check(Struct, frozen=True):
    """One thing that was measured, and whether it is as it must be."""

    what: str
    measured: str
    must: str
    held: bool
    figure: bool = False
    """Whether it is a measured figure and no count: a busy machine stretches it."""


def exactly(what: str, measured: int, wanted: int = 0) -> Check:
    """A count that must be this one."""
    return Check(what, f"{measured:,}", f"{wanted:,}", measured == wanted)


def at_most(what: str, measured: float, bound: float, unit: str) -> Check:
    """A figure that must not exceed the bound."""
    return Check(
        what, f"{shown(measured)} {unit}", f"≤ {shown(bound)} {unit}", measured <= bound, figure=True
    )


def at_least(what: str, measured: float, bound: float, unit: str) -> Check:
    """A figure that must reach the bound."""
    return Check(
        what, f"{shown(measured)} {unit}", f"≥ {shown(bound)} {unit}", measured >= bound, figure=True
    )


def told(what: str, measured: float, unit: str = "") -> Check:
    """A figure that says how much was tried."""
    return Check(what, f"{shown(measured)} {unit}".strip(), "", held=True)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def shown(value: float) -> str:
    """Return a number with three digits that say something."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
