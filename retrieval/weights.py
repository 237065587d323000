"""How much each evidence of a ranking counts."""

from msgspec import Struct


class Weights(Struct, frozen=True, kw_only=True):
    """How much each evidence counts; what a kind of wish weighs when it is asked for."""

    muscles: float = 4.5
    movements: float = 4.5
    equipment: float = 3.5
    postures: float = 1.5
    goals: float = 1.5
    places: float = 1.0
    limits: float = 0.5
    alias: float = 9.0
    like: float = 1.5
    like_alone: float = 4.5
    itself: float = 2.0
    around: float = 3.0
    name: float = 0.6
    dense: float = 1.2
    unread: float = 8.0
    told: float = 0.2
    rest: float = 0.4
    plain: float = 0.5
    unasked: float = 1.0
    doubt: float = 2.0
