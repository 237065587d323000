"""What the heart did in a workout: zones, and how much of a load that was.

Zones are five, from 50 % on by tenths; what is below counts for none of them. What they are tenths of is the first of
these that is known, and named with its source beside them:

1. the maximum heart rate that was measured;
2. the maximum by a formula from age and sex: Gulati for women, Tanaka for everybody else;
3. the heart-rate reserve (Karvonen), which is what lies between the resting and the maximum heart rate. It comes last
   because nothing but the resting rate is known by then: for the maximum stands what Tanaka gives at 40 years, or the
   workout's highest heart rate when that is more.

With none of them no second is in a zone.

Training load is Banister's TRIMP where heart rates cover at least 80 % of the time and a maximum is measured or given by
a formula, else the session's RPE times minutes. For a resting heart rate that is not known stands the mean of adults of
that sex: for the maximum nothing stands, its error would be the greater part of the result.

Sources: Tanaka et al. 2001 (J Am Coll Cardiol 37:153-156); Gulati et al. 2010 (Circulation 122:130-137); Karvonen et al.
1957 (Ann Med Exp Biol Fenn 35:307-315); Banister 1991 ("Modeling elite athletic performance", in Physiological Testing of
the High-Performance Athlete, 403-424) and Morton et al. 1990 (J Appl Physiol 69:1171-1177); Foster et al. 2001 (J Strength
Cond Res 15:109-115); Ostchega et al. 2011 (National Health Statistics Reports 41) for the resting heart rates. What
stands for what is not known is a choice of this product, and so is that each second is weighed by itself.
"""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from typing import Final

from msgspec import Struct

from channels.wire.workout import HeartSummary, LoadMethod, TrainingLoad
from storage.records import BodyRecord, PulseRecord

_FEMALE: Final = "female"
_COVERED_PERCENT: Final = 80
_FIRST_ZONE: Final = 5
"""The tenth at which zones begin."""
_TANAKA: Final = (Decimal(208), Decimal("0.7"), "Tanaka et al. 2001, 208 - 0.7 x age")
_GULATI: Final = (Decimal(206), Decimal("0.88"), "Gulati et al. 2010, 206 - 0.88 x age")
_UNKNOWN_MAXIMUM: Final = Decimal(180)
"""What Tanaka's formula gives at 40 years."""
_RESTING: Final = {"female": Decimal(74), "male": Decimal(71), None: Decimal(72)}
"""The mean of adults by sex, and of all."""
_BANISTER: Final = {
    "female": (Decimal("0.86"), Decimal("1.67")),
    "male": (Decimal("0.64"), Decimal("1.92")),
    None: (Decimal("0.64"), Decimal("1.92")),
}
"""Factor and exponent by sex. Men's stand for a sex that is not known: they never give more than women's."""
_TENTH: Final = Decimal("0.1")
_HUNDREDTH: Final = Decimal("0.01")
_UNKNOWN: Final = "unknown: no maximum heart rate, no year of birth, no resting heart rate"


class Scale(Struct, frozen=True):
    """What zones are tenths of, from `low` to `top`; `name` says how that is known."""

    low: Decimal
    top: Decimal
    name: str

    def share(self, heart_rate: int) -> Decimal:
        """Return how far up a heart rate is, 0 to 1: what lies outside is taken for the end."""
        return min(Decimal(1), max(Decimal(0), (heart_rate - self.low) / (self.top - self.low)))


def maximum_heart_rate(body: BodyRecord, year: int) -> Scale | None:
    """Return the scale from nothing to the maximum heart rate, in a year; None when neither it nor an age is known.

    Of an age only the year counts, so that it may be one too many. A measured maximum is above 0.
    """
    if body.maximum_heart_rate is not None:
        return Scale(
            Decimal(0), Decimal(body.maximum_heart_rate), f"measured maximum, {body.maximum_heart_rate}"
        )
    if body.birth_year is None:
        return None
    highest, by_year, source = _GULATI if body.sex == _FEMALE else _TANAKA
    top = highest - by_year * (year - body.birth_year)
    return Scale(Decimal(0), top, f"maximum by {source}: {top}")


