"""Sets, planned and done, as a person says them."""

from cornerman_client.amounts import in_unit
from cornerman_client.types import (
    DoneSet,
    EffortLoad,
    Length,
    Mass,
    MassLoad,
    PercentLoad,
    PlannedSet,
    Record,
    RecordKind,
    SetKind,
)


def exercise_told(exercise_id: str) -> str:
    """Return an exercise's name as its id tells it."""
    return exercise_id.removeprefix("own:").replace("_", " ").strip()


def done_told(done: DoneSet) -> str:
    """Return what was done, as in 102.5 kg x 5."""
    reps = _reps(done.reps, alone=done.mass is None)
    lifted = " x ".join(part for part in (_amount(done.mass), reps) if part)
    parts = [lifted, _seconds(done.seconds), _amount(done.distance)]
    effort = "" if done.rpe is None else f"RPE {done.rpe:g}"
    return _said([*parts, effort, _kind(done.kind)])


def planned_told(planned: PlannedSet) -> str:
    """Return what is planned, as in 5-8 reps, 80 %."""
    reps = _reps(planned.reps, alone=True)
    if planned.most_reps is not None and planned.reps is not None:
        reps = f"{planned.reps}-{planned.most_reps} reps"
    rir = "" if planned.rir is None else f"{planned.rir} left"
    load = _load(planned.load)
    return _said([reps, _seconds(planned.seconds), _amount(planned.distance), load, rir, _kind(planned.kind)])


def record_told(record: Record) -> str:
    """Return what a record is of, in the unit in which its set was entered, as in heaviest 231 lb."""
    value, unit = record.value, record.mass_unit
    match record.kind:
        case RecordKind.HEAVIEST | RecordKind.VOLUME:
            return f"{record.kind} {amount_told(in_unit(value, unit))}"
        case RecordKind.E1RM:
            return f"estimated maximum {amount_told(in_unit(value, unit, places=1))}"
        case RecordKind.REPS:
            at = "" if record.at_kg is None else f" with {amount_told(in_unit(record.at_kg, unit))}"
            return f"{_reps(int(value), alone=True)}{at}"
        case RecordKind.FARTHEST:
            return f"{record.kind} {value:f} m"
        case RecordKind.FASTEST if record.at_metres is not None:
            return f"{record.kind} {value:f} s over {record.at_metres:f} m"
        case _:
            return f"{record.kind} {value:f} s"


def amount_told(amount: Mass | Length) -> str:
    """Return an amount as it was entered, as in 102.5 kg."""
    return f"{amount.value:f} {amount.unit}"


def _said(parts: list[str]) -> str:
    return ", ".join(part for part in parts if part)


def _reps(reps: int | None, *, alone: bool) -> str:
    if reps is None:
        return ""
    return f"{reps} rep{'s' * (reps != 1)}" if alone else str(reps)


def _seconds(seconds: int | None) -> str:
    return "" if seconds is None else f"{seconds} s"


def _amount(amount: Mass | Length | None) -> str:
    return "" if amount is None else amount_told(amount)


def _kind(kind: SetKind) -> str:
    return "" if kind is SetKind.WORKING else kind.replace("_", "-")


def _load(load: MassLoad | PercentLoad | EffortLoad | None) -> str:
    match load:
        case MassLoad():
            return _amount(load.mass)
        case PercentLoad():
            return f"{load.percent:g} %"
        case EffortLoad():
            return f"RPE {load.rpe:g}"
        case _:
            return ""