def heart_summary(
    pulses: Sequence[PulseRecord], moving_seconds: int, body: BodyRecord, year: int
) -> HeartSummary | None:
    """Return average, maximum and zones of a workout that took so many seconds; None without a heart rate."""
    seconds = sum(pulse.seconds for pulse in pulses)
    if not seconds:
        return None
    beats = sum(pulse.heart_rate * pulse.seconds for pulse in pulses)
    highest = max(pulse.heart_rate for pulse in pulses)
    scale = maximum_heart_rate(body, year) or _reserve(body, highest)
    return HeartSummary(
        average=round(Decimal(beats) / seconds),
        maximum=highest,
        covered=min(Decimal(1), Decimal(seconds) / max(1, moving_seconds)).quantize(_HUNDREDTH, ROUND_DOWN),
        zone_seconds=(0, 0, 0, 0, 0) if scale is None else _zones(pulses, scale),
        zones_by=_UNKNOWN if scale is None else scale.name,
    )


def training_load(
    pulses: Sequence[PulseRecord], moving_seconds: int, body: BodyRecord, year: int, rpe: Decimal | None
) -> TrainingLoad | None:
    """Return the load of a workout that took so many seconds, to a tenth; None when nothing is known to reckon it from."""
    if moving_seconds <= 0:
        return None
    minutes = Decimal(moving_seconds) / 60
    by_heart = _intensity(pulses, moving_seconds, body, year)
    if by_heart is not None:
        return _load(LoadMethod.TRIMP, minutes * by_heart)
    return None if rpe is None else _load(LoadMethod.SESSION_RPE, minutes * rpe)


def _load(method: LoadMethod, value: Decimal) -> TrainingLoad:
    return TrainingLoad(method=method, value=value.quantize(_TENTH, ROUND_HALF_EVEN))


def _intensity(
    pulses: Sequence[PulseRecord], moving_seconds: int, body: BodyRecord, year: int
) -> Decimal | None:
    """Return the TRIMP of a mean minute; None where too little is covered, or known.

    Each second is weighed by its own heart rate, not all by their average: otherwise intervals would count like an even
    effort. For seconds without a heart rate stand those with one.
    """
    seconds = sum(pulse.seconds for pulse in pulses)
    maximum = maximum_heart_rate(body, year)
    if maximum is None or seconds * 100 < moving_seconds * _COVERED_PERCENT:
        return None
    reserve = Scale(_resting(body), maximum.top, maximum.name)
    if reserve.low >= reserve.top:
        return None
    factor, exponent = _BANISTER[body.sex]
    total = Decimal(0)
    for pulse in pulses:
        share = reserve.share(pulse.heart_rate)
        total += pulse.seconds * share * factor * (exponent * share).exp()
    return total / seconds


def _resting(body: BodyRecord) -> Decimal:
    return _RESTING[body.sex] if body.resting_heart_rate is None else Decimal(body.resting_heart_rate)


def _reserve(body: BodyRecord, highest: int) -> Scale | None:
    """Return the heart-rate reserve of somebody whose maximum nothing is known of."""
    if body.resting_heart_rate is None:
        return None
    low, top = Decimal(body.resting_heart_rate), max(_UNKNOWN_MAXIMUM, Decimal(highest))
    if low >= top:
        return None
    return Scale(low, top, f"heart-rate reserve, Karvonen et al. 1957: from {low} to {top}, which is assumed")


def _zones(pulses: Sequence[PulseRecord], scale: Scale) -> tuple[int, int, int, int, int]:
    zones = [0] * 5
    for pulse in pulses:
        tenth = int(10 * (pulse.heart_rate - scale.low) // (scale.top - scale.low))
        if tenth >= _FIRST_ZONE:
            zones[min(tenth - _FIRST_ZONE, 4)] += pulse.seconds
    first, second, third, fourth, fifth = zones
    return first, second, third, fourth, fifth
